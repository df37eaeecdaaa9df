/** How a method chose among the wins of one task, told again from what is stored, by the rules that the method itself follows. */
import type { TrajectoryId } from "../../core/ids.ts";
import type { Trajectory } from "../../core/trajectory.ts";
import {
  distinct,
  expertSolution,
  learnedOfExpert,
  lostBy,
  probeSolution,
  rankedSolutions,
  rolloutSolution,
  type Solution,
  through,
} from "./solutions.ts";

/** A won trajectory. */
export interface StoredWin {
  readonly id: TrajectoryId;
  /** 0 for the expert's own runs, else the iteration that made it. */
  readonly iteration: number;
}

export interface ChoiceRule {
  /** Of wins with the same actions only the first counts (RFT). */
  readonly distinct: boolean;
  /** One solution is chosen; otherwise all that count. */
  readonly one: boolean;
}

export interface RankedWin extends StoredWin {
  /** The expert's actions from the state on, which would be learned. */
  readonly expertActions: number;
  readonly steps: number;
  /** Why it was not chosen; null if it was. */
  readonly lostBy: string | null;
}

/**
 * `wins` of one task that pass through the state before `at.step` of `at.trajectory` (null: the task's start), the chosen first,
 * then in the order in which they lost. `wins` are in the order in which the method had them.
 */
export function rankedWins(
  trajectory: (id: TrajectoryId) => Trajectory,
  wins: readonly StoredWin[],
  at: { readonly trajectory: TrajectoryId; readonly step: number } | null,
  rule: ChoiceRule,
): RankedWin[] {
  const all = wins.map((win) => solutionOf(trajectory, win));
  const from = at?.step ?? 0;
  const passing = at ? through(all, trajectory(at.trajectory), from) : all;
  const kept = rule.distinct ? distinct(passing) : passing;
  const ranked = rule.one ? rankedSolutions(kept, from) : kept;
  const [best] = ranked;
  const twins = passing.filter((solution) => !kept.includes(solution));
  return [
    ...ranked.map((each) => rankedWin(each, from, rule.one && each !== best ? lostBy(best!, each, from) : null)),
    ...twins.map((each) => rankedWin(each, from, twinOf(each, kept))),
  ];
}

function solutionOf(trajectory: (id: TrajectoryId) => Trajectory, { id, iteration }: StoredWin): Solution {
  const won = trajectory(id);
  if (iteration === 0) return expertSolution(won);
  return won.fork ? probeSolution(won, trajectory(won.fork.from), iteration) : rolloutSolution(won, iteration);
}

const rankedWin = (solution: Solution, from: number, lost: string | null): RankedWin => ({
  id: solution.trajectory.id,
  iteration: solution.iteration,
  expertActions: learnedOfExpert(solution, from),
  steps: solution.trajectory.steps.length,
  lostBy: lost,
});

function twinOf(solution: Solution, kept: readonly Solution[]): string {
  const first = kept.find((each) => distinct([each, solution]).length === 1)!;
  return `the same actions as ${first.trajectory.id}, which came first`;
}
