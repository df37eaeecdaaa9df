/**
 * Models trained on a Tinker server, hosted or SkyRL's: `sft` with a weight for each example, `dpo` with the environment
 * masked. Tokens and labels are made here; the server sees token ids and weights, and keeps what comes out.
 *
 * A checkpoint is the server's: `at` is the path of its state, from which a next training goes on with a fresh optimiser
 * (SkyRL's older versions go on with the old one's moments), and beside which lies what is sampled (`tinkerModel`). A training that ends
 * early leaves nothing that anybody knows of; the server drops it with the session. Started again, it is all done again.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { breathe, gathered } from "../../core/breath.ts";
import { CliError, messageOf, TrainerError } from "../../core/errors.ts";
import { random } from "../../core/random.ts";
import type { Checkpoint, TrainEvent, TrainingSet, TrainRequest } from "../../core/training.ts";
import { type ChatTokenizer, openTokenizerWith } from "../../tokenizers/chat-tokenizer.ts";
import { counted, type DpoRow, rowsOf, rowsTold, type SftExample } from "../shared/rows.ts";
import { trainable } from "../shared/trainable.ts";
import {
  demonstrationSequences,
  likelihood,
  type Objective,
  pairSequences,
  pairSums,
  preference,
} from "./objectives.ts";
import { TinkerError } from "./protocol/failures.ts";
import { isStatePath } from "./protocol/paths.ts";
import { openSession, type TinkerSession } from "./protocol/session.ts";
import { openTrainingModel, type TrainingModel } from "./protocol/training-model.ts";
import type { TinkerServer } from "./protocol/transport.ts";
import { learningRateAt, type TinkerSettings } from "./settings.ts";

/** Where and how a Tinker server trains. */
export interface TinkerOptions extends TinkerServer {
  /** The model that trainings start from, as the server names it. */
  readonly baseModel: string;
  /** The folder with the base model's tokenizer and chat template; its config.json, if there, tells how much it reads. */
  readonly tokenizer: string;
  /** What differs from the defaults. */
  readonly settings?: Partial<TinkerSettings>;
}

function serverOf({
  baseModel: _model,
  tokenizer: _tokenizer,
  settings: _settings,
  ...server
}: TinkerOptions): TinkerServer {
  return server;
}

/** Settings are in range. Throws TrainerError for what cannot be trained exactly, and for what the server does not do. */
export async function* trainWithTinker(
  options: TinkerOptions,
  settings: TinkerSettings,
  request: TrainRequest,
): AsyncIterable<TrainEvent> {
  try {
    yield* training(options, settings, request);
  } catch (error) {
    throw trainerError(error, request);
  }
}

async function* training(
  options: TinkerOptions,
  settings: TinkerSettings,
  request: TrainRequest,
): AsyncIterable<TrainEvent> {
  const { from, id, seed, signal } = request;
  if (signal?.aborted) throw new TinkerError("stopped", "before it began");
  const state = stateOf(from, options.baseModel);
  const { set: given } = request;
  if (given.kind === "dpo" && !(given.beta > 0))
    throw new TrainerError(`beta is ${given.beta}, expected a number above 0`);
  const tokenizer = openTokenizerWith(options.tokenizer, settings.template);
  const { set, leftOut } = trainable(given, tokenizer);
  if (leftOut.length > 0) yield { kind: "left out", examples: leftOut };
  const limit = Math.min(settings.maxLength || Number.POSITIVE_INFINITY, contextIn(options.tokenizer));
  const count = { examples: 0, rows: 0 };
  const rows = await gathered(counted(rowsOf(set, tokenizer, limit), count), (row) => row);
  yield* rowsTold(count);
  const session = await openSession({ server: serverOf(options), signal });
  try {
    const served = await servedContext(session, options.baseModel);
    if (served < limit) await checkLengths(set, tokenizer, served);
    const { baseModel } = options;
    const { loraRank, steps } = settings;
    const model = await openTrainingModel(session, {
      baseModel,
      loraRank,
      seed,
      ...(state !== undefined && { state }),
    });
    const batches = batchesOf(rows.length, settings, seed);
    const objective = await objectiveOf(set, rows, { model, batches });
    for (const [step, numbers] of batches.entries()) {
      const learningRate = learningRateAt(step, settings);
      const values = await objective(model, numbers);
      await model.step({ ...settings, learningRate });
      yield { kind: "metrics", step: step + 1, steps, values: { ...values, learningRate } };
    }
    const path = await model.save(id);
    // Not asked for any more: should it fail, the server drops the model with the session.
    await model.unload().catch(() => {});
    yield { kind: "done", at: { kind: "hosted", model: path } };
  } finally {
    session.close();
  }
}

