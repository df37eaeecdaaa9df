/** One episode of a Python world. Its process is taken at a reset and goes back when the environment is closed. */
import type { Environment, StepResult } from "../../core/environment.ts";
import { EnvironmentError } from "../../core/errors.ts";
import type { TaskId } from "../../core/ids.ts";
import type { Json } from "../../core/json.ts";
import type { Task } from "../../core/task.ts";
import type { Request } from "../child.ts";
import { type Jumps, keyOf, replaying, type Unsaved } from "../replaying.ts";
import type { Process, Processes } from "./processes.ts";

/** A process keeps so many; of BabyAI that is 7 MB at most. What is no longer kept is done again. */
const MOST_COPIES = 256;

/** How a state is reached again. */
export type Restore = "state" | "copy" | "replay";

export function pythonEnvironment(processes: Processes, restore: Restore): Environment {
  const player = newPlayer(processes);
  if (restore === "state") return withStates(player);
  return replaying(player, restore === "copy" ? copiesOf(player) : undefined);
}

interface Player extends Unsaved {
  /** For a new start or a way back: one that died is replaced by another, which knows nothing of the episode. */
  process(): Promise<Process>;
  /** The process that is in the episode's state. Throws EnvironmentError where no state is known. */
  live(): Process;
  /** Asks `process`, and names task and step in its errors. */
  ask<Answer>(process: Process, request: Request): Promise<Answer>;
  /** Throws EnvironmentError where no state is known. */
  place(): Place;
  /** The world was put into another state from outside. */
  moved(to: Place): void;
}

/** Where in an episode the world is. */
interface Place {
  readonly taskId: TaskId;
  readonly steps: number;
  readonly isOver: boolean;
}

/** The world without a way back. */
function newPlayer(processes: Processes): Player {
  let held: Process | undefined;
  let isPlaying = false;
  let place: Place | undefined;
  const live = (): Process => {
    if (!held || !isPlaying) throw new EnvironmentError("the environment was used before reset()");
    return held;
  };
  async function process(): Promise<Process> {
    if (!held?.isAlive) held = await processes.take();
    return held;
  }
  async function ask<Answer>(world: Process, request: Request): Promise<Answer> {
    try {
      return await world.ask<Answer>(request);
    } catch (error) {
      if (!(error instanceof EnvironmentError) || !place) throw error;
      const { taskId, steps } = place;
      const where = `${taskId}, after ${steps} ${steps === 1 ? "action" : "actions"}`;
      throw new EnvironmentError(`${where}: ${error.message}`, { cause: error });
    }
  }
  function moved(to: Place): void {
    isPlaying = true;
    place = to;
  }
  return {
    ...{ process, live, ask, moved },
    place() {
      live();
      return place!;
    },
    async reset(task, seed) {
      isPlaying = false;
      const world = await process();
      world.playing = undefined;
      place = { taskId: task.id, steps: 0, isOver: false };
      // Not the task's data: a number may have been rounded on its way through JavaScript.
      const [, split, ...key] = task.id.split("/");
      const request = { op: "reset", split, key: key.join("/"), seed };
      const { observation } = await ask<{ readonly observation: string }>(world, request);
      world.playing = { taskId: task.id, seed };
      moved(place);
      return observation;
    },
    async step(action): Promise<StepResult> {
      const world = live();
      // One that breaks is in no known state.
      isPlaying = false;
      const answer = await ask<StepResult & { readonly truncated: boolean }>(world, { op: "step", action });
      const { observation, reward, truncated } = answer;
      const terminated = answer.terminated || truncated;
      moved({ taskId: place!.taskId, steps: place!.steps + 1, isOver: terminated });
      return { observation, reward, terminated, ...(truncated && { info: { truncated } }) };
    },
    async actions() {
      const world = live();
      if (place!.isOver) return [];
      // Asked anew each time: an audit sees whether asking changes something.
      return (await ask<{ readonly actions: readonly string[] | null }>(world, { op: "actions" })).actions;
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
  return {
    async mark(snapshot) {
      const [process, place] = [player.live(), player.place()];
      const key = keyOf(snapshot);
      if (process.copies.has(key)) return;
      const { copy } = await player.ask<{ readonly copy: number }>(process, { op: "copy", most: MOST_COPIES });
      process.copies.set(key, { copy, isOver: place.isOver });
    },
    async jump(snapshot) {
      const process = await player.process();
      const key = keyOf(snapshot);
      const kept = process.copies.get(key);
      if (!kept) return false;
      const { isKept } = await player.ask<{ readonly isKept: boolean }>(process, { op: "paste", number: kept.copy });
      if (!isKept) {
        // It keeps the latest alone.
        process.copies.delete(key);
        return false;
      }
      player.moved({ taskId: snapshot.taskId, steps: snapshot.actions.length, isOver: kept.isOver });
      return true;
    },
  };
}

/** The state of a snapshot: what the world wrote down, and where in which episode. */
interface Saved {
  readonly seed: number;
  readonly steps: number;
  readonly isOver: boolean;
  readonly world: Json;
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
      const { steps, isOver } = player.place();
      // JSON as a text, so that no number is rounded.
      const { state } = await player.ask<{ readonly state: string }>(player.live(), { op: "snapshot" });
      return { kind: "state", taskId: task.id, observation, state: { seed, steps, isOver, world: state } };
    },
    async restore(task, snapshot) {
      now = undefined;
      if (snapshot.kind !== "state") throw new EnvironmentError(`expected a state, got a ${snapshot.kind} snapshot`);
      if (snapshot.taskId !== task.id)
        throw new EnvironmentError(`this snapshot is of ${snapshot.taskId}, not of ${task.id}`);
      const { seed, steps, isOver, world } = snapshot.state as unknown as Saved;
      const process = await player.process();
      // Whatever the world prepares for a task must be there.
      if (process.playing?.taskId !== task.id || process.playing.seed !== seed) await player.reset(task, seed);
      await player.ask(process, { op: "restore", state: world });
      player.moved({ taskId: task.id, steps, isOver });
      return show(task, seed, snapshot.observation);
    },
  };
}
