/**
 * One ScienceWorld episode at a time as an `Environment`. Its state lives in a JVM of the pool; what led there is remembered
 * here, so a state that is lost (its JVM died, it was forgotten, it comes from another process) is reached again by replay.
 * Every observation on such a way back is compared with the one that was first seen.
 *
 * A snapshot says what led to it and nothing else. The pool keeps the state itself under a key that follows from that, so
 * that restoring usually takes a millisecond, and the same snapshot can be restored anywhere.
 */
import type { Environment, Snapshot } from "../../core/environment.ts";
import { EnvironmentError } from "../../core/errors.ts";
import { fingerprint } from "../../core/ids.ts";
import type { Json } from "../../core/json.ts";
import type { Task } from "../../core/task.ts";
import type { Request } from "../child.ts";
import type { ReplaySnapshot } from "../replaying.ts";
import type { Extra } from "./extras.ts";
import { ATTEMPTS, asEnvironmentError, type Host, isLost, type Pool } from "./pool.ts";
import { initialPoints, isUngrown, pointsAfter, pointsOf, type Scoring } from "./scoring.ts";

/** What an episode begins with, as the simulator wants it. */
export interface Start {
  readonly task: string;
  readonly variation: number;
  readonly simplifications: string;
}

export interface EpisodeOptions {
  readonly pool: Pool;
  readonly startOf: (task: Task) => Start;
  readonly scoring: Scoring;
  readonly extras: readonly Extra[];
}

/** A replay snapshot with the points so far, which with `best` scoring do not follow from the state. */
export type ScienceWorldSnapshot = ReplaySnapshot & { readonly points?: number };

/** How it is now, as the shim tells. */
interface Situation {
  readonly observation: string;
  /** At most 1; negative when the task has failed. */
  readonly score: number;
  readonly completed: boolean;
  readonly moves: number;
}

/** What the shim answers to `load` and `copy`. */
interface Loaded extends Situation {
  /** Why this JVM cannot copy states; null if it can. */
  readonly noCopying: string | null;
}

interface Episode {
  readonly task: Task;
  readonly start: Start;
  readonly seed: number;
  readonly actions: string[];
  /** What was shown before each of `actions`. */
  readonly seen: string[];
  observation: string;
  points: number;
}

/** Longer actions are cut: no action of the simulator has 200 characters. */
const MAX_ACTION_LENGTH = 2_000;

