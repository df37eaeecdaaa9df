/**
 * Finding out by replaying what a log leaves open: observations that it does not tell, and which of several tasks with the
 * same goal it is of.
 */
import type { Verification } from "../core/run.ts";
import type { Task } from "../core/task.ts";
import type { Trajectory } from "../core/trajectory.ts";

/** What the world said, and how that compares with the log. */
export interface Replayed {
  readonly trajectory: Trajectory;
  readonly verification: Verification;
}

export type Replay = (task: Task, recorded: Trajectory) => Promise<Replayed>;

/** Tasks of one goal that are tried for one episode, at most. */
export const MAX_CANDIDATES = 200;

/**
 * Replays `recorded` with the world's own text wherever the log tells none. `untold` are the indices of such observations:
 * `index` is what was seen before step `index`, as many as there are steps is what the last action led to.
 */
export async function replayUntold(
  replay: Replay,
  task: Task,
  recorded: Trajectory,
  untold: ReadonlySet<number>,
): Promise<Replayed> {
  const left = new Set(untold);
  for (let known = recorded; ; ) {
    const replayed = await replay(task, known);
    const { verification } = replayed;
    if (verification.kind !== "diverged" || !left.delete(verification.step + 1)) return replayed;
    known = withObservation(known, verification.step + 1, verification.got);
  }
}

function withObservation(trajectory: Trajectory, index: number, observation: string): Trajectory {
  const step = trajectory.steps[index];
  if (!step) return { ...trajectory, finalObservation: observation };
  return { ...trajectory, steps: trajectory.steps.with(index, { ...step, observation }) };
}

/**
 * The first of `candidates` that a replay confirms; if none is, the one that agrees with the log longest, the earlier of two.
 * There must be a candidate. A replay that ends at the first observation costs one reset.
 */
export async function bestCandidate<T>(
  candidates: readonly T[],
  replayOf: (candidate: T) => Promise<Replayed>,
): Promise<{ readonly candidate: T; readonly replayed: Replayed }> {
  let best: { readonly candidate: T; readonly replayed: Replayed; readonly agreement: number } | undefined;
  for (const candidate of candidates) {
    const replayed = await replayOf(candidate);
    const { verification } = replayed;
    if (verification.kind !== "diverged") return { candidate, replayed };
    if (!best || verification.step > best.agreement) best = { candidate, replayed, agreement: verification.step };
  }
  return best!;
}
