/**
 * What a transformer computes, as plain data that the graphs follow: RMSNorm, rotary positions, grouped-query attention and a
 * gated feed-forward layer, and what families do otherwise. Which family says what: families.ts. What is computed with it:
 * training-graph.ts, decoding-graph.ts. Sizes and parameters have transformers' names, so that a checkpoint opens there.
 */
import { ModelError } from "./errors.ts";
import type { Rope } from "./rope.ts";
import { shown } from "./shown.ts";

/** Names and meaning as in transformers. */
export interface Sizes {
  readonly vocab_size: number;
  readonly hidden_size: number;
  readonly intermediate_size: number;
  readonly num_hidden_layers: number;
  readonly num_attention_heads: number;
  readonly num_key_value_heads: number;
  /** Tokens in the longest context, prompt and answer together. */
  readonly max_position_embeddings: number;
  readonly rms_norm_eps: number;
  /** The output matrix is the embedding matrix. */
  readonly tie_word_embeddings: boolean;
  /** Ours: the model can also copy tokens of its context (copy-head.ts); then it is of no family that others know. */
  readonly copy_head?: boolean;
}

/** How the attention of one layer knows places. */
export interface Attention {
  /** null: queries and keys do not turn with their position. */
  readonly rope: Rope | null;
  /** Tokens that a query looks at, itself included; null: all up to it. */
  readonly window: number | null;
}

/** What is done to the gate of the feed-forward layer. */
export type Activation = "silu" | "gelu_tanh";

export interface Architecture extends Sizes {
  /** Numbers of one query, key or value; even. */
  readonly headSize: number;
  /** Scores are divided by its square root. */
  readonly scoreSize: number;
  /** One for each layer. */
  readonly attention: readonly Attention[];
  /** The matrices of a block that have a bias. */
  readonly biases: readonly Matrix[];
  /** Queries and keys are normed, each head by itself, before they turn. */
  readonly queryKeyNorms: boolean;
  /** What attention and the feed-forward layer bring is normed, too, before it is added. */
  readonly outputNorms: boolean;
  /** Norms multiply by their weight and this. */
  readonly normOffset: 0 | 1;
  readonly activation: Activation;
  /** Embedded tokens are multiplied by this. */
  readonly embeddingScale: number;
}

