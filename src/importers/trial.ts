/** Finding out by replaying which of several tasks with the same goal an episode is of. */
import type { Verification } from "../core/run.ts";
import type { Trajectory } from "../core/trajectory.ts";

/** What the world said, and how that compares with the log. */
export interface Replayed {
  readonly trajectory: Trajectory;
  readonly verification: Verification;
}

/** Tasks of one goal that are tried for one episode, at most. */
export const MAX_CANDIDATES = 200;

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
