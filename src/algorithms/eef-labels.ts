/**
 * EEF's reading of the probes along one expert trajectory (Lan et al. 2025, arXiv 2504.13145, figure 1 and §3; the
 * rules where the paper is silent are methods.md §2). Pure functions.
 */

/** Distance in actions between probed states: ⌊actions / (M + 1)⌋, at least 1 (M = `probes`). */
export function skipLength(actions: number, probes: number): number {
  return Math.max(1, Math.floor(actions / (probes + 1)));
}

/** The probed states l, 2l, … of a trajectory of `actions` actions: at most `probes`, all before its end. */
export function probeSteps(actions: number, probes: number): number[] {
  const skip = skipLength(actions, probes);
  return Array.from({ length: probes }, (_, index) => (index + 1) * skip).filter((step) => step < actions);
}

/** A stretch `[from, to)` of the expert's actions. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

export interface Labels {
  /** Lost before these actions, won after them. */
  readonly beneficial: readonly Span[];
  /** Won before these actions, lost after them. */
  readonly harmful: readonly Span[];
  /** The first state from which a win was lost: the end of the first harmful stretch; null if there is none. */
  readonly needRecover: number | null;
}

/** `probed` = the probed states in order with their outcomes, s_0 (the exploration rollout) first. */
export function labelsOf(probed: readonly { readonly step: number; readonly won: boolean }[]): Labels {
  const beneficial: Span[] = [];
  const harmful: Span[] = [];
  for (let i = 1; i < probed.length; i++) {
    const [before, after] = [probed[i - 1]!, probed[i]!];
    const span = { from: before.step, to: after.step };
    if (before.won && !after.won) harmful.push(span);
    if (!before.won && after.won) beneficial.push(span);
  }
  return { beneficial, harmful, needRecover: harmful[0]?.to ?? null };
}
