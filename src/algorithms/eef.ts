/**
 * EEF, exploring expert failures (Lan et al. 2025, arXiv 2504.13145; methods.md §2).
 *
 * The student also starts from states along the expert's trajectories, won and lost. Where it wins from one state and
 * loses from the next, the expert's actions in between did harm: the student learns to recover behind them, with
 * everything before masked. Where it only wins from later on, the expert's actions up to there are worth learning.
 *
 * Trajectories that cannot be replayed have no states to start from: they count in the starting policy (BC) only.
 */
import type { Checkpoint, Demonstration, TrainingSet } from "../core/training.ts";
import type { Trajectory } from "../core/trajectory.ts";
import { labelsOf, probeSteps } from "./eef-labels.ts";
import { example, sft } from "./examples.ts";
import type { Experiment, ProbePoint } from "./experiment.ts";
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

export interface EefOptions {
  readonly iterations: number;
  /** M: probed states per expert trajectory. */
  readonly probes: number;
  /** Where each training starts: the base model, or the previous iteration's policy. */
  readonly trainFrom: "base" | "previous";
}

export async function eef(x: Experiment, start: Checkpoint, options: EefOptions): Promise<Checkpoint> {
  const { iterations, probes, trainFrom } = options;
  const points = x.expert.flatMap((trajectory): ProbePoint[] =>
    probeSteps(trajectory.steps.length, probes).map((step) => ({ trajectory, step })),
  );
  let positive = wins(x.expert).map(expertSolution);
  let policy = start;
  for (let iteration = 1; iteration <= iterations; iteration++) {
    const explored = await x.explore(policy, iteration, 1);
    const probed = await x.probe(policy, iteration, points);
    const ownWins = wins(explored).map((won) => rolloutSolution(won, iteration));
    const probeWins = probed.flatMap((probe, index) =>
      probe.success ? [probeSolution(probe, points[index]!.trajectory, iteration)] : [],
    );
    positive = [...positive, ...ownWins, ...probeWins];
    const { set, counts } = chooseExamples(x, positive, needRecoverStates(x.expert, explored, points, probed));
    policy = await x.train(set, trainFrom === "base" ? x.base : policy, iteration);
    await x.finishRound({ iteration, explored, probed, set, checkpoint: policy, counts });
  }
  return policy;
}

/** The first need-recover state of each expert trajectory that has one, by this iteration's outcomes. */
export function needRecoverStates(
  expert: readonly Trajectory[],
  explored: readonly Trajectory[],
  points: readonly ProbePoint[],
  probed: readonly Trajectory[],
): ProbePoint[] {
  // A rollout that broke on our side says nothing about its state.
  const counts = ({ outcome }: Trajectory) => outcome.kind !== "failed";
  const wonFromStart = new Map(explored.filter(counts).map(({ taskId, success }) => [taskId, success]));
  const outcomes = Map.groupBy(
    points.map(({ trajectory, step }, index) => ({ trajectory, step, probe: probed[index]! })),
    ({ trajectory }) => trajectory.id,
  );
  return expert.flatMap((trajectory) => {
    const fromStart = wonFromStart.get(trajectory.taskId);
    const along = (outcomes.get(trajectory.id) ?? [])
      .filter(({ probe }) => counts(probe))
      .map(({ step, probe }) => ({ step, won: probe.success }));
    const { needRecover } = labelsOf([...(fromStart === undefined ? [] : [{ step: 0, won: fromStart }]), ...along]);
    return needRecover === null ? [] : [{ trajectory, step: needRecover }];
  });
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
