/**
 * AgentEvol (Xi et al. 2024, arXiv 2406.04151; methods.md §3): imitate one's own rollouts, each weighted by its return, merged
 * with the expert's successes. The weight is the return's share of what a success takes, at most 1; an expert's success counts
 * 1, a rollout without a return not at all. Of one's own rollouts only those of this iteration, by the policy as it is now.
 *
 * Where only successes pay, this is RFT on the last iteration's rollouts.
 */
import type { z } from "zod";
import type { Checkpoint, Demonstration } from "../../core/training.ts";
import type { Trajectory } from "../../core/trajectory.ts";
import { example, recorded, sft } from "./examples.ts";
import type { Experiment } from "./experiment.ts";
import { continued, iterations, type Method, rollouts, times, trainFrom, type Zod } from "./method.ts";
import { expertSolution, rolloutSolution, wins } from "./solutions.ts";

const options = (z: Zod) => ({
  /** Rounds of exploring, choosing and training; ≥ 1. Default 1. */
  iterations: iterations(z),
  /** Rollouts per training task and iteration; ≥ 1. Default 1. */
  samples: rollouts(z).default(1),
  /** Where each training starts: the base model (default), or the previous iteration's policy. */
  trainFrom: trainFrom(z),
});

/**
 * Options of `agentEvol`, as a config may give them.
 *
 * @interface
 */
export type AgentEvolOptions = z.output<z.ZodObject<ReturnType<typeof options>>>;

/**
 * AgentEvol: imitates one's own rollouts, each weighted by its return, merged with the expert's successes. The weight is the
 * return's share of what a success takes, at most 1. Source: Xi et al. 2024, arXiv 2406.04151; docs/methods.md §3.
 *
 * @param x What it may do: explore, train, finish a round.
 * @param start The policy that plays first, from `bc`.
 * @param options Iterations, samples, where trainings start.
 * @returns The last iteration's policy.
 */
export async function agentEvol(x: Experiment, start: Checkpoint, options: AgentEvolOptions): Promise<Checkpoint> {
  const { iterations, samples, trainFrom } = options;
  const expert = wins(recorded(x)).map((won) => example(x, expertSolution(won), "expert success"));
  let policy = start;
  for (let iteration = 1; iteration <= iterations; iteration++) {
    const explored = await x.explore(policy, iteration, samples);
    const own = explored.flatMap((trajectory) => weighted(x, trajectory, iteration));
    const set = sft([...expert, ...own]);
    policy = await x.train(set, trainFrom === "base" ? x.base : policy, iteration);
    const counts = { ownExamples: own.length, partlyWeighted: own.filter(({ weight }) => weight !== undefined).length };
    await x.finishRound({ iteration, explored, probed: [], set, checkpoint: policy, counts });
  }
  return policy;
}

function weighted(x: Experiment, trajectory: Trajectory, iteration: number): Demonstration[] {
  const { outcome, steps, return: earned } = trajectory;
  const weight = Math.min(1, earned / x.successReturn);
  if (outcome.kind === "failed" || steps.length === 0 || weight <= 0) return [];
  const demonstration = example(x, rolloutSolution(trajectory, iteration), "own rollout");
  return [weight === 1 ? demonstration : { ...demonstration, weight }];
}

export const agentEvolMethod: Method<ReturnType<typeof options>> = {
  options,
  label: (said) => `AgentEvol${times(said)}${continued(said)}`,
  explores: () => true,
  run: agentEvol,
};
