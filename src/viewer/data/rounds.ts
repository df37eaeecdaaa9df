/** A run's rounds as the page names them, who a trajectory's policy is in words, and what a run is told by. */
import { type Told, toldBy } from "../../analysis/told.ts";
import type { Round, Run } from "../../core/run.ts";
import type { TrajectorySummary } from "../../core/summary.ts";
import type { RoundKey, RoundLine, TrajectoryHead } from "../api/shared.ts";
import type { View } from "../view.ts";

/** Of a run without rounds. */
export const NO_ROUND: RoundKey = "-";

export const keyOf = ({ row, seed, iteration }: Pick<Round, "row" | "seed" | "iteration">): RoundKey =>
  `${row}.${seed}.${iteration}`;

export function roundLineOf(round: Round): RoundLine {
  const { method, row, seed, iteration, explored, probed, evaluated } = round;
  const counts = { explored: explored.length, probed: probed.length, evaluated: evaluated.length };
  return { key: keyOf(round), method, row, seed, iteration, ...counts };
}

/** A run and one of its rounds; `round` is null for the `-` of a run without rounds. */
export interface Place {
  readonly run: Run;
  readonly rounds: readonly Round[];
  readonly round: Round | null;
}

/** null: there is no such run or round. */
export function placeOf({ repository }: View, name: string, key: RoundKey = NO_ROUND): Place | null {
  const run = repository.run(name);
  if (!run) return null;
  const rounds = repository.rounds(name);
  if (key === NO_ROUND) return rounds.length === 0 ? { run, rounds, round: null } : null;
  const round = rounds.find((each) => keyOf(each) === key);
  return round ? { run, rounds, round } : null;
}

/** What the round at `place` is told by; of a run without rounds what it holds. */
export function toldAt({ repository, readingsOf }: View, { run, rounds, round }: Place): Told {
  return toldBy(repository, run, { rounds, round, readingsOf });
}

/** Names policies: `EEF, seed 1, iteration 1` for a checkpoint that a round of `rounds` made. */
export type WhoOf = (policy: string) => string;

/** A round that reuses another's checkpoint (a method's iteration 0) is named after the first one. */
export function whoIn(rounds: readonly Round[]): WhoOf {
  const names = new Map<string, string>();
  for (const { checkpoint, method, seed, iteration } of rounds) {
    if (!names.has(checkpoint)) names.set(checkpoint, `${method}, seed ${seed}, iteration ${iteration}`);
  }
  return (policy) => names.get(policy) ?? policy;
}

export function headOf(summary: TrajectorySummary, whoOf: WhoOf): TrajectoryHead {
  const { id, taskId, policy, success, outcome, length, fork } = summary;
  const who = whoOf(policy);
  return { id, task: taskId, policy, who, won: success, return: summary.return, outcome, steps: length, fork };
}
