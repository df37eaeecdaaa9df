/**
 * DPO where only the weights of a cross-entropy can be chosen: its gradient is that of Σ −weight · log p with
 * weight = −∂L/∂log p, taken at the log-probabilities that the model has now. Every token of one side has the same.
 *
 * L = mean over the pairs of −log σ(β · ((c − c₀) − (r − r₀))), where c and r are the sums of log p over what is learned of
 * the chosen and the rejected side and c₀, r₀ the same under the reference. Source: Rafailov et al. 2023,
 * arxiv.org/abs/2305.18290, equation 7; weights as in tinker 0.38.0's `forward_backward_custom`.
 */

/** Sums of log p over the learned tokens of one pair. */
export interface PairSums {
  readonly chosen: number;
  readonly rejected: number;
}

export interface PreferenceLoss {
  /** Mean over the pairs. */
  readonly loss: number;
  /** Mean of β · ((c − c₀) − (r − r₀)). */
  readonly margin: number;
  /** Share of the pairs whose margin is above 0, in [0, 1]. */
  readonly accuracy: number;
  /** −∂loss/∂log p of every learned token of the chosen side of each pair; the rejected side's is its negative. */
  readonly weights: readonly number[];
}

/** `now` and `reference` have one entry for each pair, in the same order; there is at least one. */
export function preferenceLoss(now: readonly PairSums[], reference: readonly PairSums[], beta: number): PreferenceLoss {
  const margins = now.map(({ chosen, rejected }, index) => {
    const before = reference[index]!;
    return beta * (chosen - before.chosen - (rejected - before.rejected));
  });
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  return {
    loss: mean(margins.map((margin) => softplus(-margin))),
    margin: mean(margins),
    accuracy: mean(margins.map((margin) => Number(margin > 0))),
    weights: margins.map((margin) => (beta * sigmoid(-margin)) / margins.length),
  };
}

/** log(1 + eˣ), also where eˣ is too large for a number. */
const softplus = (x: number) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));

const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));
