/**
 * A GGUF file → a checkpoint folder as transformers reads it: float32 weights under their Hugging Face names, tokenizer and
 * chat template. Llama models with a byte-level tokenizer; anything else is refused, not guessed.
 *
 * llama.cpp keeps the two halves of a rotated pair side by side; here they are put half a head apart again.
 */
import { blockNames, EMBEDDING, FINAL_NORM, HEAD, parametersOf } from "./architecture.ts";
import { LLAMA } from "./checkpoint.ts";
import { ModelError } from "./errors.ts";
import { type FileContent, prettyJson, writeFolder } from "./folder.ts";
import { type GgufFile, openGguf } from "./gguf.ts";
import { type LlamaConfig, llama } from "./llama.ts";
import { safetensorsHead } from "./safetensors.ts";
import { shown } from "./shown.ts";

/** What llama.cpp calls a block's weights. */
const BLOCK_NAMES = {
  attentionNorm: "attn_norm",
  queries: "attn_q",
  keys: "attn_k",
  values: "attn_v",
  attentionOutput: "attn_output",
  feedForwardNorm: "ffn_norm",
  gate: "ffn_gate",
  up: "ffn_up",
  down: "ffn_down",
} as const;

/** How `tokenizer.ggml.pre` parts text before merging, as tokenizer.json says it. */
const PARTINGS: Readonly<Record<string, readonly object[]>> = {
  "gpt-2": [],
  smollm: [{ type: "Digits", individual_digits: true }],
};

const CONTROL = 3;
const USER_DEFINED = 4;

/** Reads one value of the metadata. */
type Metadata = <Kind extends "number" | "string" | "strings" | "numbers">(key: string, kind: Kind) => Values[Kind];

interface Values {
  readonly number: number;
  readonly string: string;
  readonly strings: readonly string[];
  readonly numbers: readonly number[];
}

/** Writes the model in the file at `path` as the new folder `to`: whole or not at all. Throws ModelError. */
export async function convertGguf(path: string, to: string): Promise<void> {
  const file = await openGguf(path);
  try {
    const metadata = reader(path, file.metadata);
    const config = configOf(path, metadata, file);
    const ids = {
      bos_token_id: metadata("tokenizer.ggml.bos_token_id", "number"),
      eos_token_id: metadata("tokenizer.ggml.eos_token_id", "number"),
      pad_token_id: metadata("tokenizer.ggml.padding_token_id", "number"),
    };
    const files = new Map<string, FileContent>([
      ["config.json", prettyJson({ ...LLAMA, ...config, ...ids })],
      ["generation_config.json", prettyJson(ids)],
      ["tokenizer.json", JSON.stringify(tokenizerOf(path, metadata))],
      ["tokenizer_config.json", prettyJson(tokenizerConfigOf(metadata, config))],
      ["model.safetensors", weights(path, config, file)],
    ]);
    writeFolder(to, files);
  } finally {
    file.close();
  }
}

function reader(path: string, metadata: GgufFile["metadata"]): Metadata {
  return (key, kind) => {
    const found = metadata[key];
    const value = typeof found === "bigint" ? Number(found) : found;
    const isList = kind === "strings" || kind === "numbers";
    const isKind = (each: unknown) => typeof each === kind.replace(/s$/, "");
    if (isList ? Array.isArray(value) && value.every(isKind) : isKind(value)) return value as never;
    throw new ModelError(`${path}: expected ${key} to be ${kind}, got ${shown(value)}`);
  };
}

function configOf(path: string, metadata: Metadata, { tensors }: GgufFile): LlamaConfig {
  const architecture = metadata("general.architecture", "string");
  if (architecture !== "llama") throw new ModelError(`${path}: expected the architecture llama, got ${architecture}`);
  const number = (key: string) => metadata(`llama.${key}`, "number");
  const config: LlamaConfig = {
    vocab_size: metadata("tokenizer.ggml.tokens", "strings").length,
    hidden_size: number("embedding_length"),
    intermediate_size: number("feed_forward_length"),
    num_hidden_layers: number("block_count"),
    num_attention_heads: number("attention.head_count"),
    num_key_value_heads: number("attention.head_count_kv"),
    max_position_embeddings: number("context_length"),
    rope_theta: number("rope.freq_base"),
    // Stored as float32: 0.00001 comes back as 0.0000099999997.
    rms_norm_eps: Number(number("attention.layer_norm_rms_epsilon").toPrecision(6)),
    tie_word_embeddings: !tensors.has("output.weight"),
  };
  llama(config, path);
  return config;
}

