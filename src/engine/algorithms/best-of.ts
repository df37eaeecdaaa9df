/**
 * best-of-N: no training, N samples at test time, of which the best counts. Nobody can tell beforehand which one that is, so
 * it is no method but an upper bound of what choosing among the starting policy's own answers could give.
 */
import type { z } from "zod";
import type { Checkpoint } from "../../core/training.ts";
import { clonedSet } from "./bc.ts";
import type { Experiment } from "./experiment.ts";
import { type Method, rollouts, type Zod } from "./method.ts";

const options = (z: Zod) => ({
  /** N: sampled rollouts of each held-out task; ≥ 1. Default 6. */
  samples: rollouts(z).default(6),
});

/**
 * Options of `bestOf`, as a config may give them.
 *
 * @interface
 */
export type BestOfOptions = z.output<z.ZodObject<ReturnType<typeof options>>>;

/**
 * best-of-N: trains nothing, evaluates `start` by N sampled rollouts of each held-out task, of which the best counts. An upper
 * bound rather than a method: when acting, nobody can tell which rollout will be the best.
 *
 * @param x What it may do: finish a round.
 * @param start The policy that is sampled, from `bc`.
 * @param options How many samples.
 */
export async function bestOf(x: Experiment, start: Checkpoint, { samples }: BestOfOptions): Promise<void> {
  await x.finishRound({ iteration: 0, explored: [], probed: [], set: clonedSet(x), checkpoint: start, samples });
}

export const bestOfMethod: Method<ReturnType<typeof options>> = {
  options,
  label: ({ samples }) => `best-of-${samples}`,
  explores: () => false,
  run: bestOf,
};
