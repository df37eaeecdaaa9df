/**
 * best-of-N: no training, N samples at test time, of which the best counts. Nobody can tell beforehand which one that is, so
 * it is no method but an upper bound of what choosing among the starting policy's own answers could give.
 */
import type { z } from "zod";
import type { Checkpoint } from "../../core/training.ts";
import { clonedSet } from "./bc.ts";
import type { Experiment } from "./experiment.ts";
import { count, type Method } from "./method.ts";

const options = {
  /** Episodes of each held-out task. */
  samples: count.default(6),
};

export type BestOfOptions = z.output<z.ZodObject<typeof options>>;

export async function bestOf(x: Experiment, start: Checkpoint, { samples }: BestOfOptions): Promise<void> {
  await x.finishRound({ iteration: 0, explored: [], probed: [], set: clonedSet(x), checkpoint: start, samples });
}

export const bestOfMethod: Method<typeof options> = {
  options,
  label: ({ samples }) => `best-of-${samples}`,
  explores: () => false,
  run: bestOf,
};
