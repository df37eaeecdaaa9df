/** One episode of a Python world. Its process is taken at a reset and goes back when the environment is closed. */
import type { Environment, StepResult } from "../../core/environment.ts";
import { EnvironmentError } from "../../core/errors.ts";
import { fingerprint } from "../../core/ids.ts";
import type { Json } from "../../core/json.ts";
import type { Task } from "../../core/task.ts";
import { type Jumps, replaying } from "../replaying.ts";
import type { Process, Processes } from "./processes.ts";

/** How a state is reached again. */
export type Restore = "state" | "copy" | "replay";

export function pythonEnvironment(processes: Processes, restore: Restore): Environment {
  const player = newPlayer(processes);
  if (restore === "state") return withStates(player);
  return replaying(player, restore === "copy" ? copiesOf(player) : undefined);
}

interface Player extends Environment {
  /** For a new start or a way back: one that died is replaced by another, which knows nothing of the episode. */
  process(): Promise<Process>;
  /** The process that is in the episode's state. Throws EnvironmentError where no state is known. */
  live(): Process;
  /** The world was put into another state from outside. */
  moved(): void;
}

/** The world without a way back. */
function newPlayer(processes: Processes): Player {
  let held: Process | undefined;
  let isPlaying = false;
  let isOver = false;
  /** What is accepted now, once somebody has asked. */
  let accepted: readonly string[] | null | undefined;
  const live = (): Process => {
    if (!held || !isPlaying) throw new EnvironmentError("the environment was used before reset()");
    return held;
  };
  async function process(): Promise<Process> {
    if (!held?.isAlive) held = await processes.take();
    return held;
  }
  function moved(): void {
    isPlaying = true;
    isOver = false;
    accepted = undefined;
  }
  return {
    process,
    live,
    moved,
    async reset(task, seed) {
      isPlaying = false;
      const world = await process();
      world.playing = undefined;
      const { observation } = await world.ask<{ readonly observation: string }>({ op: "reset", task: task.data, seed });
      world.playing = { taskId: task.id, seed };
      moved();
      return observation;
    },
    async step(action): Promise<StepResult> {
      const world = live();
      // One that breaks is in no known state.
      isPlaying = false;
      const answer = await world.ask<StepResult & { readonly truncated: boolean }>({ op: "step", action });
      moved();
      const { observation, reward, terminated, truncated } = answer;
      isOver = terminated || truncated;
      return { observation, reward, terminated: isOver, ...(truncated && { info: { truncated } }) };
    },
    async actions() {
      const world = live();
      if (isOver) return [];
      accepted ??= (await world.ask<{ readonly actions: readonly string[] | null }>({ op: "actions" })).actions;
      return accepted;
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
      isPlaying = false;
    },
  };
}

/** Copies live in the process that made them, by what led to the state; elsewhere it is done again. */
function copiesOf(player: Player): Jumps {
  const keyOf = ({ taskId, seed, actions }: Parameters<Jumps["mark"]>[0]) => fingerprint([taskId, seed, actions]);
  return {
    async mark(snapshot) {
      const process = player.live();
      const key = keyOf(snapshot);
      if (process.copies.has(key)) return;
      const { copy } = await process.ask<{ readonly copy: number }>({ op: "copy" });
      process.copies.set(key, copy);
    },
    async jump(snapshot) {
      const process = await player.process();
      const key = keyOf(snapshot);
      const copy = process.copies.get(key);
      if (copy === undefined) return false;
      const { isKept } = await process.ask<{ readonly isKept: boolean }>({ op: "paste", number: copy });
      if (!isKept) {
        // It keeps the latest alone.
        process.copies.delete(key);
        return false;
      }
      player.moved();
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
      const { state } = await player.live().ask<{ readonly state: Json }>({ op: "snapshot" });
      return { kind: "state", taskId: task.id, observation, state: { seed, world: state } };
    },
    async restore(task, snapshot) {
      now = undefined;
      if (snapshot.kind !== "state") throw new EnvironmentError(`expected a state, got a ${snapshot.kind} snapshot`);
      if (snapshot.taskId !== task.id)
        throw new EnvironmentError(`this snapshot is of ${snapshot.taskId}, not of ${task.id}`);
      const { seed, world } = snapshot.state as { readonly seed: number; readonly world: Json };
      const process = await player.process();
      // Whatever the world prepares for a task must be there.
      if (process.playing?.taskId !== task.id || process.playing.seed !== seed) await player.reset(task, seed);
      await process.ask({ op: "restore", state: world });
      player.moved();
      return show(task, seed, snapshot.observation);
    },
  };
}
