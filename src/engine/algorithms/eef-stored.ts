/**
 * Reads EEF's labels of a stored round again, by the rule that the run used: which states were won and lost, and which of
 * the expert's actions are harmful or beneficial. The store holds only the trajectories, not the labels.
 */
import { StoreError } from "../../core/errors.ts";
import type { TrajectoryId } from "../../core/ids.ts";
import type { Repository } from "../../core/repository.ts";
import { methodSaidOf, type Round } from "../../core/run.ts";
import type { TrajectorySummary } from "../../core/summary.ts";
import { CONFIDENCE, type Labels, type Tally } from "./eef-labels.ts";
import { labelsAlong, type Outcome, outcomesOf, talliesAlong } from "./eef-outcomes.ts";

/** What was read along one expert trajectory. */
export interface Reading extends Labels {
  /** The states that were tried, s_0 (the task's start) first. */
  readonly states: readonly Tally[];
}

/**
 * By expert trajectory. `rounds` are those of one method and seed up to the iteration that is asked for, in order; the
 * method must have probed. Throws StoreError where a trajectory is missing.
 */
export function readingsOf(repository: Repository, rounds: readonly Round[]): ReadonlyMap<TrajectoryId, Reading> {
  const last = rounds.at(-1)!;
  const { confidence, labels } = saidOf(repository, last);
  const used = labels === "all-rounds" ? rounds : [last];
  const trajectory = storedIn(repository, used);
  const expert = last.expert.map(trajectory);
  const points = pointsOf(last, trajectory);
  const outcomes = used.flatMap((round) => outcomesIn(round, trajectory));
  const states = talliesAlong(expert, points, outcomes);
  const read = labelsAlong(expert, points, outcomes, confidence);
  return new Map(expert.map((each) => [each.id, { ...read.get(each)!, states: states.get(each)! }]));
}

/** What the run's config says of the method in this row; the defaults where it is not stored. */
function saidOf(repository: Repository, { run, row }: Round): { readonly confidence: number; readonly labels: string } {
  const said: { readonly confidence?: number; readonly labels?: string } = methodSaidOf(repository.run(run), row) ?? {};
  return { confidence: said.confidence ?? CONFIDENCE, labels: said.labels ?? "this-round" };
}

/** Of whatever `rounds` name. */
function storedIn(repository: Repository, rounds: readonly Round[]): (id: TrajectoryId) => TrajectorySummary {
  const named = rounds.flatMap(({ expert, explored, probed }) => [...expert, ...explored, ...probed]);
  const known = new Map(repository.summaries(named));
  return (id) => {
    const found = known.get(id) ?? repository.summary(id);
    if (!found) throw new StoreError(`trajectory ${id} belongs to a round but is not stored`);
    known.set(id, found);
    return found;
  };
}

/** A probed state, before `step`. */
interface Point {
  readonly trajectory: TrajectorySummary;
  readonly step: number;
}

/** The probed states in the order in which they were probed. */
function pointsOf({ probed }: Round, trajectory: (id: TrajectoryId) => TrajectorySummary): Point[] {
  const points = new Map<string, Point>();
  for (const id of probed) {
    const { fork } = trajectory(id);
    if (!fork) throw new StoreError(`probe ${id} does not say where it began`);
    points.set(`${fork.from} ${fork.step}`, { trajectory: trajectory(fork.from), step: fork.step });
  }
  return [...points.values()];
}

/** A round's rollouts were stored state by state, those of a state one after the other, as many of each. */
function outcomesIn(round: Round, trajectory: (id: TrajectoryId) => TrajectorySummary): Outcome[] {
  const points = pointsOf(round, trajectory);
  const samples = points.length === 0 ? 1 : round.probed.length / points.length;
  if (!Number.isInteger(samples))
    throw new StoreError(`${round.method}, iteration ${round.iteration}: not every state was probed as often`);
  return outcomesOf(round.explored.map(trajectory), points, round.probed.map(trajectory), samples);
}
