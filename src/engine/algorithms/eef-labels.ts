/**
 * EEF's labels along one expert trajectory, read from its probes (Lan et al. 2025, arXiv 2504.13145, figure 1 and §3; where
 * the paper is silent, the rules are in methods.md §2). Pure functions.
 *
 * The paper probes each state once, and the outcome is the state's label. Here a state may be tried more often. Two
 * neighbouring states differ if, given their outcomes, one has the higher chance to win with at least a given probability
 * (`confidence`). One win against one loss gives 5/6. So up to a confidence of 0.83, one try a state is the paper's rule.
 */

/**
 * Distance in actions between probed states: ⌊actions / (M + 1)⌋, at least 1, with M = `probes`. Source: Lan et al. 2025,
 * arXiv 2504.13145, §3; docs/methods.md §2.
 */
export function skipLength(actions: number, probes: number): number {
  return Math.max(1, Math.floor(actions / (probes + 1)));
}

/**
 * The probed states l, 2l, … of a trajectory of `actions` actions (l = `skipLength`): at most `probes`, all before its end. A
 * number says how many actions stand before the state. Source: Lan et al. 2025, arXiv 2504.13145, §3.
 */
export function probeSteps(actions: number, probes: number): number[] {
  const skip = skipLength(actions, probes);
  // Never more than there are actions, however many probes are asked for.
  const most = Math.min(probes, Math.floor((actions - 1) / skip));
  return Array.from({ length: Math.max(0, most) }, (_, index) => (index + 1) * skip);
}

/** A stretch `[from, to)` of the expert's actions. */
export interface Span {
  /** Index of the first action. */
  readonly from: number;
  /** Index behind the last action. */
  readonly to: number;
}

/** What the probes along one expert trajectory say about the expert's actions. */
export interface Labels {
  /** Lost before these actions, won after them. */
  readonly beneficial: readonly Span[];
  /** Won before these actions, lost after them. */
  readonly harmful: readonly Span[];
  /** The first state from which a win was lost: the end of the first harmful stretch; null if there is none. */
  readonly needRecover: number | null;
}

/** How often a state along an expert trajectory was tried and won. */
export interface Tally {
  /** Actions of the expert before the state; 0 = the start. */
  readonly step: number;
  /** Rollouts that won; 0 to `of`. */
  readonly won: number;
  /** Rollouts from the state; ≥ 1. */
  readonly of: number;
}

/** Two states differ from this probability on. Below 5/6, so that one win against one loss tells. */
export const CONFIDENCE = 0.8;

/**
 * The labels of one expert trajectory whose states were tried once each, as published. Source: Lan et al. 2025, arXiv
 * 2504.13145, figure 1 and §3; docs/methods.md §2.
 *
 * @param probed The states in order with their outcomes. s_0, the rollout from the start, comes first.
 */
export function labelsOf(probed: readonly { readonly step: number; readonly won: boolean }[]): Labels {
  return labelsByRate(probed.map(({ step, won }) => ({ step, won: Number(won), of: 1 })));
}

/**
 * `labelsOf` for states that were tried any number of times. Two neighbours differ if one's chance to win is above the other's
 * with at least the probability `confidence`. Source: docs/methods.md §2.
 *
 * @param states The states in order, s_0 first.
 * @param confidence Above ½ and below 1. Default 0.8, at which one win against one loss tells.
 */
export function labelsByRate(states: readonly Tally[], confidence = CONFIDENCE): Labels {
  const beneficial: Span[] = [];
  const harmful: Span[] = [];
  for (let i = 1; i < states.length; i++) {
    const [before, after] = [states[i - 1]!, states[i]!];
    const span = { from: before.step, to: after.step };
    if (chanceAbove(before, after) >= confidence) harmful.push(span);
    if (chanceAbove(after, before) >= confidence) beneficial.push(span);
  }
  return { beneficial, harmful, needRecover: harmful[0]?.to ?? null };
}

/**
 * The probability that the chance to win is higher in `a` than in `b`, both unknown beforehand (uniform): of two Beta
 * variables with whole parameters, a finite sum (Evan Miller 2015).
 */
export function chanceAbove(a: Omit<Tally, "step">, b: Omit<Tally, "step">): number {
  const [wonA, lostA] = [a.won + 1, a.of - a.won + 1];
  const [wonB, lostB] = [b.won + 1, b.of - b.won + 1];
  let chance = 0;
  for (let i = 0; i < wonA; i++) {
    const term = logBeta(wonB + i, lostB + lostA) - Math.log(lostA + i) - logBeta(1 + i, lostA) - logBeta(wonB, lostB);
    chance += Math.exp(term);
  }
  return chance;
}

const logBeta = (x: number, y: number): number => logFactorial(x - 1) + logFactorial(y - 1) - logFactorial(x + y - 1);

function logFactorial(n: number): number {
  let sum = 0;
  for (let i = 2; i <= n; i++) sum += Math.log(i);
  return sum;
}
