/**
 * Rejection-sampling fine-tuning (RFT): the student imitates the expert's successes and its own. With `samples` = N it is
 * RFT×N. With N = M + 1 it makes as many rollouts as EEF, for which it is the control. Short expert runs have fewer states
 * to probe; `matchProbes` then makes exactly as many rollouts of each task as EEF. `solutions: "one"` keeps one solution a
 * task, chosen as EEF chooses: the control that separates exploration from the choice of data (methods.md §3).
 */
import type { z } from "zod";
import { atMost } from "../../core/bounds.ts";
import type { Checkpoint } from "../../core/training.ts";
import type { Trajectory } from "../../core/trajectory.ts";
import { probeSteps } from "./eef-labels.ts";
import { recorded, wholeSolutions } from "./examples.ts";
import type { Experiment, Samples } from "./experiment.ts";
import { continued, count, iterations, type Method, rollouts, times, trainFrom, type Zod } from "./method.ts";
import { bestSolution, byTask, distinct, expertSolution, rolloutSolution, wins } from "./solutions.ts";

const options = (z: Zod) => ({
  /** Rounds of exploring, choosing and training; ≥ 1. Default 1. */
  iterations: iterations(z),
  /** Rollouts per training task and iteration; ≥ 1. Default 1. */
  samples: rollouts(z).default(1),
  /** M, ≥ 1: in place of `samples`, as many rollouts of each task as EEF with M probes makes. */
  matchProbes: count(z)
    .max(...atMost("probes"))
    .optional(),
  /** Which solutions of a task are learned: all, or the one that EEF would choose. Default `all`. */
  solutions: z.enum(["all", "one"]).default("all"),
  /** Where each training starts: the base model (default), or the previous iteration's policy. */
  trainFrom: trainFrom(z),
});

/**
 * Options of `rft`, as a config may give them.
 *
 * @interface
 */
export type RftOptions = z.output<z.ZodObject<ReturnType<typeof options>>>;

/**
 * RFT, rejection-sampling fine-tuning: imitates the expert's successes and one's own. With N samples it is RFT×N, the control
 * that makes as many rollouts as EEF does. Source: docs/methods.md §3.
 *
 * @param x What it may do: explore, train, finish a round.
 * @param start The policy that plays first, from `bc`.
 * @param options Iterations, samples, which solutions are kept.
 * @returns The last iteration's policy.
 */
export async function rft(x: Experiment, start: Checkpoint, options: RftOptions): Promise<Checkpoint> {
  const { iterations, matchProbes, solutions, trainFrom } = options;
  const samples = matchProbes === undefined ? options.samples : rolloutsOfEef(x, matchProbes);
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

/** One from the start, and one from every state that EEF probes along the expert's trajectories of the task. */
function rolloutsOfEef({ expert }: Experiment, probes: number): Samples {
  const byTask = Map.groupBy(expert, ({ taskId }) => taskId);
  const probed = ({ steps }: Trajectory) => probeSteps(steps.length, probes).length;
  return ({ id }) => (byTask.get(id) ?? []).reduce((sum, trajectory) => sum + probed(trajectory), 1);
}

export const rftMethod: Method<ReturnType<typeof options>> = {
  options,
  label(said) {
    const rollouts = said.matchProbes === undefined ? times(said) : ` as EEF M=${said.matchProbes}`;
    return `RFT${rollouts}${said.solutions === "one" ? ", one solution" : ""}${continued(said)}`;
  },
  explores: () => true,
  run: rft,
};
