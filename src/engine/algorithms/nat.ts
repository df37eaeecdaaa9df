/**
 * NAT, negative-aware training (Wang et al. 2024, arXiv 2402.11651; methods.md §3). The student imitates every trajectory,
 * won and lost. Words at the beginning say which it is. When the student acts, these words ask for a win. Published with
 * the expert's trajectories alone (`samples: 0`).
 */
import type { z } from "zod";
import { atMost } from "../../core/bounds.ts";
import type { Checkpoint } from "../../core/training.ts";
import { example, recorded, sft } from "./examples.ts";
import type { Experiment } from "./experiment.ts";
import { continued, iterations, type Method, times, trainFrom, type Zod } from "./method.ts";
import { distinct, expertSolution, rolloutSolution } from "./solutions.ts";

const options = (z: Zod) => ({
  /** Rounds of exploring, choosing and training; ≥ 1. Default 1. */
  iterations: iterations(z),
  /** The student's own rollouts per training task and iteration; 0, the default, = the expert's trajectories alone. */
  samples: z
    .number()
    .int()
    .nonnegative()
    .max(...atMost("samples"))
    .default(0),
  /** Where each training starts: the base model (default), or the previous iteration's policy. */
  trainFrom: trainFrom(z),
});

/**
 * Options of `nat`, as a config may give them.
 *
 * @interface
 */
export type NatOptions = z.output<z.ZodObject<ReturnType<typeof options>>>;

/**
 * NAT, negative-aware training: imitates every trajectory, won and lost, each behind words that say which; when acting, the
 * student is asked for a win. Source: Wang et al. 2024, arXiv 2402.11651; docs/methods.md §3.
 *
 * @param x What it may do: explore, train, finish a round.
 * @param start The policy that plays first, from `bc`.
 * @param options Iterations, samples, where trainings start.
 * @returns The last iteration's policy.
 */
export async function nat(x: Experiment, start: Checkpoint, options: NatOptions): Promise<Checkpoint> {
  const { iterations, samples, trainFrom } = options;
  const modes = { won: x.inMode("won"), lost: x.inMode("lost") };
  let all = recorded(x).map(expertSolution);
  let policy = start;
  for (let iteration = 1; iteration <= iterations; iteration++) {
    // The starting policy has not learned yet what a mode is.
    const asked = iteration === 1 ? x : modes.won;
    const explored = samples === 0 ? [] : await asked.explore(policy, iteration, samples);
    const own = explored.filter(({ outcome }) => outcome.kind !== "failed");
    all = distinct([...all, ...own.map((trajectory) => rolloutSolution(trajectory, iteration))]);
    const learnable = all.filter(({ trajectory }) => trajectory.steps.length > 0);
    const set = sft(
      learnable.map((solution) => {
        const mode = solution.trajectory.success ? "won" : "lost";
        return example(modes[mode], solution, `${mode} trajectory`);
      }),
    );
    policy = await x.train(set, trainFrom === "base" ? x.base : policy, iteration);
    const counts = { lostExamples: learnable.filter(({ trajectory }) => !trajectory.success).length };
    await modes.won.finishRound({ iteration, explored, probed: [], set, checkpoint: policy, counts });
  }
  return policy;
}

export const natMethod: Method<ReturnType<typeof options>> = {
  options,
  label: (said) => `NAT${said.samples === 0 ? "" : ` + own${times(said)}`}${continued(said)}`,
  explores: ({ samples }) => samples > 0,
  run: nat,
};
