/** A run's rounds as the page names them, who a trajectory's policy is in words, and what a run is told by. */
import { type Told, toldBy } from "../../analysis/told.ts";
import { headOfRound, type Round, type RoundHead, type Run } from "../../core/run.ts";
import type { TrajectorySummary } from "../../core/summary.ts";
import type { RoundKey, RoundLine, TrajectoryHead } from "../api/shared.ts";
import type { View } from "../view.ts";
import { keptByRun } from "./kept.ts";

/** Of a run without rounds. */
export const NO_ROUND: RoundKey = "-";

export const keyOf = ({ row, seed, iteration }: Pick<Round, "row" | "seed" | "iteration">): RoundKey =>
  `${row}.${seed}.${iteration}`;

export const roundLineOf = (round: Round): RoundLine => lineOfHead(headOfRound(round));

export function lineOfHead(head: RoundHead): RoundLine {
  const { method, row, seed, iteration, members } = head;
  const { explored, probed, evaluated } = members;
  return { key: keyOf(head), method, row, seed, iteration, explored, probed, evaluated };
}

/** Runs whose rounds are kept: a large one's name a few hundred thousand trajectories. */
const MOST_RUNS = 3;

/** The rounds of a run with their lists, the same objects as long as none is added. */
export const roundsOf: (view: View, run: string) => readonly Round[] = keptByRun(
  ({ repository }, run) => repository.rounds(run),
  MOST_RUNS,
);

/** A run and one of its rounds; `round` is null for the `-` of a run without rounds. */
export interface Place {
  readonly run: Run;
  readonly rounds: readonly Round[];
  readonly round: Round | null;
}

/** null: there is no such run or round. */
export function placeOf(view: View, name: string, key: RoundKey = NO_ROUND): Place | null {
  const run = view.repository.run(name);
  if (!run) return null;
  const rounds = roundsOf(view, name);
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
export function whoIn(rounds: readonly Pick<Round, "checkpoint" | "method" | "seed" | "iteration">[]): WhoOf {
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
