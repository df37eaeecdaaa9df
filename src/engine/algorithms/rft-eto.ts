/**
 * RFT then ETO: self-play without an expert (Song et al. 2024, arXiv 2403.02502, table without experts; methods.md §4). The
 * student first imitates its own successes. Then it learns preferences among its own rollouts: for each task the best
 * against the worst, the earlier sample if several are equal. It learns nothing from the expert, unless it starts from BC.
 *
 * The first iteration is RFT's. The following ones are ETO's.
 */
import type { Checkpoint, Preference } from "../../core/training.ts";
import type { Trajectory } from "../../core/trajectory.ts";
import { wholeSolutions } from "./examples.ts";
import type { Experiment } from "./experiment.ts";
import { type Method, rollouts, times, type Zod } from "./method.ts";
import { preferenceOptions, preferenceTraining } from "./preference-options.ts";
import { type Cut, contrast, learnPreferences, type PreferenceTraining } from "./preferences.ts";
import { distinct, rolloutSolution, wins } from "./solutions.ts";

/** Options of `rftEto`. */
export interface RftEtoOptions extends PreferenceTraining {
  /** Rounds of ETO, after the one of RFT; 1 to 3. */
  readonly iterations: number;
  /** Rollouts per training task and iteration; ≥ 1. */
  readonly samples: number;
  /** How much longer a rejected side may be. */
  readonly cut: Cut;
}

/**
 * RFT, then ETO: self-play without an expert. First imitation of one's own successes, then preferences among one's own
 * rollouts: of each task the best against the worst. Source: Song et al. 2024, arXiv 2403.02502; docs/methods.md §4.
 *
 * @param x What it may do: explore, train, finish a round.
 * @param start The policy that plays first: `x.base` if no expert is to be involved at all.
 * @param options Iterations, samples, how preferences are learned.
 * @returns The last iteration's policy.
 */
export async function rftEto(x: Experiment, start: Checkpoint, options: RftEtoOptions): Promise<Checkpoint> {
  const { iterations, samples, cut, ...training } = options;
  const first = await x.explore(start, 1, samples);
  const won = distinct(wins(first).map((trajectory) => rolloutSolution(trajectory, 1)));
  const imitated = wholeSolutions(x, won);
  // Without a win there is nothing to imitate, and the one who played goes on.
  let policy = won.length === 0 ? start : await x.train(imitated, x.base, 1);
  await x.finishRound({ iteration: 1, explored: first, probed: [], set: imitated, checkpoint: policy });
  for (let iteration = 1; iteration <= iterations; iteration++) {
    const round = iteration + 1;
    const explored = await x.explore(policy, round, samples);
    const pairs = ownPairs(x, explored, cut);
    const { set, checkpoint } = await learnPreferences(x, policy, pairs, { ...training, iteration, round });
    policy = checkpoint;
    const counts = { pairs: pairs.length };
    await x.finishRound({ iteration: round, explored, probed: [], set, checkpoint, counts });
  }
  return policy;
}

/** Of each task the best rollout against the worst. */
export function ownPairs(x: Experiment, explored: readonly Trajectory[], cut: Cut): Preference[] {
  const finished = explored.filter(({ outcome }) => outcome.kind !== "failed");
  return [...Map.groupBy(finished, ({ taskId }) => taskId).values()].flatMap((ofTask) => {
    const best = ofTask.reduce((found, each) => (each.return > found.return ? each : found));
    const worst = ofTask.reduce((found, each) => (each.return < found.return ? each : found));
    return contrast(x, [best, worst], cut);
  });
}

const options = (z: Zod) => ({
  /** Of ETO, after one of RFT. */
  iterations: z.number().int().min(1).max(3).default(1),
  /** Rollouts per training task and iteration. */
  samples: rollouts(z).default(6),
  /** Who plays first: the base student, so that no expert is involved, or behaviour cloning's. */
  start: z.enum(["base", "bc"]).default("base"),
  ...preferenceOptions(z),
});

export const rftEtoMethod: Method<ReturnType<typeof options>> = {
  options,
  label: (said) => `RFT${times(said)} + ETO${said.start === "bc" ? ", from BC" : ""}`,
  explores: () => true,
  run: (x, start, said, config) =>
    rftEto(x, said.start === "base" ? x.base : start, { ...said, ...preferenceTraining(said, config) }),
};
