/**
 * ETO, exploration-based trajectory optimisation (Song et al. 2024, arXiv 2403.02502; methods.md §4).
 *
 * Behaviour cloning comes first. Then, in each iteration, the student plays every training task. Where its return differs
 * from the expert's on the same task, it learns to prefer the better trajectory, whoever made it. The reference is the
 * student as it was before the iteration.
 *
 * Trajectories that cannot be replayed are of tasks that nobody plays: they count in the starting policy only.
 */
import type { Checkpoint, Preference } from "../../core/training.ts";
import type { Trajectory } from "../../core/trajectory.ts";
import type { Experiment } from "./experiment.ts";
import { type Method, rollouts, times, type Zod } from "./method.ts";
import { preferenceOptions, preferenceTraining } from "./preference-options.ts";
import { type Cut, contrast, learnPreferences, type PreferenceTraining } from "./preferences.ts";

/** Options of `eto`. */
export interface EtoOptions extends PreferenceTraining {
  /** Rounds of exploring and training; 1 to 3. The published gain ends after 2. */
  readonly iterations: number;
  /** Rollouts per training task and iteration; ≥ 1. Published: 1. */
  readonly samples: number;
  /** How much longer a rejected side may be. */
  readonly cut: Cut;
}

/**
 * ETO, exploration-based trajectory optimisation: the student plays every training task; where its return and the expert's
 * differ, it learns to prefer the better trajectory to the worse one (DPO), whoever made which. Source: Song et al. 2024,
 * arXiv 2403.02502; docs/methods.md §4.
 *
 * @param x What it may do: explore, train, finish a round.
 * @param start The policy that plays first, from `bc`; also the first reference.
 * @param options Iterations, samples, how preferences are learned.
 * @returns The last iteration's policy.
 */
export async function eto(x: Experiment, start: Checkpoint, options: EtoOptions): Promise<Checkpoint> {
  const { iterations, samples, cut, ...training } = options;
  let policy = start;
  for (let iteration = 1; iteration <= iterations; iteration++) {
    const explored = await x.explore(policy, iteration, samples);
    const pairs = expertPairs(x, explored, cut);
    const learned = await learnPreferences(x, policy, pairs, { ...training, iteration, round: iteration });
    policy = learned.checkpoint;
    const own = new Set<string>(explored.map(({ id }) => id));
    const counts = { pairs: pairs.length, ownPreferred: pairs.filter(({ sources }) => own.has(sources[0])).length };
    await x.finishRound({ iteration, explored, probed: [], set: learned.set, checkpoint: policy, counts });
  }
  return policy;
}

/** Every rollout beside every trajectory that the expert has of its task. */
export function expertPairs(x: Experiment, explored: readonly Trajectory[], cut: Cut): Preference[] {
  const expert = Map.groupBy(x.expert, ({ taskId }) => taskId);
  return explored.flatMap((own) => (expert.get(own.taskId) ?? []).flatMap((theirs) => contrast(x, [own, theirs], cut)));
}

const options = (z: Zod) => ({
  iterations: z.number().int().min(1).max(3).default(1),
  /** Rollouts per training task and iteration. */
  samples: rollouts(z).default(1),
  ...preferenceOptions(z),
});

export const etoMethod: Method<ReturnType<typeof options>> = {
  options,
  label: (said) => `ETO${times(said)}`,
  explores: () => true,
  run: (x, start, said, config) => eto(x, start, { ...said, ...preferenceTraining(said, config) }),
};
