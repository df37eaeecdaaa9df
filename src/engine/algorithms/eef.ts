/**
 * EEF, exploring expert failures (Lan et al. 2025, arXiv 2504.13145; methods.md §2).
 *
 * The student also plays from states along the expert's trajectories, won and lost. Where it wins from one state and loses
 * from the next, the expert's actions in between did harm. The student learns to recover after them, with everything before
 * masked. Where it loses from one state and wins from a later one, the expert's actions in between are worth learning.
 *
 * Trajectories that cannot be replayed have no states to start from: they count in the starting policy (BC) only.
 */
import type { z } from "zod";
import { atMost } from "../../core/bounds.ts";
import type { Checkpoint, Demonstration, TrainingSet } from "../../core/training.ts";
import type { Trajectory } from "../../core/trajectory.ts";
import { CONFIDENCE, type Labels, probeSteps } from "./eef-labels.ts";
import { changedLabels, labelsAlong, type Outcome, outcomesOf } from "./eef-outcomes.ts";
import { example, sft } from "./examples.ts";
import type { Experiment, ProbePoint } from "./experiment.ts";
import { continued, count, iterations, type Method, rollouts, trainFrom, type Zod } from "./method.ts";
import {
  bestSolution,
  byTask,
  expertSolution,
  probeSolution,
  rolloutSolution,
  type Solution,
  through,
  wins,
} from "./solutions.ts";

const options = (z: Zod) => ({
  /** Rounds of exploring, choosing and training; ≥ 1. Default 1. */
  iterations: iterations(z),
  /** M: probed states per expert trajectory; ≥ 1. Default 5. */
  probes: count(z)
    .max(...atMost("probes"))
    .default(5),
  /** Where each training starts: the base model (default), or the previous iteration's policy. */
  trainFrom: trainFrom(z),
  // Absent rather than 1: runs that were stored before there was a choice keep their config. So do the next two.
  /** Rollouts from each state, ≥ 1, the tasks' starts included. Absent: one, as published. */
  samplesPerState: rollouts(z).optional(),
  /**
   * Neighbouring states are labelled as different from this probability on, above ½ and below 1. Absent: 0.8. One rollout
   * against one other is never more than 0.83.
   */
  confidence: z.number().gt(0.5).lt(1).optional(),
  /** Whose rollouts decide the labels; solutions come from all of them anyway. Absent: this round's. */
  labels: z.enum(["this-round", "all-rounds"]).optional(),
});

/**
 * Options of `eef`, as a config may give them.
 *
 * @interface
 */
export type EefOptions = z.output<z.ZodObject<ReturnType<typeof options>>>;

/**
 * EEF, exploring expert failures: the student also starts from states along the expert's trajectories, won and lost. Where it
 * wins from one state and loses from the next, the expert's actions in between did harm: it learns to recover behind them,
 * with everything before masked. Where it only wins from later on, the expert's actions up to there are learned. Source: Lan
 * et al. 2025, arXiv 2504.13145; docs/methods.md §2.
 *
 * @param x What it may do: explore, probe, train, finish a round.
 * @param start The policy that plays first, from `bc`.
 * @param options Probes, iterations, how labels are read.
 * @returns The last iteration's policy.
 */
export async function eef(x: Experiment, start: Checkpoint, options: EefOptions): Promise<Checkpoint> {
  const {
    iterations,
    probes,
    trainFrom,
    samplesPerState = 1,
    confidence = CONFIDENCE,
    labels = "this-round",
  } = options;
  const points = x.expert.flatMap((trajectory): ProbePoint[] =>
    probeSteps(trajectory.steps.length, probes).map((step) => ({ trajectory, step })),
  );
  let positive = wins(x.expert).map(expertSolution);
  let known: readonly Outcome[] = [];
  let policy = start;
  for (let iteration = 1; iteration <= iterations; iteration++) {
    const explored = await x.explore(policy, iteration, samplesPerState);
    const probed = await x.probe(policy, iteration, points, samplesPerState);
    const ownWins = wins(explored).map((won) => rolloutSolution(won, iteration));
    const probeWins = probed.flatMap((probe, index) =>
      probe.success ? [probeSolution(probe, points[Math.floor(index / samplesPerState)]!.trajectory, iteration)] : [],
    );
    positive = [...positive, ...ownWins, ...probeWins];
    const outcomes = outcomesOf(explored, points, probed, samplesPerState);
    known = labels === "all-rounds" ? [...known, ...outcomes] : outcomes;
    const read = labelsAlong(x.expert, points, known, confidence);
    const { set, counts } = chooseExamples(x, positive, needRecoverStates(read));
    policy = await x.train(set, trainFrom === "base" ? x.base : policy, iteration);
    const triedOnce = known.length === outcomes.length && samplesPerState === 1;
    const changes: Record<string, number> = triedOnce
      ? {}
      : { labelsChanged: changedLabels(firstReading(x, points, outcomes), read) };
    await x.finishRound({ iteration, explored, probed, set, checkpoint: policy, counts: { ...counts, ...changes } });
  }
  return policy;
}

/** The labels as they would be with one rollout a state, as published. */
function firstReading(x: Experiment, points: readonly ProbePoint[], outcomes: readonly Outcome[]) {
  const first = outcomes.filter(({ sample }) => sample === 0);
  return labelsAlong(x.expert, points, first, CONFIDENCE);
}

/** The first need-recover state of each expert trajectory that has one. */
function needRecoverStates(read: ReadonlyMap<Trajectory, Labels>): ProbePoint[] {
  return [...read].flatMap(([trajectory, { needRecover }]) =>
    needRecover === null ? [] : [{ trajectory, step: needRecover }],
  );
}

/** One solution for every s_0 and every need-recover state; states that nobody solved are left out and counted. */
function chooseExamples(
  x: Experiment,
  positive: readonly Solution[],
  states: readonly ProbePoint[],
): { readonly set: TrainingSet; readonly counts: Record<string, number> } {
  const solutions = byTask(positive);
  const examples: Demonstration[] = [];
  let expertActionsLearned = 0;
  for (const task of x.tasks) {
    const best = bestSolution(solutions.get(task.id) ?? []);
    if (!best) continue;
    expertActionsLearned += best.expertActions;
    examples.push(example(x, best, "solution from s_0"));
  }
  const tasksSolved = examples.length;
  for (const { trajectory, step } of states) {
    const best = bestSolution(through(solutions.get(trajectory.taskId) ?? [], trajectory, step), step);
    if (!best) continue;
    expertActionsLearned += Math.max(0, best.expertActions - step);
    examples.push(example(x, best, `recovery from s_${step}`, step));
  }
  const counts = {
    tasksLeftOut: x.tasks.length - tasksSolved,
    needRecover: states.length,
    needRecoverSolved: examples.length - tasksSolved,
    expertActionsLearned,
  };
  return { set: sft(examples), counts };
}

export const eefMethod: Method<ReturnType<typeof options>> = {
  options,
  label(said) {
    const { probes, samplesPerState = 1, confidence, labels } = said;
    const variants = [
      probes === 5 ? "" : ` M=${probes}`,
      samplesPerState === 1 ? "" : ` k=${samplesPerState}`,
      confidence === undefined ? "" : `, confidence ${confidence}`,
      labels === "all-rounds" ? ", labels of all rounds" : "",
    ];
    return `EEF${variants.join("")}${continued(said)}`;
  },
  explores: () => true,
  run: eef,
};