export interface Parameter {
  readonly name: string;
  /** (out, in) for matrices. */
  readonly shape: readonly number[];
  /** What it is for; the optimiser and the initialiser treat these differently. */
  readonly role:
    | "embedding"
    | "norm"
    | "finalNorm"
    | "blockInput"
    | "blockOutput"
    | "bias"
    | "head"
    | "copyGate"
    | "adapter";
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

/** The matrices of a block, in the order in which they are computed. */
export const MATRICES = {
  queries: "self_attn.q_proj.weight",
  keys: "self_attn.k_proj.weight",
  values: "self_attn.v_proj.weight",
  attentionOutput: "self_attn.o_proj.weight",
  gate: "mlp.gate_proj.weight",
  up: "mlp.up_proj.weight",
  down: "mlp.down_proj.weight",
} as const;

export type Matrix = keyof typeof MATRICES;

/** The norms of a block, and before which step they stand. Llama gives one name to what others call otherwise. */
const NORMS = {
  attentionNorm: "input_layernorm.weight",
  queryNorm: "self_attn.q_norm.weight",
  keyNorm: "self_attn.k_norm.weight",
  feedForwardNorm: "post_attention_layernorm.weight",
} as const;
const FOUR_NORMS = {
  ...NORMS,
  attentionOutputNorm: "post_attention_layernorm.weight",
  feedForwardNorm: "pre_feedforward_layernorm.weight",
  feedForwardOutputNorm: "post_feedforward_layernorm.weight",
} as const;

/** The names of one block's parameters but biases. Not every family has all. */
export function blockNames({ outputNorms }: Pick<Architecture, "outputNorms">, layer: number): BlockNames {
  const parts = { ...MATRICES, ...FOUR_NORMS, ...(outputNorms ? {} : NORMS) };
  const names = Object.entries(parts).map(([part, name]) => [part, `model.layers.${layer}.${name}`]);
  return Object.fromEntries(names) as BlockNames; // the same parts
}

export type BlockNames = Readonly<Record<Matrix | keyof typeof FOUR_NORMS, string>>;

/** The name of the bias beside the matrix `weight`. */
export const biasOf = (weight: string): string => weight.replace(/weight$/, "bias");

/** Every parameter in a fixed order. */
export function parametersOf(config: Architecture): Parameter[] {
  const { hidden_size: width, vocab_size: vocabulary } = config;
  const parameters: Parameter[] = [{ name: EMBEDDING, shape: [vocabulary, width], role: "embedding" }];
  for (let layer = 0; layer < config.num_hidden_layers; layer++) parameters.push(...blockParameters(config, layer));
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

function blockParameters(config: Architecture, layer: number): Parameter[] {
  const { hidden_size: width, intermediate_size: inner, headSize, outputNorms, queryKeyNorms } = config;
  const queryWidth = config.num_attention_heads * headSize;
  const keyWidth = config.num_key_value_heads * headSize;
  const names = blockNames(config, layer);
  const norm = (name: string, size: number): Parameter => ({ name, shape: [size], role: "norm" });
  const matrix = (part: Matrix, rows: number, columns: number): Parameter[] => {
    const role = part === "attentionOutput" || part === "down" ? "blockOutput" : "blockInput";
    const weight: Parameter = { name: names[part], shape: [rows, columns], role };
    if (!config.biases.includes(part)) return [weight];
    return [weight, { name: biasOf(names[part]), shape: [rows], role: "bias" }];
  };
  return [
    norm(names.attentionNorm, width),
    ...matrix("queries", queryWidth, width),
    ...matrix("keys", keyWidth, width),
    ...matrix("values", keyWidth, width),
    ...(queryKeyNorms ? [norm(names.queryNorm, headSize), norm(names.keyNorm, headSize)] : []),
    ...matrix("attentionOutput", width, queryWidth),
    ...(outputNorms ? [norm(names.attentionOutputNorm, width)] : []),
    norm(names.feedForwardNorm, width),
    ...matrix("gate", inner, width),
    ...matrix("up", inner, width),
    ...matrix("down", width, inner),
    ...(outputNorms ? [norm(names.feedForwardOutputNorm, width)] : []),
  ];
}

export const sizeOf = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);

/** How many numbers the model has. */
export const parameterCount = (config: Architecture): number =>
  parametersOf(config).reduce((sum, { shape }) => sum + sizeOf(shape), 0);

/** The different windows of its layers; null: some look at everything. */
export const windowsOf = ({ attention }: Architecture): (number | null)[] => [
  ...new Set(attention.map(({ window }) => window)),
];

/** The different ropes of its layers. */
export function ropesOf({ attention }: Architecture): Rope[] {
  return [...new Set(attention.map(({ rope }) => rope))].filter((rope) => rope !== null);
}

/** Layers of a checkpoint that is read. What they are made of is listed before the weights are looked at. */
export const MAX_LAYERS = 10_000;

/**
 * Positive integers and heads that divide evenly. `place` begins the message: the file that says it. Throws ModelError naming
 * the field.
 */
export function checkSizes(sizes: Sizes, place: string): void {
  const refuse = (field: keyof Sizes, expected: string): never => {
    throw new ModelError(`${place}: expected ${field} to be ${expected}, got ${shown(sizes[field])}`);
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
    if (!Number.isSafeInteger(sizes[field]) || sizes[field] < 1) refuse(field, "a whole number ≥ 1");
  }
  if (sizes.num_hidden_layers > MAX_LAYERS) refuse("num_hidden_layers", `at most ${MAX_LAYERS}`);
  if (typeof sizes.rms_norm_eps !== "number" || !(sizes.rms_norm_eps > 0)) refuse("rms_norm_eps", "a number > 0");
  if (typeof sizes.tie_word_embeddings !== "boolean") refuse("tie_word_embeddings", "true or false");
  if (typeof (sizes.copy_head ?? true) !== "boolean") refuse("copy_head", "true or false");
  if (sizes.num_attention_heads % sizes.num_key_value_heads !== 0) {
    refuse("num_key_value_heads", `a divisor of num_attention_heads (${sizes.num_attention_heads})`);
  }
}
