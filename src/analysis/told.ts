/** Which round a run is told by, and how the probes up to it are read: for the terminal and for the viewer. */
import type { TrajectoryId } from "../core/ids.ts";
import type { Repository } from "../core/repository.ts";
import { type DatasetConfig, datasetOf, type Round, type RoundHead, type Run } from "../core/run.ts";
import type { RunReading, Telling } from "./story.ts";

/** Reads the labels of the last of `rounds` again: rounds of one method and seed up to it, in order, of a method that probed. */
export type ReadingsOf = (rounds: readonly Round[]) => ReadonlyMap<TrajectoryId, RunReading>;

export interface Told {
  readonly telling: Telling;
  /** Labels that cannot be relied on, in words; empty otherwise. */
  readonly remarks: readonly string[];
}

/**
 * The last iteration with the lowest seed of the first method that probed. If none probed, of the last method. `rounds` may be
 * heads: they are in order.
 */
export function firstRound<R extends Round | RoundHead>(rounds: readonly R[]): R | null {
  const probing = rounds.filter((round) => ("members" in round ? round.members.probed : round.probed.length) > 0);
  const [first] = probing.length > 0 ? probing : rounds.toReversed();
  if (!first) return null;
  const own = rounds.filter(({ method, seed }) => method === first.method && seed === first.seed);
  return own.reduce((last, each) => (each.iteration > last.iteration ? each : last));
}

/** The rounds of `round`'s method and seed up to it, as they stand in `rounds`. */
export const roundsUpTo = (rounds: readonly Round[], round: Round): readonly Round[] =>
  rounds.filter(
    ({ method, seed, iteration }) => method === round.method && seed === round.seed && iteration <= round.iteration,
  );

/** `round`: of `rounds`, all rounds of the run; null where it has none. Throws what `readingsOf` throws. */
export function toldBy(
  repository: Repository,
  run: Run,
  {
    round,
    rounds,
    readingsOf,
  }: { readonly round: Round | null; readonly rounds: readonly Round[]; readonly readingsOf: ReadingsOf },
): Told {
  const dataset = datasetOf(run);
  if (dataset) return { telling: tellingOfDataset(repository, run.name, dataset), remarks: [] };
  const readings = round && round.probed.length > 0 ? readingsOf(roundsUpTo(rounds, round)) : new Map();
  const telling: Telling = { repository, run: run.name, round, readingOf: (id) => readings.get(id) };
  return { telling, remarks: round ? remarksOn(round, readings) : [] };
}

/** Whether the labels that are read now are those that the run counted. */
function remarksOn({ counts }: Round, readings: ReadonlyMap<TrajectoryId, RunReading>): string[] {
  const found = [...readings.values()].filter(({ needRecover }) => needRecover !== null).length;
  const counted = counts.needRecover;
  if (readings.size === 0 || counted === undefined || counted === found) return [];
  return [`The run counted ${counted} need-recover states, this reading finds ${found}: do not rely on the labels.`];
}

/** A dataset is told as a round in which nobody played. */
function tellingOfDataset(repository: Repository, run: string, dataset: DatasetConfig): Telling {
  const { method, seed, iteration, trainingSet } = dataset;
  const expert = repository.trajectoriesOf(run);
  const name = { method, ...(seed !== undefined && { seed }), ...(iteration !== undefined && { iteration }) };
  const round = { ...name, expert, explored: [], probed: [], trainingSet };
  return { repository, run, round, readingOf: () => undefined };
}
