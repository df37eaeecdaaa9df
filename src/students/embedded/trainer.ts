/**
 * The embedded trainer: conversations → weighted tokens → a checkpoint folder, in a worker thread of this process.
 * Demonstrations and preferences; of both, only the tokens of messages of weight 1 count. The model is loaded on first use.
 */
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { gathered } from "../../core/breath.ts";
import { writing } from "../../core/disk.ts";
import { type CheckpointId, fingerprint } from "../../core/ids.ts";
import type { Message } from "../../core/message.ts";
import type {
  Checkpoint,
  TrainEvent,
  Trainer,
  TrainingSet,
  TrainRequest,
  WeightedMessage,
} from "../../core/training.ts";
import { type Tokenizer, weightedTokens } from "../../formats/tokens.ts";
import type { Objective } from "../../model/objectives.ts";
import { DEFAULT_TRAIN_SETTINGS, type TrainSettings } from "../../model/train-settings.ts";
import { checkpointPath, folderOf } from "../shared/checkpoint-folder.ts";

/**
 * Settings of `embeddedTrainer`; what is absent has its default.
 *
 * @interface
 */
export type EmbeddedSettings = Partial<TrainSettings>;

/**
 * The trainer of the embedded student: all weights, inside this process. Its training throws TrainerError for settings out of
 * range and for examples that are too long.
 *
 * @param project Checkpoints go to `<project>/checkpoints/<id>`.
 * @param given What differs from the defaults.
 */
export function embeddedTrainer(project: string, given: EmbeddedSettings): Trainer {
  const settings = { ...DEFAULT_TRAIN_SETTINGS, ...given };
  return {
    name: "embedded",
    kinds: ["sft", "dpo"],
    settings,
    train: (request) => trainEmbedded(project, { ...settings, ...request.tuning }, request),
  };
}

async function* trainEmbedded(
  project: string,
  settings: TrainSettings,
  request: TrainRequest,
): AsyncIterable<TrainEvent> {
  const { loadTokenizer } = await import("../../model/tokenizer.ts");
  const { trainFolder } = await import("../shared/train-folder.ts");
  const objective = await objectiveOf(request.set, loadTokenizer(folderOf(project, request.from)));
  yield* trainFolder(project, request, { objective, settings });
}

async function objectiveOf(set: TrainingSet, tokenizer: Tokenizer): Promise<Objective> {
  const tokens = (messages: readonly WeightedMessage[]) => weightedTokens(messages, tokenizer);
  if (set.kind === "sft") {
    // Within a batch, an example of weight ½ counts half as much as one of weight 1.
    const examples = await gathered(set.examples, ({ messages, weight = 1 }) => {
      const { tokens: read, weights } = tokens(messages);
      return { tokens: read, weights: weights.map((of) => of * weight) };
    });
    return { kind: "likelihood", examples };
  }
  const pairs = await gathered(set.examples, ({ prompt, chosen, rejected }) => {
    const context = prompt.map((message) => ({ ...message, weight: 0 as const }));
    return { chosen: tokens([...context, ...chosen]), rejected: tokens([...context, ...rejected]) };
  });
  return { kind: "preference", pairs, beta: set.beta };
}

/** The size of an embedded student, a Llama-like transformer. */
export interface Architecture {
  /** Width of the residual stream; a multiple of `heads`. */
  readonly width: number;
  /** Blocks of attention and feed-forward; ≥ 1. */
  readonly layers: number;
  /** Attention heads in each layer; ≥ 1. */
  readonly heads: number;
  /** Tokens of the longest conversation. */
  readonly context: number;
  /** Tokens in the vocabulary at most. */
  readonly vocabulary: number;
  /** Whether it can also copy tokens of its context; then its checkpoints open only here. Default false. */
  readonly copyHead?: boolean;
}

/**
 * An untrained embedded student, written to `<project>/checkpoints/<id>`. The same arguments give the same bytes.
 *
 * @param options Where it goes, how large it is, and what its vocabulary and weights are drawn from.
 */
export async function initialCheckpoint(options: {
  /** The project's folder. */
  readonly project: string;
  /** The student's size. */
  readonly architecture: Architecture;
  /** What the vocabulary is learned from. */
  readonly material: readonly Message[];
  /** Seed of the weights; an integer ≥ 0. */
  readonly seed: number;
}): Promise<Checkpoint> {
  const { project, architecture, material, seed } = options;
  const { initialize } = await import("../../model/checkpoint.ts");
  const { buildTokenizer } = await import("../../model/tokenizer.ts");
  const tokenizer = buildTokenizer(
    material.map(({ content }) => content),
    { maxVocabulary: architecture.vocabulary },
  );
  const vocabulary = createHash("sha256").update(JSON.stringify(tokenizer)).digest("hex");
  // A plain student is called what it was called before there were others.
  const { copyHead, ...plain } = architecture;
  const identity = { trainer: "embedded", architecture: copyHead ? architecture : plain, vocabulary, seed };
  const id = fingerprint(identity) as CheckpointId;
  const path = checkpointPath(id);
  if (!existsSync(join(project, path))) {
    const { beginCheckpoint } = await import("../shared/checkpoint-work.ts");
    const { to, finish, close } = beginCheckpoint(project, id);
    try {
      writing(join(project, path), () => initialize({ config: llamaConfig(architecture), tokenizer, seed, to }));
      finish();
    } finally {
      close();
    }
  }
  return { id, parent: null, trainingSet: null, trainer: "embedded", at: { kind: "folder", path } };
}

const llamaConfig = ({ width, layers, heads, context, copyHead }: Architecture) => ({
  hidden_size: width,
  // SwiGLU with as many parameters as a plain feed-forward layer of four times the width (Shazeer 2020).
  intermediate_size: Math.max(16, Math.floor((8 * width) / 3 / 16) * 16),
  num_hidden_layers: layers,
  num_attention_heads: heads,
  num_key_value_heads: heads,
  max_position_embeddings: context,
  rope_theta: 10_000,
  rms_norm_eps: 1e-6,
  tie_word_embeddings: true,
  ...(copyHead && { copy_head: true }),
});