function tokenizerOf(path: string, metadata: Metadata): object {
  const model = metadata("tokenizer.ggml.model", "string");
  const parting = PARTINGS[metadata("tokenizer.ggml.pre", "string")];
  if (model !== "gpt2" || !parting) {
    const known = Object.keys(PARTINGS).join(" or ");
    const found = `${model} with ${metadata("tokenizer.ggml.pre", "string")}`;
    throw new ModelError(`${path}: expected a tokenizer gpt2 with ${known}, got ${found}`);
  }
  const tokens = metadata("tokenizer.ggml.tokens", "strings");
  const kinds = metadata("tokenizer.ggml.token_type", "numbers");
  const flags = { single_word: false, lstrip: false, rstrip: false, normalized: false };
  const bytes = { type: "ByteLevel", add_prefix_space: false, trim_offsets: true, use_regex: true };
  return {
    version: "1.0",
    truncation: null,
    padding: null,
    added_tokens: tokens.flatMap((content, id) =>
      kinds[id] === CONTROL || kinds[id] === USER_DEFINED
        ? [{ id, content, ...flags, special: kinds[id] === CONTROL }]
        : [],
    ),
    normalizer: null,
    pre_tokenizer: { type: "Sequence", pretokenizers: [...parting, bytes] },
    post_processor: null,
    decoder: { ...bytes, add_prefix_space: true },
    model: {
      type: "BPE",
      dropout: null,
      unk_token: null,
      continuing_subword_prefix: null,
      end_of_word_suffix: null,
      fuse_unk: false,
      byte_fallback: false,
      ignore_merges: false,
      vocab: Object.fromEntries(tokens.map((token, id) => [token, id])),
      merges: metadata("tokenizer.ggml.merges", "strings").map((merge) => merge.split(" ")),
    },
  };
}

function tokenizerConfigOf(metadata: Metadata, config: LlamaConfig): object {
  const tokens = metadata("tokenizer.ggml.tokens", "strings");
  const token = (name: string) => tokens[metadata(`tokenizer.ggml.${name}_token_id`, "number")];
  return {
    tokenizer_class: "PreTrainedTokenizerFast",
    add_prefix_space: false,
    clean_up_tokenization_spaces: false,
    bos_token: token("bos"),
    eos_token: token("eos"),
    pad_token: token("padding"),
    unk_token: token("unknown"),
    model_max_length: config.max_position_embeddings,
    chat_template: metadata("tokenizer.chat_template", "string"),
  };
}

/** The bytes of model.safetensors; one tensor at a time is in memory. */
function* weights(path: string, config: LlamaConfig, { tensors }: GgufFile): Generator<Uint8Array> {
  const names = ggufNames(config);
  const parameters = parametersOf(llama(config));
  const known = new Set(parameters.map(({ name }) => names.get(name)));
  const other = [...tensors.keys()].find((name) => !known.has(name));
  if (other !== undefined) throw new ModelError(`${path}: expected the weights of a plain Llama, got ${other} as well`);
  yield safetensorsHead(new Map(parameters.map(({ name, shape }) => [name, { shape }])));
  for (const { name, shape } of parameters) {
    const tensor = tensors.get(names.get(name)!);
    if (tensor?.shape.join() !== shape.join()) {
      const found = tensor ? `[${tensor.shape}]` : "nothing";
      throw new ModelError(`${path}: expected ${names.get(name)} of shape [${shape}], got ${found}`);
    }
    const isQueries = name.endsWith("q_proj.weight");
    const isKeys = name.endsWith("k_proj.weight");
    const heads = isQueries ? config.num_attention_heads : config.num_key_value_heads;
    const data = isQueries || isKeys ? apart(tensor.read(), heads, config.hidden_size) : tensor.read();
    yield new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  }
}

/** llama.cpp's names by ours. */
function ggufNames(config: LlamaConfig): Map<string, string> {
  const names = new Map([
    [EMBEDDING, "token_embd.weight"],
    [FINAL_NORM, "output_norm.weight"],
    [HEAD, "output.weight"],
  ]);
  for (let layer = 0; layer < config.num_hidden_layers; layer++) {
    const ours = blockNames({ outputNorms: false }, layer);
    for (const [part, name] of Object.entries(BLOCK_NAMES)) {
      names.set(ours[part as keyof typeof BLOCK_NAMES], `blk.${layer}.${name}.weight`);
    }
  }
  return names;
}

/** The rows of `matrix` (heads · C, in): in each head, the first of all pairs and then the second of all pairs. */
function apart(matrix: Float32Array, heads: number, inputs: number): Float32Array {
  const size = matrix.length / inputs / heads; // C
  const result = new Float32Array(matrix.length);
  for (let row = 0; row < heads * size; row++) {
    const place = row % size;
    const from = row - place + 2 * (place % (size / 2)) + Math.floor(place / (size / 2));
    result.set(matrix.subarray(from * inputs, (from + 1) * inputs), row * inputs);
  }
  return result;
}
