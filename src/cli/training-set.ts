/** The training set that a run's name and the flags mean: a dataset's own, or that of a round of an experiment. */
import { CliError } from "../core/errors.ts";
import type { TrainingSetId } from "../core/ids.ts";
import { runNamed } from "../core/known-run.ts";
import type { Repository } from "../core/repository.ts";
import { datasetOf, type Round } from "../core/run.ts";
import type { TrainingSet } from "../core/training.ts";
import { table } from "./table.ts";

/** What chose a training set. A dataset that was chosen without a training has neither seed nor iteration. */
export interface Origin {
  readonly method: string;
  readonly seed?: number;
  readonly iteration?: number;
  readonly trainingSet: TrainingSetId;
}

/** Throws CliError, listing the rounds, where the flags select none or several training sets. */
export function chosenOrigin(repository: Repository, run: string, flags: Partial<Round>): Origin {
  const dataset = datasetOf(runNamed(repository, run));
  if (!dataset) {
    const { method, seed, iteration, trainingSet } = chosenRound(repository, run, flags);
    return { method, seed, iteration, trainingSet };
  }
  const { method, seed, iteration, trainingSet } = dataset;
  const asked = (["method", "seed", "iteration"] as const).find(
    (key) => flags[key] !== undefined && flags[key] !== dataset[key],
  );
  if (asked) throw new CliError(`--${asked}: run "${run}" is one training set (method ${method}); leave the flag out`);
  return {
    method,
    ...(seed !== undefined && { seed }),
    ...(iteration !== undefined && { iteration }),
    trainingSet,
  };
}

/** The round that the flags select. Throws CliError, listing the rounds, if they select none or several training sets. */
export function chosenRound(repository: Repository, run: string, flags: Partial<Round>): Round {
  const { kind } = runNamed(repository, run);
  const rounds = repository.rounds(run);
  if (rounds.length === 0) {
    const how = kind === "experiment" ? "" : "; `gleaner dataset` makes a training set of what it recorded";
    throw new CliError(`run "${run}" has trained nothing, so there is nothing to export${how}`);
  }
  const asked = (["method", "seed", "iteration"] as const).filter((key) => flags[key] !== undefined);
  const left = rounds.filter((round) => asked.every((key) => round[key] === flags[key]));
  const sets = new Set(left.map(({ trainingSet }) => trainingSet)).size;
  if (sets === 1) return left[0]!;
  const found = sets === 0 ? "no training set fits these flags" : `${sets} training sets fit`;
  const rows = rounds.map(({ method, seed, iteration, trainingSet }) => [
    method,
    seed,
    iteration,
    ...sizeOf(repository.trainingSet(trainingSet)),
  ]);
  const listed = table(["--method", "--seed", "--iteration", "examples", "kind"], rows);
  throw new CliError(`run "${run}": ${found}; choose one of these with --method, --seed and --iteration:\n${listed}`);
}

/** How many examples, and of what kind. */
export function sizeOf(set: TrainingSet | undefined): [number, string] {
  const count = set?.examples.length ?? 0;
  const kind = set?.kind === "dpo" ? "preference" : "demonstration";
  return [count, count === 1 ? kind : `${kind}s`];
}

/** Throws CliError for an id that is not stored. */
export function storedSet(repository: Repository, id: TrainingSetId): TrainingSet {
  const set = repository.trainingSet(id);
  if (!set) {
    throw new CliError(
      `training set ${id} is not in this project's store: its run was removed, or --project names another project`,
    );
  }
  return set;
}
