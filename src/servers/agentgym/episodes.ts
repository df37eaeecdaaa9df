/** The environments of an AgentGym server, by number: what a client creates, resets, steps and closes. */
import { openWorld } from "../../core/call-by-call.ts";
import type { Benchmark, Environment, StepResult } from "../../core/environment.ts";
import type { Task } from "../../core/task.ts";
import { newQueue, newSessions, type Session } from "../sessions.ts";

/** One environment: a world, and what its episode showed last. */
export interface Episode {
  /** Begins the task. Throws what the world throws; then there is no episode. */
  reset(task: Task): Promise<Shown>;
  /** Does an action. Throws RefusedError if there is no episode, or it is over. */
  step(action: string): Promise<Shown>;
  /** What was shown last. Throws RefusedError as `step`. */
  shown(): Shown;
  /** The same of an episode that is over. */
  last(): Shown;
}

export interface Shown extends Pick<StepResult, "observation" | "reward" | "terminated" | "info"> {
  readonly task: Task;
  readonly actions: readonly string[];
}

/** A request that makes no sense now, or names what is not there. */
export class RefusedError extends Error {}

export interface Episodes {
  /** Its number. Throws CapacityError, and what opening the world throws. */
  create(): Promise<number>;
  /** Does `work` with the environment, one thing after the other. Throws RefusedError for a number that is none. */
  with<R>(id: number, work: (episode: Episode) => Promise<R> | R): Promise<R>;
  /** Closes it and frees its place. Throws RefusedError for a number that is none. */
  close(id: number): Promise<void>;
  ids(): readonly number[];
  closeAll(): Promise<void>;
}

interface Held extends Session {
  readonly episode: Episode;
  readonly inTurn: ReturnType<typeof newQueue>;
}

export interface EpisodesOptions {
  readonly benchmark: Benchmark;
  readonly sessions: number;
  readonly idleMs: number;
}

export function newEpisodes({ benchmark, sessions: limit, idleMs }: EpisodesOptions): Episodes {
  const sessions = newSessions<number, Held>({ limit, idleMs });
  let created = 0;

  function heldOf(id: number): Held {
    const held = sessions.get(id);
    if (held) return held;
    const was = Number.isInteger(id) && id >= 0 && id < created;
    throw new RefusedError(was ? `The task with environment ${id} has been deleted.` : `The id ${id} is not valid.`);
  }

  return {
    async create() {
      const id = created;
      await sessions.open(id, async () => {
        created++;
        const world = await openWorld(benchmark);
        const inTurn = newQueue();
        return { episode: episodeIn(world, id), inTurn, end: () => inTurn(() => world.close()) };
      });
      return id;
    },
    async with(id, work) {
      const { episode, inTurn } = heldOf(id);
      return sessions.using(id, () => inTurn(async () => work(episode)));
    },
    async close(id) {
      heldOf(id);
      await sessions.end(id);
    },
    ids: sessions.ids,
    closeAll: sessions.close,
  };
}

function episodeIn(world: Environment, id: number): Episode {
  let current: Shown | undefined;

  function last(): Shown {
    if (!current) throw new RefusedError(`The task with environment ${id} has not begun: reset it first.`);
    return current;
  }

  function shown(): Shown {
    const now = last();
    if (now.terminated) throw new RefusedError(`The task with environment ${id} has finished.`);
    return now;
  }

  return {
    async reset(task) {
      current = undefined;
      const observation = await world.reset(task, 0);
      const actions = (await world.actions()) ?? [];
      current = { task, observation, reward: 0, terminated: false, actions };
      return current;
    },
    async step(action) {
      const { task } = shown();
      // A world that breaks in mid-step is in no known state: no episode until it has answered.
      current = undefined;
      const { observation, reward, terminated, info } = await world.step(action);
      const actions = terminated ? [] : ((await world.actions()) ?? []);
      current = { task, observation, reward, terminated, actions, ...(info !== undefined && { info }) };
      return current;
    },
    shown,
    last,
  };
}
