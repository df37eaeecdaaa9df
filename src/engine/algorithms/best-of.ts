/**
 * best-of-N: no training, N samples at test time, of which the best counts. Nobody can tell beforehand which one that is, so
 * it is no method but an upper bound of what choosing among the starting policy's own answers could give.
 */
import type { Checkpoint } from "../../core/training.ts";
import { clonedSet } from "./bc.ts";
import type { Experiment } from "./experiment.ts";

export async function bestOf(x: Experiment, start: Checkpoint, options: { readonly samples: number }): Promise<void> {
  const { samples } = options;
  await x.finishRound({ iteration: 0, explored: [], probed: [], set: clonedSet(x), checkpoint: start, samples });
}
