/** Who may look at whom: what is added to scores before softmax. */

/** Score of a place that must not be looked at: softmax gives it exactly 0. */
export const HIDDEN = -1e9;

export interface MaskOptions {
  /** Tokens that come before all queries (P). Default 0. */
  readonly before?: number;
  /** Tokens that a query looks at, itself included; null, the default: all up to it. */
  readonly window?: number | null;
}

/**
 * What each of `length` queries must not look at: its successors, and what is further back than its window. The queries of a
 * group of heads stand one after the other, so row g·T + t shows columns up to P + t. (groups·T, P + T)
 */
export function causalMask(
  length: number,
  groups: number,
  { before = 0, window = null }: MaskOptions = {},
): Float32Array {
  const width = before + length;
  const mask = new Float32Array(groups * length * width); // (G·T, P + T)
  for (let row = 0; row < groups * length; row++) {
    const end = before + (row % length) + 1;
    mask.fill(HIDDEN, row * width + end, (row + 1) * width);
    if (window !== null && end > window) mask.fill(HIDDEN, row * width, row * width + end - window);
  }
  return mask;
}