/** The path of the state to go on from; undefined for the base model itself. */
function stateOf({ id, at }: Checkpoint, baseModel: string): string | undefined {
  if (at.kind === "hosted" && at.model === baseModel) return undefined;
  if (at.kind === "hosted" && isStatePath(at.model)) return at.model;
  const found = at.kind === "folder" ? `the folder ${at.path}` : at.model;
  throw new TinkerError("bad checkpoint", `checkpoint ${id} is ${found}, the base model is ${baseModel}`);
}

/** What config.json says that the model reads, in tokens; endless if nothing says so. */
function contextIn(folder: string): number {
  const file = join(folder, "config.json");
  if (!existsSync(file)) return Number.POSITIVE_INFINITY;
  try {
    const context: unknown = JSON.parse(readFileSync(file, "utf8")).max_position_embeddings;
    return typeof context === "number" ? context : Number.POSITIVE_INFINITY;
  } catch (error) {
    throw new CliError(`${file}: ${messageOf(error)}`);
  }
}

/** What the server says that the model reads; endless if it does not say. Throws TinkerError if it does not have the model. */
async function servedContext(session: TinkerSession, baseModel: string): Promise<number> {
  const models = await session.supportedModels();
  const model = models.find(({ name }) => name === baseModel);
  if (model) return model.contextTokens ?? Number.POSITIVE_INFINITY;
  const names = models.map(({ name }) => name).join(", ");
  throw new TinkerError("bad checkpoint", `the server has no model ${baseModel}, only ${names || "none"}`);
}

async function checkLengths(set: TrainingSet, tokenizer: ChatTokenizer, limit: number): Promise<void> {
  for (const _ of rowsOf(set, tokenizer, limit)) await breathe();
}

/** Numbers of examples, step by step: each epoch in an order of its own, in which every example comes once. */
function batchesOf(examples: number, { steps, batch }: TinkerSettings, seed: number): number[][] {
  const numbers = Array.from({ length: examples }, (_, number) => number);
  const batches: number[][] = [];
  for (let epoch = 0; batches.length < steps; epoch++) {
    const shuffled = random("tinker", seed, epoch).shuffle(numbers);
    for (let at = 0; at < examples; at += batch) batches.push(shuffled.slice(at, at + batch));
  }
  return batches.slice(0, steps);
}

interface Course {
  readonly model: TrainingModel;
  readonly batches: readonly (readonly number[])[];
}

/** Preferences ask the model for its log-probabilities before it is changed, of the pairs that will be used. */
async function objectiveOf(
  set: TrainingSet,
  rows: readonly (SftExample | DpoRow)[],
  { model, batches }: Course,
): Promise<Objective> {
  if (set.kind === "sft") return likelihood((rows as readonly SftExample[]).map(demonstrationSequences));
  const pairs = (rows as readonly DpoRow[]).map(pairSequences);
  const used = [...new Set(batches.flat())].sort((a, b) => a - b);
  const sums = await pairSums(
    model,
    used.map((number) => pairs[number]!),
  );
  const references = new Map(used.map((number, at) => [number, sums[at]!]));
  return preference(pairs, references, set.beta);
}

function trainerError(error: unknown, { id, signal }: TrainRequest): unknown {
  const prefix = `training ${id}`;
  if (signal?.aborted) {
    const stopped = new TinkerError("stopped", "as asked");
    return new TrainerError(`${prefix}: ${stopped.message}`, { cause: stopped });
  }
  if (error instanceof TinkerError) return new TrainerError(`${prefix}: ${error.message}`, { cause: error });
  if (error instanceof TrainerError) return new TrainerError(`${prefix}: ${error.message}`, { cause: error.cause });
  return error;
}
