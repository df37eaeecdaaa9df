/** One training, done only if the store lacks its checkpoint. It reports the examples that cannot be trained exactly. */

import { TrainerError } from "../../core/errors.ts";
import { type CheckpointId, fingerprint, type TrainingSetId } from "../../core/ids.ts";
import { canonicalJson, isTooLong, LONGEST_TEXT } from "../../core/json.ts";
import type { Repository } from "../../core/repository.ts";
import type { Checkpoint, LeftOut, RowCount, Trainer, TrainingSet, Tuning } from "../../core/training.ts";
import type { Progress } from "./progress.ts";
import type { Recipes } from "./recipes.ts";

/** Follows from what is in it. Throws TrainerError naming an example that is longer than a text can be. */
export function trainingSetId(set: TrainingSet): TrainingSetId {
  try {
    return fingerprint(set) as TrainingSetId;
  } catch (error) {
    if (!isTooLong(error)) throw error;
    const number = set.examples.findIndex(isTooLarge);
    const example = set.examples[number]!;
    const sources = "source" in example ? `trajectory ${example.source}` : `trajectories ${example.sources.join(", ")}`;
    const limit = LONGEST_TEXT.toLocaleString("en");
    throw new TrainerError(
      `example ${number} (${sources}) is longer than ${limit} characters, the longest text there can be`,
    );
  }
}

function isTooLarge(example: TrainingSet["examples"][number]): boolean {
  try {
    canonicalJson(example);
    return false;
  } catch {
    return true;
  }
}

/** Where trainings are found and told. */
export interface TrainingRoom {
  readonly seed: number;
  readonly repository: Repository;
  readonly progress: Progress;
  /** Trainings under way, shared by methods that run side by side, so that equal ones are done once. */
  readonly trainings: Map<string, Promise<Checkpoint>>;
  /** Where the way to each checkpoint is noted. */
  readonly recipes: Recipes;
}

/** One training that is wanted. */
interface TrainJob {
  readonly set: TrainingSet;
  readonly from: Checkpoint;
  readonly tuning?: Tuning;
  /** What progress calls it. */
  readonly label: string;
}

/** Trains, or finds that this was trained already. An empty set trains nothing: the result is `from`. */
export async function trainOnce(options: TrainingRoom, trainer: Trainer, job: TrainJob): Promise<Checkpoint> {
  const { set, from, tuning } = job;
  if (set.examples.length === 0) return from;
  const trainingSet = trainingSetId(set);
  const settings = { ...trainer.settings, ...tuning };
  const identity = { from: from.id, trainingSet, trainer: trainer.name, settings, seed: options.seed };
  const id = fingerprint(identity) as CheckpointId;
  const underWay = options.trainings.get(id);
  if (underWay) return underWay;
  const make = () => trainNow(options, trainer, { ...job, trainingSet, id });
  options.recipes.note(id, make);
  const training = options.repository.checkpoint(id) ?? make();
  options.trainings.set(id, Promise.resolve(training));
  return training;
}

async function trainNow(
  { repository, seed, progress, recipes }: TrainingRoom,
  trainer: Trainer,
  job: TrainJob & { readonly trainingSet: TrainingSetId; readonly id: CheckpointId },
): Promise<Checkpoint> {
  const { set, trainingSet, from, id, label, tuning } = job;
  repository.addTrainingSet(trainingSet, set);
  await recipes.need(from);
  const phase = progress.phase(label, Number(tuning?.steps ?? trainer.settings.steps ?? 1), "steps");
  let [leftOut, rows] = [0, 0];
  for await (const event of trainer.train({ set, from, id, seed, ...(tuning && { tuning }) })) {
    if (event.kind === "left out") {
      leftOut = event.examples.length;
      progress.say(leftOutLine(label, set.examples.length, event.examples));
      continue;
    }
    if (event.kind === "rows") {
      rows = event.rows;
      progress.say(rowsLine(label, event));
      continue;
    }
    if (event.kind === "again") {
      progress.say(`${label}: begins again from its first step, once, since it broke down: ${event.reason}`);
      continue;
    }
    if (event.kind === "metrics") {
      repository.addMetrics(id, event.step, event.values);
      phase.advance(event.step, event.values.loss === undefined ? undefined : `loss ${event.values.loss.toFixed(3)}`);
      continue;
    }
    phase.end();
    // Another run of the project may have trained the same meanwhile, or this was trained before and its files were damaged.
    const known = repository.checkpoint(id);
    if (known) return known;
    const made = { id, parent: from.id, trainingSet, trainer: trainer.name, at: event.at };
    const checkpoint: Checkpoint = { ...made, ...(leftOut > 0 && { leftOut }), ...(rows > 0 && { rows }) };
    repository.addCheckpoint(checkpoint);
    return checkpoint;
  }
  throw new Error(`trainer ${trainer.name} ended without a checkpoint`);
}

/** `seed 1 · BC · train 0: 123 rows for 30 episodes (4.1 rows an episode): …` */
function rowsLine(label: string, { examples, rows, sharesPrefixes }: RowCount): string {
  const once = sharesPrefixes ? "; what the rows of a step begin with is computed once" : "";
  const why = "the chat template rewrites earlier turns, and each turn is trained as it was shown";
  return `${label}: ${rows} rows for ${examples} episodes (${(rows / examples).toFixed(1)} rows an episode): ${why}${once}`;
}

const NAMED = 5;

/** `seed 1 · BC · train 0: 2 of 30 examples (t1, t2) left out, since they cannot be trained exactly: …` */
function leftOutLine(label: string, count: number, leftOut: readonly LeftOut[]): string {
  const names = leftOut.map(({ sources }) => sources.join(" over "));
  const shown = [...names.slice(0, NAMED), ...(names.length > NAMED ? ["…"] : [])].join(", ");
  return `${label}: ${leftOut.length} of ${count} examples (${shown}) left out, since they cannot be trained exactly: ${leftOut[0]!.reason}`;
}
