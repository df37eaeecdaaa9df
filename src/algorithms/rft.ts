/**
 * Rejection-sampling fine-tuning: imitate the expert's successes and one's own. With `samples` = N it is RFT×N, the
 * control of EEF that makes as many rollouts (N = M + 1). `solutions: "one"` keeps one solution a task, chosen as EEF
 * chooses: the control that separates exploration from the choice of data (methods.md §3).
 */
import type { Checkpoint } from "../core/training.ts";
import { recorded, wholeSolutions } from "./examples.ts";
import type { Experiment } from "./experiment.ts";
import { bestSolution, byTask, distinct, expertSolution, rolloutSolution, wins } from "./solutions.ts";

export interface RftOptions {
  readonly iterations: number;
  /** Rollouts per training task and iteration. */
  readonly samples: number;
  readonly solutions: "all" | "one";
  /** Where each training starts: the base model, or the previous iteration's policy. */
  readonly trainFrom: "base" | "previous";
}

export async function rft(x: Experiment, start: Checkpoint, options: RftOptions): Promise<Checkpoint> {
  const { iterations, samples, solutions, trainFrom } = options;
  let positive = wins(recorded(x)).map(expertSolution);
  let policy = start;
  for (let iteration = 1; iteration <= iterations; iteration++) {
    const explored = await x.explore(policy, iteration, samples);
    positive = distinct([...positive, ...wins(explored).map((won) => rolloutSolution(won, iteration))]);
    const chosen =
      solutions === "all" ? positive : [...byTask(positive).values()].map((candidates) => bestSolution(candidates)!);
    const set = wholeSolutions(x, chosen);
    policy = await x.train(set, trainFrom === "base" ? x.base : policy, iteration);
    await x.finishRound({ iteration, explored, probed: [], set, checkpoint: policy });
  }
  return policy;
}
