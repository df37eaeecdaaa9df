/**
 * NAT, negative-aware training (Wang et al. 2024, arXiv 2402.11651; methods.md §3): imitate every trajectory, won and lost,
 * each behind words that say which; when acting, the student is asked for a win. Published with the expert's trajectories
 * alone (`samples: 0`).
 */
import type { Checkpoint } from "../../core/training.ts";
import { example, recorded, sft } from "./examples.ts";
import type { Experiment } from "./experiment.ts";
import { distinct, expertSolution, rolloutSolution } from "./solutions.ts";

export interface NatOptions {
  readonly iterations: number;
  /** The student's own rollouts per training task and iteration. */
  readonly samples: number;
  /** Where each training starts: the base model, or the previous iteration's policy. */
  readonly trainFrom: "base" | "previous";
}

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
