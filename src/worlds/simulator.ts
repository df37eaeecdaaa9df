/** A pure world made into an `Environment`: its state is a JSON value, so a snapshot costs nothing. */
import type { Environment, StepResult } from "../core/environment.ts";
import { EnvironmentError } from "../core/errors.ts";
import type { Json } from "../core/json.ts";
import type { Task } from "../core/task.ts";

/** A world as pure functions of its state, which `fromSimulator` makes an environment of. */
export interface Simulator<State> {
  /** Where `task` begins. Deterministic in its arguments. */
  initial(
    task: Task,
    seed: number,
  ): {
    /** Before the first action. */
    state: State;
    /** What the world shows there. */
    observation: string;
  };
  /** What `action` does. Deterministic; must not change `state`. */
  transition(
    state: State,
    action: string,
  ): StepResult & {
    /** After the action. */
    readonly state: State;
  };
  /** The actions that the world would accept in `state`, in the benchmark's order. */
  actions(state: State): readonly string[];
  /** `state` as JSON; absent: it is JSON already. */
  save?(state: State): Json;
  /** The inverse of `save`. */
  load?(task: Task, saved: Json): State;
}

/**
 * A pure world as an environment. Its snapshots hold the whole state, so taking and restoring one costs nothing. Every method
 * but `reset`, `restore` and `close` throws EnvironmentError before the first `reset`; `restore` throws it for a snapshot of
 * another task or kind.
 */
export function fromSimulator<State>(simulator: Simulator<State>): Environment {
  let current: { task: Task; state: State; observation: string } | undefined;
  const live = () => {
    if (!current) throw new EnvironmentError("the environment was used before reset()");
    return current;
  };
  return {
    async reset(task, seed) {
      current = { task, ...simulator.initial(task, seed) };
      return current.observation;
    },
    async step(action) {
      const { state, ...result } = simulator.transition(live().state, action);
      current = { task: live().task, state, observation: result.observation };
      return result;
    },
    async actions() {
      return simulator.actions(live().state);
    },
    async snapshot() {
      const { task, state, observation } = live();
      return { kind: "state", taskId: task.id, observation, state: simulator.save?.(state) ?? (state as Json) };
    },
    async restore(task, snapshot) {
      if (snapshot.kind !== "state") throw new EnvironmentError(`expected a state snapshot, got ${snapshot.kind}`);
      if (snapshot.taskId !== task.id)
        throw new EnvironmentError(`this snapshot is of ${snapshot.taskId}, not of ${task.id}`);
      const state = simulator.load?.(task, snapshot.state) ?? (snapshot.state as State);
      current = { task, state, observation: snapshot.observation };
      return snapshot.observation;
    },
    async close() {
      current = undefined;
    },
  };
}
