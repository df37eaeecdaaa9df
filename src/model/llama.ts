/**
 * The shape of a Llama transformer: its configuration and its parameters, both under the names that transformers
 * uses, so that a checkpoint opens there. Architecture: RMSNorm, rotary positions, grouped-query attention, SwiGLU,
 * no biases. What is computed with it: training-graph.ts, decoding-graph.ts.
 */

import { ModelError } from "./errors.ts";

/** Names and meaning as in transformers' LlamaConfig. */
export interface LlamaConfig {
  readonly vocab_size: number;
  readonly hidden_size: number;
  readonly intermediate_size: number;
  readonly num_hidden_layers: number;
  readonly num_attention_heads: number;
  readonly num_key_value_heads: number;
  /** Tokens in the longest context, prompt and answer together. */
  readonly max_position_embeddings: number;
  readonly rope_theta: number;
  readonly rms_norm_eps: number;
  /** The output matrix is the embedding matrix. */
  readonly tie_word_embeddings: boolean;
  /** How positions are stretched beyond the length that was trained first; null or absent: not at all. */
  readonly rope_scaling?: RopeScaling | null;
  /** Ours: the model can also copy tokens of its context (copy-head.ts), and is no Llama any more. */
  readonly copy_head?: boolean;
}

/** The stretching of Llama 3.1 and later: slow rotations become `factor` times slower, fast ones stay, those between go over. */
export interface RopeScaling {
  readonly rope_type: "llama3";
  readonly factor: number;
  /** A rotation that turns less often than this within the first length is slow … */
  readonly low_freq_factor: number;
  /** … and one that turns more often than this is fast. */
  readonly high_freq_factor: number;
  /** The first length, in tokens. */
  readonly original_max_position_embeddings: number;
}

export interface Parameter {
  readonly name: string;
  /** (out, in) for matrices. */
  readonly shape: readonly number[];
  /** What it is for; the optimiser and the initialiser treat these differently. */
  readonly role: "embedding" | "norm" | "finalNorm" | "blockInput" | "blockOutput" | "head" | "copyGate" | "adapter";
}

/** Values by parameter name. */
export type Parameters = ReadonlyMap<string, Float32Array>;

export const EMBEDDING = "model.embed_tokens.weight";
export const FINAL_NORM = "model.norm.weight";
export const HEAD = "lm_head.weight";

/** The names of the copy head's parameters. */
export const COPY = {
  queryNorm: "copy_head.query_norm.weight",
  keyNorm: "copy_head.key_norm.weight",
  queries: "copy_head.q_proj.weight",
  keys: "copy_head.k_proj.weight",
  previousKeys: "copy_head.previous_k_proj.weight",
  gate: "copy_head.gate.weight",
  gateBias: "copy_head.gate.bias",
} as const;

/** The names of one block's parameters. */
export function blockNames(layer: number) {
  const block = `model.layers.${layer}`;
  return {
    attentionNorm: `${block}.input_layernorm.weight`,
    queries: `${block}.self_attn.q_proj.weight`,
    keys: `${block}.self_attn.k_proj.weight`,
    values: `${block}.self_attn.v_proj.weight`,
    attentionOutput: `${block}.self_attn.o_proj.weight`,
    feedForwardNorm: `${block}.post_attention_layernorm.weight`,
    gate: `${block}.mlp.gate_proj.weight`,
    up: `${block}.mlp.up_proj.weight`,
    down: `${block}.mlp.down_proj.weight`,
  } as const;
}

export const headSize = (config: LlamaConfig): number => config.hidden_size / config.num_attention_heads;

/** Every parameter in a fixed order. */
export function parametersOf(config: LlamaConfig): Parameter[] {
  const { hidden_size: width, intermediate_size: inner, vocab_size: vocabulary } = config;
  const keyWidth = config.num_key_value_heads * headSize(config);
  const parameters: Parameter[] = [{ name: EMBEDDING, shape: [vocabulary, width], role: "embedding" }];
  for (let layer = 0; layer < config.num_hidden_layers; layer++) {
    const names = blockNames(layer);
    parameters.push(
      { name: names.attentionNorm, shape: [width], role: "norm" },
      { name: names.queries, shape: [width, width], role: "blockInput" },
      { name: names.keys, shape: [keyWidth, width], role: "blockInput" },
      { name: names.values, shape: [keyWidth, width], role: "blockInput" },
      { name: names.attentionOutput, shape: [width, width], role: "blockOutput" },
      { name: names.feedForwardNorm, shape: [width], role: "norm" },
      { name: names.gate, shape: [inner, width], role: "blockInput" },
      { name: names.up, shape: [inner, width], role: "blockInput" },
      { name: names.down, shape: [width, inner], role: "blockOutput" },
    );
  }
  parameters.push({ name: FINAL_NORM, shape: [width], role: "finalNorm" });
  if (!config.tie_word_embeddings) parameters.push({ name: HEAD, shape: [vocabulary, width], role: "head" });
  if (config.copy_head) {
    parameters.push(
      { name: COPY.queryNorm, shape: [width], role: "norm" },
      { name: COPY.keyNorm, shape: [width], role: "norm" },
      { name: COPY.queries, shape: [width, width], role: "blockInput" },
      { name: COPY.keys, shape: [width, width], role: "blockInput" },
      { name: COPY.previousKeys, shape: [width, width], role: "blockInput" },
      { name: COPY.gate, shape: [1, width], role: "copyGate" },
      { name: COPY.gateBias, shape: [1], role: "copyGate" },
    );
  }
  return parameters;
}

