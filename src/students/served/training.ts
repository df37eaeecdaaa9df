/**
 * Real models trained with TRL: `sft` with a weight for each example, `dpo` with the environment masked, LoRA or full.
 *
 * Tokens and labels are made here (tokenizers/) and written as rows; python/train_trl.py trains on them in a child process
 * and says how it goes. The result is an ordinary checkpoint folder: adapters merged, the starting checkpoint's tokenizer
 * and config beside the new weights. It is made under a temporary name and renamed at the end, so that a killed training
 * leaves no checkpoint, and one that is started again does all of it again.
 */
import { closeSync, existsSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { breathe } from "../../core/breath.ts";
import { refusedBy, writeAll } from "../../core/disk.ts";
import { CliError, messageOf, TrainerError } from "../../core/errors.ts";
import type { TrainEvent, TrainRequest } from "../../core/training.ts";
import { type ChatTokenizer, openTokenizerWith } from "../../tokenizers/chat-tokenizer.ts";
import { checkpointPath, folderOf } from "../shared/checkpoint-folder.ts";
import { beginCheckpoint, type CheckpointWork } from "../shared/checkpoint-work.ts";
import { type Count, counted, rowsOf, rowsTold } from "../shared/rows.ts";
import { trainable } from "../shared/trainable.ts";
import { type TrlReason, trlError, trlReasonOf } from "./trl/failures.ts";
import { PYTHON_VARIABLES, type PythonEvent, pythonEvents } from "./trl/python-process.ts";
import type { TrlSettings } from "./trl/settings.ts";
import { openTrainingLog, type TrainingLog } from "./trl/training-log.ts";

const SCRIPT = resolve(import.meta.dirname, "..", "..", "..", "python", "train_trl.py");

/** Where and how TRL trains. */
export interface TrlOptions {
  /** Checkpoints go to `<project>/checkpoints/<id>`. */
  readonly project: string;
  /** The interpreter of an environment with python/requirements.txt. */
  readonly python: string;
  /** What differs from the defaults. */
  readonly settings?: Partial<TrlSettings>;
  /** Several devices: the file that `accelerate config` writes (data parallel, FSDP, DeepSpeed). Absent: one process. */
  readonly accelerateConfig?: string;
  /** Hears the first batch as TRL collated it, padding included. For checks: every batch is compared with the rows anyway. */
  readonly onFirstBatch?: (batch: CollatedBatch) => void;
}

/** A batch as TRL collated it. One row for each sequence; for preferences first all chosen sides, then all rejected ones. */
export interface CollatedBatch {
  /** Token ids, padding included. */
  readonly inputIds: readonly (readonly number[])[];
  /** The id where a token is learned, -100 where it is not. */
  readonly labels: readonly (readonly number[])[];
}

/** Settings are in range. Throws TrainerError for what cannot be trained exactly, and where a training broke down twice. */
export async function* trainWithTrl(
  options: TrlOptions,
  settings: TrlSettings,
  request: TrainRequest,
): AsyncIterable<TrainEvent> {
  const work = beginCheckpoint(options.project, request.id);
  const log = openTrainingLog(options.project, request.id, work.folder);
  // Python numbers the examples that it is given.
  let kept = request;
  try {
    const tokenizer = tokenizerOf(resolve(folderOf(options.project, request.from)), settings);
    const { set, leftOut } = trainable(request.set, tokenizer);
    if (leftOut.length > 0) yield { kind: "left out", examples: leftOut };
    kept = { ...request, set };
    const count = { examples: 0, rows: 0 };
    const config = await writeJob({ options, settings, request: kept, work, tokenizer, count });
    yield* rowsTold(count);
    const launch = { config, log: log.path, signal: request.signal };
    yield* withSecondTry(() => trainEvents(options, settings.steps, launch), { work, log, signal: request.signal });
    work.finish();
  } catch (error) {
    if (!(error instanceof TrainerError)) throw refusedBy(error, join(options.project, checkpointPath(request.id)));
    const message = `training ${request.id}: ${withSource(error.message, kept)}${log.keep()}`;
    throw new TrainerError(message, { cause: error.cause });
  } finally {
    work.close();
  }
  yield { kind: "done", at: { kind: "folder", path: checkpointPath(request.id) } };
}

interface SecondTry {
  readonly work: CheckpointWork;
  readonly log: TrainingLog;
  readonly signal?: AbortSignal | undefined;
}

/**
 * A training whose process was killed or crashed begins once more: by its seed it is the same, and a run over night should not
 * end for that. What ends twice in a row may always end so.
 */
async function* withSecondTry(
  train: () => AsyncIterable<TrainEvent>,
  { work, log, signal }: SecondTry,
): AsyncIterable<TrainEvent> {
  try {
    return yield* train();
  } catch (error) {
    if (!isBreakdown(error) || signal?.aborted) throw error;
    yield { kind: "again", reason: `${messageOf(error)}${log.keep()}` };
  }
  for (const path of [work.to, trainerFolder(work)]) rmSync(path, { recursive: true, force: true });
  yield* train();
}

/** No fault of what is trained. */
function isBreakdown(error: unknown): boolean {
  const reason = trlReasonOf(error);
  return reason === "killed" || reason === "crashed";
}

/** What TRL writes on the way. */
const trainerFolder = (work: CheckpointWork) => join(work.folder, "trainer");

interface Job {
  readonly options: TrlOptions;
  readonly settings: TrlSettings;
  readonly request: TrainRequest;
  readonly work: CheckpointWork;
  readonly tokenizer: ChatTokenizer;
  readonly count: Count;
}

/** Writes what Python is to do, rows and config; returns the config's path. Throws TrainerError for what cannot be trained exactly. */
async function writeJob({ options, settings, request, work, tokenizer, count }: Job): Promise<string> {
  const { set, from, seed } = request;
  const folder = resolve(folderOf(options.project, from));
  const beta = set.kind === "dpo" ? set.beta : undefined;
  if (beta !== undefined && !(beta > 0)) throw new TrainerError(`beta is ${beta}, expected a number above 0`);
  const rows = join(work.folder, "rows.jsonl");
  await writeRows(rows, counted(rowsOf(set, tokenizer, limitOf(folder, settings)), count));
  const places = { from: folder, rows, work: trainerFolder(work), to: work.to };
  const reportBatch = options.onFirstBatch !== undefined;
  const config = join(work.folder, "config.json");
  writeFileSync(config, JSON.stringify({ kind: set.kind, settings, seed, beta, reportBatch, ...places }, null, 2));
  return config;
}

async function writeRows(path: string, rows: Iterable<object>): Promise<void> {
  const file = openSync(path, "w");
  try {
    for (const row of rows) {
      writeAll(file, `${JSON.stringify(row)}\n`);
      await breathe();
    }
  } finally {
    closeSync(file);
  }
}

function tokenizerOf(folder: string, { template }: TrlSettings): ChatTokenizer {
  try {
    return openTokenizerWith(folder, template);
  } catch (error) {
    if (error instanceof CliError) throw trlError("bad checkpoint", error.message);
    throw error;
  }
}

/** Tokens of the longest conversation: as set, and never more than the checkpoint reads. */
function limitOf(folder: string, { maxLength }: TrlSettings): number {
  const file = join(folder, "config.json");
  let context: unknown;
  try {
    context = JSON.parse(readFileSync(file, "utf8")).max_position_embeddings;
  } catch (error) {
    throw trlError("bad checkpoint", messageOf(error));
  }
  return Math.min(
    maxLength || Number.POSITIVE_INFINITY,
    typeof context === "number" ? context : Number.POSITIVE_INFINITY,
  );
}

interface Launch {
  readonly config: string;
  /** The file that gets what Python writes besides events. */
  readonly log: string;
  readonly signal?: AbortSignal | undefined;
}

async function* trainEvents(
  options: TrlOptions,
  steps: number,
  { config, log, signal }: Launch,
): AsyncIterable<TrainEvent> {
  const { python, accelerateConfig, onFirstBatch } = options;
  const launcher = accelerateConfig
    ? ["-m", "accelerate.commands.launch", "--config_file", resolve(accelerateConfig)]
    : [];
  if (accelerateConfig && !existsSync(accelerateConfig))
    throw trlError("settings", `${accelerateConfig}: no such file`);
  const args = [...launcher, SCRIPT, config];
  const said = pythonEvents({ command: python, args, env: PYTHON_VARIABLES, log, signal });
  let isSaved = false;
  let complaint: TrainerError | undefined;
  try {
    for await (const event of said as AsyncIterable<PythonEvent & ScriptEvent>) {
      if (event.kind === "metrics") yield { kind: "metrics", step: event.step, steps, values: event.values };
      if (event.kind === "batch") onFirstBatch?.({ inputIds: event.inputIds, labels: event.labels });
      if (event.kind === "error" && (complaint === undefined || trlReasonOf(complaint) === "failed"))
        complaint = trlError(event.reason, event.message);
      if (event.kind === "saved") isSaved = true;
    }
  } catch (error) {
    // Whoever misses a process that is gone complains, too, with no reason that we know.
    const isKnown = complaint !== undefined && trlReasonOf(complaint) !== "failed";
    throw isKnown || (complaint && trlReasonOf(error) === "failed") ? complaint : error;
  }
  if (complaint) throw complaint;
  if (!isSaved) throw trlError("failed", "it ended without a checkpoint");
}

/** What python/train_trl.py says. */
type ScriptEvent =
  | { readonly kind: "metrics"; readonly step: number; readonly values: Readonly<Record<string, number>> }
  | ({ readonly kind: "batch" } & CollatedBatch)
  | { readonly kind: "saved" }
  | { readonly kind: "error"; readonly reason: TrlReason; readonly message: string };

/** Python knows examples by number; people know them by trajectory. */
function withSource(message: string, { set }: TrainRequest): string {
  const number = /^tokens differ: example (\d+)/.exec(message)?.[1];
  const example = number === undefined ? undefined : set.examples[Number(number)];
  if (!example) return message;
  const source = "sources" in example ? example.sources.join(" over ") : example.source;
  return `${message} (trajectory ${source})`;
}
