/**
 * Behaviour cloning, SFT-POS: imitate the expert's successes, loss on the agent's messages only. The starting point
 * of every other method. `everything: true` gives SFT-ALL, which imitates the failures too. Neither acts in the world, so
 * trajectories that cannot be replayed are examples like any other.
 */
import type { Checkpoint, TrainingSet } from "../../core/training.ts";
import { example, recorded, sft, wholeSolutions } from "./examples.ts";
import type { Experiment } from "./experiment.ts";
import type { Method } from "./method.ts";
import { expertSolution, wins } from "./solutions.ts";

/**
 * Behaviour cloning (SFT-POS): imitates the expert's successes, the loss on the agent's messages only. Every other method
 * starts from its result. Source: docs/methods.md §3.
 *
 * @param x What it may do: train, finish a round.
 * @param options `everything`: imitate the failures too (SFT-ALL). Default false.
 * @returns The policy of iteration 0.
 */
export async function bc(x: Experiment, options: { readonly everything?: boolean } = {}): Promise<Checkpoint> {
  const set = options.everything
    ? sft(recorded(x).map((trajectory) => example(x, expertSolution(trajectory), "expert trajectory")))
    : clonedSet(x);
  const checkpoint = await x.train(set, x.base, 0);
  await x.finishRound({ iteration: 0, explored: [], probed: [], set, checkpoint });
  return checkpoint;
}

/** The expert's successes, whole. */
export const clonedSet = (x: Experiment): TrainingSet => wholeSolutions(x, wins(recorded(x)).map(expertSolution));

export const sftAllMethod: Method<Record<never, never>, unknown> = {
  options: () => ({}),
  label: () => "SFT-ALL",
  explores: () => false,
  run: (x) => bc(x, { everything: true }),
};
