/**
 * The official splits, which go by the index after the shuffle: test 0 to 499, eval 500 to 1,499, train the rest. They
 * were made for the 12,087 human goals of the full catalogue; here they apply to every list of more than 1,500 goals, as
 * stacks that train on the 6,910 synthetic goals of the 1,000 products do with 0 to 499. Shorter lists are all test.
 *
 * princeton-nlp/WebShop at 64fa2a5, baseline_models/env.py.
 */

export const SPLITS = ["train", "eval", "test"] as const;
export type Split = (typeof SPLITS)[number];

const TEST_END = 500;
const EVAL_END = 1500;

/** The goals of a split: indices in [start, end), which may be empty. */
export function splitRange(split: Split, goalCount: number): { readonly start: number; readonly end: number } {
  if (goalCount <= EVAL_END) return { start: 0, end: split === "test" ? goalCount : 0 };
  const ranges = {
    test: { start: 0, end: TEST_END },
    eval: { start: TEST_END, end: EVAL_END },
    train: { start: EVAL_END, end: goalCount },
  };
  return ranges[split];
}

/** Throws RangeError for an index outside [0, goalCount). */
export function splitOf(index: number, goalCount: number): Split {
  const split = SPLITS.find((name) => {
    const { start, end } = splitRange(name, goalCount);
    return index >= start && index < end;
  });
  if (!split) throw new RangeError(`expected an index in [0, ${goalCount}), got ${index}`);
  return split;
}
