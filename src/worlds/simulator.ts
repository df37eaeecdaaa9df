/** A pure world made into an `Environment`: its state is a JSON value, so a snapshot costs nothing. */
import type { Environment, StepResult } from "../core/environment.ts";
import { EnvironmentError } from "../core/errors.ts";
import type { Json } from "../core/json.ts";
import type { Task } from "../core/task.ts";

export interface Simulator<State> {
  initial(task: Task, seed: number): { state: State; observation: string };
  /** Must not change `state`. */
  transition(state: State, action: string): StepResult & { readonly state: State };
  /** In the benchmark's order. */
  actions(state: State): readonly string[];
  /** State ⇄ JSON, where it is not JSON already. */
  save?(state: State): Json;
  load?(task: Task, saved: Json): State;
}

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
