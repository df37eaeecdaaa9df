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

/** The solution with the fewest expert actions at or after step `from`; undefined if there is none. */
export function bestSolution(solutions: readonly Solution[], from = 0): Solution | undefined {
  const rank = ({ trajectory, expertActions, iteration }: Solution) =>
    [Math.max(0, expertActions - from), -iteration, trajectory.steps.length] as const;
  const before = (a: Solution, b: Solution): boolean => {
    const [left, right] = [rank(a), rank(b)];
    for (let i = 0; i < left.length; i++) if (left[i] !== right[i]) return left[i]! < right[i]!;
    return a.trajectory.id < b.trajectory.id;
  };
  return solutions.reduce<Solution | undefined>((best, each) => (!best || before(each, best) ? each : best), undefined);
}

/** Solutions that go through the state before `step` of `trajectory`: the same first actions, and at least one more. */
export function through(solutions: readonly Solution[], trajectory: Trajectory, step: number): Solution[] {
  return solutions.filter(
    ({ trajectory: { steps } }) =>
      steps.length > step &&
      trajectory.steps.slice(0, step).every(({ action }, index) => steps[index]!.action === action),
  );
}
