/**
 * Snapshots for a world that cannot save its state: remember what led here and do it again. Only right for a
 * deterministic world, so every observation on the way back is compared with the one that was first seen there.
 */
import type { Environment, Snapshot } from "../core/environment.ts";
import { EnvironmentError } from "../core/errors.ts";
import { fingerprint } from "../core/ids.ts";
import type { Task } from "../core/task.ts";

/** A replay snapshot that also remembers what was seen on the way; it may be JSON in between. */
export type ReplaySnapshot = Extract<Snapshot, { kind: "replay" }> & {
  /** One entry for each action: what the world showed before it. */
  readonly seen?: readonly string[];
};

interface Seen {
  readonly seen: readonly string[];
}

/** Whether `snapshot` says what was seen on the way, which what is stored elsewhere may not. */
const isSeen = (snapshot: ReplaySnapshot): snapshot is ReplaySnapshot & Seen =>
  snapshot.seen?.length === snapshot.actions.length;

/** A faster way back for worlds that can keep copies of their states somewhere. */
export interface Jumps {
  /** The world is in the state of `snapshot`: it may keep a copy. */
  mark(snapshot: Extract<Snapshot, { kind: "replay" }>): Promise<void>;
  /** Puts the world into that state; false where no copy is kept. */
  jump(snapshot: Extract<Snapshot, { kind: "replay" }>): Promise<boolean>;
}

/** Tells states apart by what led to them. */
export const keyOf = ({ taskId, seed, actions }: Extract<Snapshot, { kind: "replay" }>): string =>
  fingerprint([taskId, seed, actions]);

/** A world that cannot save its state. */
export type Unsaved = Omit<Environment, "snapshot" | "restore">;

interface Episode {
  readonly task: Task;
  readonly seed: number;
  readonly actions: string[];
  /** What the world showed before each of `actions`. */
  readonly seen: string[];
  observation: string;
}

/**
 * `inner` with snapshots by replay: what led to a state is done again. Restoring takes as
 * many steps as led to the snapshot. It throws EnvironmentError, naming the step and both texts, at the first observation that
 * differs; the environment must then be reset. `jumps`, where there are any, are taken first, and nothing is compared then.
 */
export function replaying(inner: Unsaved, jumps?: Jumps): Environment {
  let episode: Episode | undefined;
  const live = () => {
    if (!episode) throw new EnvironmentError("the environment was used before reset()");
    return episode;
  };

  async function reset(task: Task, seed: number): Promise<string> {
    episode = undefined;
    const observation = await inner.reset(task, seed);
    episode = { task, seed, actions: [], seen: [], observation };
    return observation;
  }

  async function step(action: string) {
    const { actions, seen, observation } = live();
    const result = await inner.step(action);
    actions.push(action);
    seen.push(observation);
    live().observation = result.observation;
    return result;
  }

  async function replay(task: Task, { seed, actions, seen, observation }: ReplaySnapshot): Promise<string> {
    await reset(task, seed);
    for (const [index, action] of actions.entries()) {
      expectSame(task, index, seen?.[index], live().observation);
      const { terminated } = await step(action);
      if (terminated && index < actions.length - 1) {
        throw new EnvironmentError(`${task.id}: replay ended after step ${index} of ${actions.length}`);
      }
    }
    expectSame(task, actions.length, observation, live().observation);
    return observation;
  }

  /** What led here is known although it was not done again. */
  function continued(task: Task, { seed, actions, seen, observation }: ReplaySnapshot & Seen): string {
    episode = { task, seed, actions: [...actions], seen: [...seen], observation };
    return observation;
  }

  return {
    reset,
    step,
    actions: () => inner.actions(),
    async snapshot(): Promise<ReplaySnapshot> {
      const { task, seed, actions, seen, observation } = live();
      const led = { seed, actions: [...actions], seen: [...seen] };
      const snapshot = { kind: "replay", taskId: task.id, observation, ...led } as const;
      await jumps?.mark(snapshot);
      return snapshot;
    },
    async restore(task, snapshot) {
      episode = undefined;
      if (snapshot.kind !== "replay") throw new EnvironmentError(`expected a replay snapshot, got ${snapshot.kind}`);
      if (snapshot.taskId !== task.id) {
        throw new EnvironmentError(`this snapshot is of ${snapshot.taskId}, not of ${task.id}`);
      }
      try {
        if (jumps && isSeen(snapshot) && (await jumps.jump(snapshot))) return continued(task, snapshot);
        return await replay(task, snapshot);
      } catch (error) {
        episode = undefined;
        throw error;
      }
    },
    async close() {
      episode = undefined;
      await inner.close();
    },
  };
}

/** `step` is the index of the step that sees the observation. */
function expectSame(task: Task, step: number, expected: string | undefined, got: string): void {
  if (expected === undefined || expected === got) return;
  throw new EnvironmentError(
    `${task.id}: replay differs before step ${step}: expected ${JSON.stringify(expected)}, got ${JSON.stringify(got)}`,
  );
}