export function newEpisode({ pool, startOf, scoring, extras }: EpisodeOptions): Environment {
  const name = pool.newName();
  let episode: Episode | undefined;
  let host: Host | undefined;

  const live = () => {
    if (!episode) throw new EnvironmentError("the environment was used before reset()");
    return episode;
  };

  function moveTo(next: Host | undefined): void {
    const left = host;
    host = next;
    if (!left) return;
    left.episodes--;
    // Nobody waits for this: a JVM answers in order, and what is asked next comes after it.
    if (left !== next) left.jvm.ask({ op: "drop", states: [name] }).catch(() => {});
  }

  function leave(): void {
    episode = undefined;
    moveTo(undefined);
  }

  /** Asks the episode's JVM; where its state is lost, another one after a replay. */
  async function ask<Reply>(request: Request): Promise<Reply> {
    if (host) {
      try {
        return await host.jvm.ask<Reply>({ ...request, state: name });
      } catch (error) {
        if (!isLost(error)) throw error;
      }
    }
    const [reply] = await replayed<Reply>(live(), { ...request, state: name });
    return reply;
  }

  /** Begins in some JVM, does what was done, and asks. All requests are sent at once, so that nothing gets between. */
  async function replayed<Reply>(
    { task, start, actions, seen, observation }: Omit<Episode, "points">,
    request: Request,
  ): Promise<[Reply, readonly Situation[]]> {
    for (let attempt = 1; ; attempt++) {
      moveTo(await pool.host());
      const { jvm } = host!;
      try {
        const [first, { steps }, reply] = await Promise.all([
          jvm.ask<Loaded>({ op: "load", state: name, ...start }),
          jvm.ask<{ steps: readonly Situation[] }>({ op: "play", state: name, actions }, 1 + actions.length / 50),
          jvm.ask<Reply>(request),
        ]);
        pool.note(first.noCopying);
        const situations = [shown(first), ...steps];
        const expected = [...seen, observation];
        // A snapshot made elsewhere may know only the last observation.
        situations.slice(-expected.length).forEach((situation, index) => {
          const step = situations.length - expected.length + index;
          expectSame({ task, step, expected: expected[index]!, got: situation.observation });
        });
        return [reply, situations];
      } catch (error) {
        if (!isLost(error) || attempt === ATTEMPTS) throw asEnvironmentError(error);
      }
    }
  }

  const goalText = async () => (await ask<{ goal: string }>({ op: "ask", with: ["goal"] })).goal;

  return {
    async reset(task, seed) {
      leave();
      const start = startOf(task);
      moveTo(await pool.host());
      try {
        const loaded = await host!.jvm.ask<Loaded>({ op: "load", state: name, ...start });
        pool.note(loaded.noCopying);
        const { observation } = shown(loaded);
        episode = { task, start, seed, actions: [], seen: [], observation, points: initialPoints };
        return observation;
      } catch (error) {
        leave();
        throw asEnvironmentError(error);
      }
    },

    async step(text) {
      const action = text.slice(0, MAX_ACTION_LENGTH);
      const current = live();
      type Played = { readonly steps: readonly [Situation & Readonly<Record<string, Json>>] };
      try {
        const { steps } = await ask<Played>({ op: "play", actions: [action], with: extras });
        const { observation, score, completed, moves, ...rest } = steps[0];
        current.actions.push(action);
        current.seen.push(current.observation);
        current.observation = observation;
        const points = pointsAfter(scoring, current.points, score);
        const reward = points - current.points;
        current.points = points;
        const info: Record<string, Json> = { score: pointsOf(score), moves, ...rest };
        if (completed && current.start.task === "grow-fruit") info.ungrown = isUngrown(await goalText());
        return { observation, reward, terminated: completed || score < 0, info };
      } catch (error) {
        leave();
        throw asEnvironmentError(error);
      }
    },

    async actions() {
      live();
      const { actions } = await asking(ask<{ actions: readonly string[] }>({ op: "ask", with: ["actions"] }));
      return [...new Set(actions)];
    },

    async snapshot(): Promise<ScienceWorldSnapshot> {
      const { task, start, seed, actions, seen, observation, points } = live();
      const snapshot: ScienceWorldSnapshot = {
        kind: "replay",
        taskId: task.id,
        observation,
        seed,
        actions: [...actions],
        seen: [...seen],
        points,
      };
      if (host) await pool.save(host, name, keyOf(start, actions));
      return snapshot;
    },

    async restore(task, snapshot: Snapshot) {
      leave();
      if (snapshot.kind !== "replay") throw new EnvironmentError(`expected a replay snapshot, got ${snapshot.kind}`);
      if (snapshot.taskId !== task.id) {
        throw new EnvironmentError(`this snapshot is of ${snapshot.taskId}, not of ${task.id}`);
      }
      const { seed, actions, observation, seen = [], points } = snapshot as ScienceWorldSnapshot;
      const start = startOf(task);
      const past = { task, start, seed, actions: [...actions], seen: [...seen], observation };
      const key = keyOf(start, actions);
      const holder = points === undefined ? undefined : pool.hostOf(key);
      if (holder && (await copied(holder, key, past))) {
        episode = { ...past, points: points! };
        return observation;
      }
      try {
        const [, situations] = await replayed(past, { op: "ask", state: name, with: [] });
        const scores = situations.slice(1).map(({ score }) => score);
        const replayedPoints = scores.reduce((sum, score) => pointsAfter(scoring, sum, score), initialPoints);
        const before = situations.slice(0, -1).map((situation) => situation.observation);
        episode = { ...past, seen: before, points: replayedPoints };
        return observation;
      } catch (error) {
        leave();
        throw error;
      }
    },

    async close() {
      leave();
    },
  };

  /** Takes the saved state as this episode's; false if it is lost or not what it should be. */
  async function copied(holder: Host, key: string, { actions, observation }: Omit<Episode, "points">) {
    holder.episodes++;
    moveTo(holder);
    try {
      const situation = await holder.jvm.ask<Situation>({ op: "copy", from: key, to: name });
      const got = actions.length === 0 ? shown(situation).observation : situation.observation;
      if (got === observation) return true;
    } catch {
      // Whatever went wrong here, a replay needs nothing of it, and finds out if the snapshot itself is wrong.
    }
    holder.saved.delete(key);
    return false;
  }
}

/** Equal keys: the same simulation up to the same point, since nothing else decides what a state is. */
const keyOf = (start: Start, actions: readonly string[]) => `state ${fingerprint([start, actions])}`;

/** The first observation: the room as `look around` tells it, without the line break that ends it here. */
const shown = (situation: Situation): Situation => ({ ...situation, observation: situation.observation.trim() });

async function asking<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    throw asEnvironmentError(error);
  }
}

function expectSame({ task, step, expected, got }: { task: Task; step: number; expected: string; got: string }): void {
  if (expected === got) return;
  throw new EnvironmentError(
    `${task.id}: the state before step ${step} differs: expected ${JSON.stringify(expected)}, got ${JSON.stringify(got)}`,
  );
}