export const sizeOf = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);

/** How many numbers the model has. */
export const parameterCount = (config: LlamaConfig): number =>
  parametersOf(config).reduce((sum, { shape }) => sum + sizeOf(shape), 0);

/** Radians by which each pair of numbers turns from one place to the next (head size / 2). */
function rotations(config: LlamaConfig): number[] {
  const half = headSize(config) / 2;
  const plain = Array.from({ length: half }, (_, pair) => config.rope_theta ** (-pair / half));
  const { rope_scaling: scaling } = config;
  if (!scaling) return plain;
  const { factor, low_freq_factor: low, high_freq_factor: high } = scaling;
  return plain.map((rotation) => {
    const turns = (rotation * scaling.original_max_position_embeddings) / (2 * Math.PI);
    const share = Math.min(Math.max((turns - low) / (high - low), 0), 1);
    return rotation * (share + (1 - share) / factor);
  });
}

/** Cosines and sines of the rotary angles, each (positions, head size / 2). */
export function rotaryAngles(config: LlamaConfig, positions: number): { cosine: Float32Array; sine: Float32Array } {
  const turns = rotations(config);
  const half = turns.length; // C/2
  const cosine = new Float32Array(positions * half); // (T, C/2)
  const sine = new Float32Array(positions * half); // (T, C/2)
  for (let position = 0; position < positions; position++) {
    for (let pair = 0; pair < half; pair++) {
      const angle = position * turns[pair]!;
      cosine[position * half + pair] = Math.cos(angle);
      sine[position * half + pair] = Math.sin(angle);
    }
  }
  return { cosine, sine };
}

/** Score of a place that must not be looked at: softmax gives it exactly 0. */
export const HIDDEN = -1e9;

/**
 * What each of `length` queries must not look at: its successors. The queries of a group of heads stand one after the
 * other, so row g·T + t shows the `before` (P) columns of what comes before all of them and then columns 0 … t. (groups·T, P + T)
 */
export function causalMask(length: number, groups: number, before = 0): Float32Array {
  const width = before + length;
  const mask = new Float32Array(groups * length * width); // (G·T, P + T)
  for (let row = 0; row < groups * length; row++) {
    mask.fill(HIDDEN, row * width + before + (row % length) + 1, (row + 1) * width);
  }
  return mask;
}

/** Layers of a checkpoint that is read. What they are made of is listed before the weights are looked at. */
export const MAX_LAYERS = 10_000;

/**
 * Positive integers, an even head size, heads that divide evenly. `place` begins the message: the file that says it. Throws
 * ModelError naming the field.
 */
export function checkConfig(config: LlamaConfig, place = "config"): void {
  const refuse = (field: keyof LlamaConfig, expected: string): never => {
    throw new ModelError(`${place}: expected ${field} to be ${expected}, got ${JSON.stringify(config[field])}`);
  };
  const whole = [
    "vocab_size",
    "hidden_size",
    "intermediate_size",
    "num_hidden_layers",
    "num_attention_heads",
    "num_key_value_heads",
    "max_position_embeddings",
  ] as const;
  for (const field of whole) {
    if (!Number.isSafeInteger(config[field]) || config[field] < 1) refuse(field, "a whole number ≥ 1");
  }
  if (config.num_hidden_layers > MAX_LAYERS) refuse("num_hidden_layers", `at most ${MAX_LAYERS}`);
  for (const field of ["rope_theta", "rms_norm_eps"] as const) {
    if (typeof config[field] !== "number" || !(config[field] > 0)) refuse(field, "a number > 0");
  }
  if (typeof config.tie_word_embeddings !== "boolean") refuse("tie_word_embeddings", "true or false");
  if (config.hidden_size % (2 * config.num_attention_heads) !== 0) {
    refuse("hidden_size", `an even multiple of num_attention_heads (${config.num_attention_heads})`);
  }
  if (typeof (config.copy_head ?? true) !== "boolean") {
    refuse("copy_head", "true or false");
  }
  if (config.num_attention_heads % config.num_key_value_heads !== 0) {
    refuse("num_key_value_heads", `a divisor of num_attention_heads (${config.num_attention_heads})`);
  }
}
