/**
 * A pretrained student, trained inside Node: any checkpoint folder of a known family (model/families.ts) and of a size that this machine can hold in memory,
 * low-rank adapters on every linear layer, merged at the end into an ordinary checkpoint folder. Conversations are
 * tokenised with the checkpoint's own tokenizer and chat template, as for TRL; no Python takes part. What the conversations
 * of a step begin with, as instructions and example episodes, is computed once for all of them.
 */
import { availableParallelism } from "node:os";
import { gathered } from "../../core/breath.ts";
import { messageOf, TrainerError } from "../../core/errors.ts";
import type { LeftOut, TrainEvent, TrainingSet, TrainRequest } from "../../core/training.ts";
import type { Example } from "../../model/batches.ts";
import { readConfig } from "../../model/checkpoint.ts";
import type { Objective } from "../../model/objectives.ts";
import { openTokenizerWith } from "../../tokenizers/chat-tokenizer.ts";
import { CONTEXT } from "../../tokenizers/labels.ts";
import { folderOf } from "../shared/checkpoint-folder.ts";
import { type Count, counted, type DpoRow, rowsOf, rowsTold, type SftExample } from "../shared/rows.ts";
import { trainFolder } from "../shared/train-folder.ts";
import { trainable } from "../shared/trainable.ts";
import type { PretrainedSettings } from "./settings.ts";

/** Settings are in range. Throws TrainerError for what cannot be trained exactly. */
export async function* trainPretrained(
  project: string,
  settings: PretrainedSettings,
  request: TrainRequest,
): AsyncIterable<TrainEvent> {
  const { deviceBatch, loraRank, loraAlpha, maxLength, threads, template, ...rest } = settings;
  let learned: Learned;
  try {
    learned = await learnedFrom(folderOf(project, request.from), request.set, { maxLength, template });
  } catch (error) {
    throw new TrainerError(`training ${request.id}: ${messageOf(error)}`, { cause: error });
  }
  const { objective, leftOut, count } = learned;
  if (leftOut.length > 0) yield { kind: "left out", examples: leftOut };
  yield* rowsTold(count, true);
  yield* trainFolder(project, request, {
    objective,
    settings: { ...rest, optimizer: "adamw" },
    lora: { rank: loraRank, alpha: loraAlpha },
    deviceBatch: Math.min(deviceBatch, settings.batch),
    threads: threads || availableParallelism(),
  });
}

interface Learned {
  readonly objective: Objective;
  readonly leftOut: readonly LeftOut[];
  readonly count: Count;
}

/** Throws TrainerError naming the example that cannot be trained exactly, CliError and ModelError for the folder. */
async function learnedFrom(
  folder: string,
  given: TrainingSet,
  { maxLength, template }: Pick<PretrainedSettings, "maxLength" | "template">,
): Promise<Learned> {
  const { max_position_embeddings: context } = readConfig(folder);
  const tokenizer = openTokenizerWith(folder, template);
  const { set, leftOut } = trainable(given, tokenizer);
  const count = { examples: 0, rows: 0 };
  const rows = counted(rowsOf(set, tokenizer, Math.min(maxLength || context, context)), count);
  if (set.kind === "sft") {
    const examples = await gathered(rows as Iterable<SftExample>, sequencesOf);
    return { objective: { kind: "likelihood", examples }, leftOut, count };
  }
  if (!(set.beta > 0)) throw new TrainerError(`beta is ${set.beta}, expected a number above 0`);
  return {
    objective: { kind: "preference", pairs: await gathered(rows as Iterable<DpoRow>, pairOf), beta: set.beta },
    leftOut,
    count,
  };
}

const sequencesOf = ({ rows, weight }: SftExample): Example[] =>
  rows.map(({ input_ids, labels }) =>
    untilLearned({ tokens: input_ids, weights: labels.map((label) => (label === CONTEXT ? 0 : weight)) }),
  );

function pairOf({ prompt_ids, chosen_ids, rejected_ids, chosen_mask, rejected_mask }: DpoRow) {
  const context = prompt_ids.map(() => 0);
  return {
    chosen: untilLearned({ tokens: [...prompt_ids, ...chosen_ids], weights: [...context, ...chosen_mask] }),
    rejected: untilLearned({ tokens: [...prompt_ids, ...rejected_ids], weights: [...context, ...rejected_mask] }),
  };
}

/** Without what comes after the last learned token, which nothing learned can see. The first token is never learned. */
function untilLearned({ tokens, weights }: Example): Example {
  const end = weights.findLastIndex((weight) => weight !== 0) + 1;
  return { tokens: tokens.slice(0, end), weights: weights.slice(0, end).with(0, 0) };
}
