/** One episode of a Python world. Its process is taken at a reset and goes back when the environment is closed. */
import type { Environment, StepResult } from "../../core/environment.ts";
import { EnvironmentError } from "../../core/errors.ts";
import { fingerprint } from "../../core/ids.ts";
import type { Json } from "../../core/json.ts";
import type { Task } from "../../core/task.ts";
import { type Jumps, type ReplaySnapshot, replaying } from "../replaying.ts";
import type { Process, Processes } from "./processes.ts";

/** How a state is reached again. */
export type Restore = "state" | "copy" | "replay";

interface Shown {
  readonly observation: string;
  readonly actions: readonly string[] | null;
}

export function pythonEnvironment(processes: Processes, restore: Restore): Environment {
  const player = newPlayer(processes);
  if (restore === "state") return withStates(player);
  return replaying(player, restore === "copy" ? copiesOf(player) : undefined);
}

interface Player extends Environment {
  /** The process that plays; one that died is replaced by another, which knows nothing of the episode. */
  process(): Promise<Process>;
  /** What the world accepts in the state it was put into from outside. */
  moved(actions: readonly string[] | null): void;
}

/** The world without a way back. */
function newPlayer(processes: Processes): Player {
  let held: Process | undefined;
  let accepted: readonly string[] | null | undefined;
  const live = (): Process => {
    if (!held || accepted === undefined) throw new EnvironmentError("the environment was used before reset()");
    return held;
  };
  async function process(): Promise<Process> {
    if (!held?.isAlive) held = await processes.take();
    return held;
  }
  return {
    process,
    moved(actions) {
      accepted = actions;
    },
    async reset(task, seed) {
      accepted = undefined;
      const { observation, actions } = await (await process()).ask<Shown>({ op: "reset", task: task.data, seed });
      accepted = actions;
      return observation;
    },
    async step(action): Promise<StepResult> {
      const playing = live();
      // A world that breaks is in no known state.
      accepted = undefined;
      const answer = await playing.ask<Shown & StepResult & { readonly truncated: boolean }>({ op: "step", action });
      accepted = answer.actions;
      const { observation, reward, terminated, truncated } = answer;
      return { observation, reward, terminated: terminated || truncated, ...(truncated && { info: { truncated } }) };
    },
    async actions() {
      live();
      return accepted!;
    },
    async snapshot() {
      throw new EnvironmentError("this world saves no states");
    },
    async restore() {
      throw new EnvironmentError("this world saves no states");
    },
    async close() {
      if (held) processes.release(held);
      held = undefined;
      accepted = undefined;
    },
  };
}

/** Copies live in the process that made them, by what led to the state; elsewhere it is done again. */
function copiesOf(player: Player): Jumps {
  const keyOf = ({ taskId, seed, actions }: ReplaySnapshot) => fingerprint([taskId, seed, actions]);
  return {
    async mark(snapshot) {
      const process = await player.process();
      if (process.copies.has(keyOf(snapshot))) return;
      const { copy } = await process.ask<{ readonly copy: number }>({ op: "copy" });
      process.copies.set(keyOf(snapshot), copy);
    },
    async jump(snapshot) {
      const process = await player.process();
      const copy = process.copies.get(keyOf(snapshot));
      if (copy === undefined) return false;
      const { actions } = await process.ask<Pick<Shown, "actions">>({ op: "paste", copy });
      player.moved(actions);
      return true;
    },
  };
}

/** For worlds that write down their whole state. */
function withStates(player: Player): Environment {
  let now: { readonly task: Task; readonly seed: number; readonly observation: string } | undefined;
  const show = (task: Task, seed: number, observation: string) => {
    now = { task, seed, observation };
    return observation;
  };
  return {
    ...player,
    async reset(task, seed) {
      now = undefined;
      return show(task, seed, await player.reset(task, seed));
    },
    async step(action) {
      const result = await player.step(action);
      show(now!.task, now!.seed, result.observation);
      return result;
    },
    async snapshot() {
      if (!now) throw new EnvironmentError("the environment was used before reset()");
      const { task, seed, observation } = now;
      const { state } = await (await player.process()).ask<{ readonly state: Json }>({ op: "snapshot" });
      return { kind: "state", taskId: task.id, observation, state: { seed, world: state } };
    },
    async restore(task, snapshot) {
      now = undefined;
      if (snapshot.kind !== "state") throw new EnvironmentError(`expected a state, got a ${snapshot.kind} snapshot`);
      if (snapshot.taskId !== task.id)
        throw new EnvironmentError(`this snapshot is of ${snapshot.taskId}, not of ${task.id}`);
      const { seed, world } = snapshot.state as { readonly seed: number; readonly world: Json };
      // A process that has played nothing has no world of this task yet.
      await player.reset(task, seed);
      const process = await player.process();
      const { actions } = await process.ask<Pick<Shown, "actions">>({ op: "restore", state: world });
      player.moved(actions);
      return show(task, seed, snapshot.observation);
    },
  };
}
