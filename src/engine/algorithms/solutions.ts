/**
 * The positive repository D+ and the rule that picks one solution for a state (methods.md §2, Solution): the fewest
 * expert actions from that state on; ties go to the latest iteration, then to the fewest steps, then to the lowest id.
 */
import type { Trajectory } from "../../core/trajectory.ts";

/** A successful trajectory and where it comes from. */
export interface Solution {
  readonly trajectory: Trajectory;
  /** How many of its first actions are the expert's: all of an expert's own run, the prefix of a probe, 0 of a rollout. */
  readonly expertActions: number;
  /** The name of the expert who took them; undefined if there are none. */
  readonly expert?: string;
  /** 0 for the expert's own runs, else the iteration that made it. */
  readonly iteration: number;
}

export const expertSolution = (trajectory: Trajectory): Solution => ({
  trajectory,
  expertActions: trajectory.steps.length,
  expert: trajectory.policy,
  iteration: 0,
});

export const rolloutSolution = (trajectory: Trajectory, iteration: number): Solution => ({
  trajectory,
  expertActions: 0,
  iteration,
});

export const probeSolution = (trajectory: Trajectory, expert: Trajectory, iteration: number): Solution => ({
  trajectory,
  expertActions: trajectory.fork!.step,
  expert: expert.policy,
  iteration,
});

/** Wins of `trajectories`; what failed on our side is never one. */
export const wins = (trajectories: readonly Trajectory[]): Trajectory[] =>
  trajectories.filter(({ success }) => success);

/** Solutions whose actions no earlier one of the same task took in the same order. */
export function distinct(solutions: readonly Solution[]): Solution[] {
  const seen = new Set<string>();
  return solutions.filter(({ trajectory }) => {
    const key = JSON.stringify([trajectory.taskId, ...trajectory.steps.map(({ action }) => action)]);
    return !seen.has(key) && seen.add(key);
  });
}

/** Solutions of each task, in the order given. */
export function byTask(solutions: readonly Solution[]): Map<string, Solution[]> {
  return Map.groupBy(solutions, ({ trajectory }) => trajectory.taskId);
}

/** What decides between two solutions, from the first that differs on: smaller is better. The last word has the lower id. */
const CRITERIA: readonly ((solution: Solution, from: number) => number)[] = [
  (solution, from) => learnedOfExpert(solution, from),
  ({ iteration }) => -iteration,
  ({ trajectory }) => trajectory.steps.length,
];

/** How many of the solution's actions at or after step `from` are the expert's. */
export const learnedOfExpert = ({ expertActions }: Solution, from = 0): number => Math.max(0, expertActions - from);

/** Which criterion tells the two apart; -1: only their ids do. */
const firstDifference = (a: Solution, b: Solution, from: number): number =>
  CRITERIA.findIndex((criterion) => criterion(a, from) !== criterion(b, from));

/** Negative if `a` is the better solution from step `from` on. */
function compared(a: Solution, b: Solution, from: number): number {
  const criterion = CRITERIA[firstDifference(a, b, from)];
  if (criterion) return criterion(a, from) - criterion(b, from);
  return a.trajectory.id < b.trajectory.id ? -1 : 1;
}

/** The solution with the fewest expert actions at or after step `from`; undefined if there is none. */
export function bestSolution(solutions: readonly Solution[], from = 0): Solution | undefined {
  return solutions.reduce<Solution | undefined>(
    (best, each) => (!best || compared(each, best, from) < 0 ? each : best),
    undefined,
  );
}

/** All of them, the best first. */
export const rankedSolutions = (solutions: readonly Solution[], from = 0): Solution[] =>
  solutions.toSorted((a, b) => compared(a, b, from));

/** Why `other` is not the best solution from step `from` on: `2 expert actions more`. */
export function lostBy(best: Solution, other: Solution, from = 0): string {
  const criterion = firstDifference(best, other, from);
  if (criterion < 0) return "a higher id, all else equal";
  if (criterion === 1) return `an earlier iteration: ${other.iteration}, not ${best.iteration}`;
  const more = CRITERIA[criterion]!(other, from) - CRITERIA[criterion]!(best, from);
  const what = criterion === 0 ? "expert action" : "step";
  return `${more} ${what}${more === 1 ? "" : "s"} more`;
}

/** Solutions that go through the state before `step` of `trajectory`: the same first actions, and at least one more. */
export function through(solutions: readonly Solution[], trajectory: Trajectory, step: number): Solution[] {
  return solutions.filter(
    ({ trajectory: { steps } }) =>
      steps.length > step &&
      trajectory.steps.slice(0, step).every(({ action }, index) => steps[index]!.action === action),
  );
}
