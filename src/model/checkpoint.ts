/**
 * A checkpoint folder as transformers reads it: config.json, generation_config.json, model.safetensors,
 * tokenizer.json, tokenizer_config.json. Models of the families in families.ts; what cannot be computed exactly is refused.
 * Reads weights of less precision and in several files, too (then model.safetensors.index.json says which), and writes float32.
 * A model with a copy head has a type of its own, so that other programs refuse it rather than leave its copy head out.
 */
import { existsSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { type Architecture, HEAD, type Parameter, type Parameters, parametersOf, sizeOf } from "./architecture.ts";
import { isObject, type Stored } from "./config-members.ts";
import { ModelError } from "./errors.ts";
import { architectureOf, COPYING } from "./families.ts";
import { prettyJson, writeFolder } from "./folder.ts";
import { type LlamaConfig, llama } from "./llama.ts";
import { randomStream } from "./random.ts";
import { encodeSafetensors, readSafetensors, type StoredTensor } from "./safetensors.ts";
import { SPECIAL_TOKENS, type TokenizerFile } from "./tokenizer.ts";

const CONFIG = "config.json";
const WEIGHTS = "model.safetensors";
export const WEIGHTS_INDEX = "model.safetensors.index.json";
/** What training hands on unchanged, where present. */
const COPIED = [CONFIG, "generation_config.json", "tokenizer.json", "tokenizer_config.json"];

/** `<bos>`, then each message followed by `<end>`: roles follow from alternation. */
const CHAT_TEMPLATE = "{{ bos_token }}{% for message in messages %}{{ message['content'] + eos_token }}{% endfor %}";

const DEFAULT_EMBEDDING_SCALE = 0.05;
const DEFAULT_MATRIX_SCALE = 0.02;

/** What config.json says of every Llama that is written here. */
export const LLAMA = {
  architectures: ["LlamaForCausalLM"],
  model_type: "llama",
  hidden_act: "silu",
  attention_bias: false,
  mlp_bias: false,
  attention_dropout: 0,
  rope_scaling: null,
  torch_dtype: "float32",
} as const;

/** The same of one with a copy head. */
const LLAMA_COPY = { ...LLAMA, architectures: ["LlamaCopyForCausalLM"], model_type: COPYING } as const;

const kindOf = ({ copy_head }: Pick<LlamaConfig, "copy_head">) => (copy_head ? LLAMA_COPY : LLAMA);

function readObject(path: string): Stored {
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(path, "utf8"));
  } catch (error) {
    throw new ModelError(`${path}: expected a JSON file: ${(error as Error).message}`);
  }
  if (isObject(value)) return value;
  throw new ModelError(`${path}: expected a JSON object`);
}

/** What the checkpoint in `folder` computes. Throws ModelError for what this code would not compute exactly. */
export function readConfig(folder: string): Architecture {
  const path = join(folder, CONFIG);
  return architectureOf(path, readObject(path));
}

/** The names of the files in `folder` that hold the weights. Throws ModelError for an index that names none. */
export function weightFiles(folder: string): string[] {
  const path = join(folder, WEIGHTS_INDEX);
  if (!existsSync(path)) return [WEIGHTS];
  const { weight_map } = readObject(path);
  const names = isObject(weight_map) ? [...new Set(Object.values(weight_map))] : [];
  // Nothing outside the folder is read, whatever the index says.
  const isOurs = (name: unknown) =>
    typeof name === "string" && basename(name) === name && name.endsWith(".safetensors");
  if (names.length === 0 || !names.every(isOurs)) {
    const found = JSON.stringify(names.find((name) => !isOurs(name))) ?? "none";
    throw new ModelError(`${path}: expected weight_map to name safetensors files, got ${found}`);
  }
  return (names as string[]).sort();
}

/** Whether it is a table that old checkpoints store though it follows from the configuration. */
export const isDerived = (name: string): boolean => name.endsWith("rotary_emb.inv_freq");

/** Configuration and parameters of the checkpoint in `folder`. Throws ModelError. */
export function readCheckpoint(folder: string): { config: Architecture; parameters: Parameters } {
  const config = readConfig(folder);
  const list = parametersOf(config);
  const known = new Set(list.map(({ name }) => name)).add(HEAD);
  const stored = new Map<string, StoredTensor>();
  for (const file of weightFiles(folder)) {
    for (const [name, tensor] of readSafetensors(join(folder, file))) {
      if (!known.has(name) && !isDerived(name))
        throw new ModelError(
          `${folder}: ${file}: ${name} is no parameter of this architecture, expected it to be absent`,
        );
      stored.set(name, tensor);
    }
  }
  const parameters = new Map<string, Float32Array>();
  for (const { name, shape } of list) {
    const tensor = stored.get(name);
    if (tensor?.shape.join() !== shape.join()) {
      const found = tensor ? `[${tensor.shape}]` : "nothing";
      throw new ModelError(`${folder}: ${WEIGHTS}: expected ${name} of shape [${shape}], got ${found}`);
    }
    parameters.set(name, tensor.data);
  }
  return { config, parameters };
}

function weightFile(config: Architecture, parameters: Parameters): Buffer {
  return encodeSafetensors(
    new Map(parametersOf(config).map(({ name, shape }) => [name, { shape, data: parameters.get(name)! }])),
  );
}

/** Writes the checkpoint `from` with other parameters as the new folder `to`: whole or not at all. */
export function writeSuccessor(from: string, to: string, config: Architecture, parameters: Parameters): void {
  const files = new Map<string, Uint8Array>();
  for (const name of COPIED) if (existsSync(join(from, name))) files.set(name, readFileSync(join(from, name)));
  files.set(WEIGHTS, weightFile(config, parameters));
  writeFolder(to, files);
}

/**
 * Small random matrices, norms of 1. The embedding is as large as the residual stream wants it (0.05 √width); where it
 * is the output matrix too, the final norm is smaller by √width, so that the first predictions are nearly uniform.
 */
export function initialParameters(config: Architecture, seed: number): Parameters {
  const random = randomStream(seed);
  const stretch = Math.sqrt(config.hidden_size);
  const scaleOf: Record<Parameter["role"], number> = {
    embedding: DEFAULT_EMBEDDING_SCALE * stretch,
    head: DEFAULT_EMBEDDING_SCALE,
    blockInput: DEFAULT_MATRIX_SCALE,
    blockOutput: DEFAULT_MATRIX_SCALE / Math.sqrt(2 * config.num_hidden_layers),
    norm: 1,
    bias: 0,
    copyGate: 0,
    adapter: 0,
    finalNorm: config.tie_word_embeddings ? 1 / stretch : 1,
  };
  const parameters = new Map<string, Float32Array>();
  for (const { name, shape, role } of parametersOf(config)) {
    const values = new Float32Array(sizeOf(shape)).fill(scaleOf[role]);
    if (shape.length === 2) for (let i = 0; i < values.length; i++) values[i]! *= random.normal();
    parameters.set(name, values);
  }
  return parameters;
}

export interface Initialisation {
  /** `vocab_size` may be left out: it follows from the tokenizer. */
  readonly config: Omit<LlamaConfig, "vocab_size"> & { readonly vocab_size?: number };
  readonly tokenizer: TokenizerFile;
  readonly seed: number;
  /** The new folder. */
  readonly to: string;
}

/** Makes an untrained checkpoint. Throws ModelError if the folder exists or the configuration is unusable. */
export function initialize({ config: given, tokenizer, seed, to }: Initialisation): void {
  const vocabulary = Object.keys(tokenizer.model.vocab);
  const config: LlamaConfig = { ...given, vocab_size: given.vocab_size ?? vocabulary.length };
  const architecture = llama(config);
  if (config.vocab_size < vocabulary.length) {
    throw new ModelError(
      `config: expected vocab_size ≥ ${vocabulary.length}, the tokenizer's, got ${config.vocab_size}`,
    );
  }
  const idOf = (token: string) => tokenizer.model.vocab[token]!;
  const ids = {
    pad_token_id: idOf(SPECIAL_TOKENS.pad),
    bos_token_id: idOf(SPECIAL_TOKENS.bos),
    eos_token_id: idOf(SPECIAL_TOKENS.end),
  };
  const files = new Map<string, string | Uint8Array>([
    [
      CONFIG,
      prettyJson({
        ...kindOf(config),
        ...config,
        head_dim: architecture.headSize,
        ...ids,
      }),
    ],
    ["generation_config.json", prettyJson(ids)],
    [WEIGHTS, weightFile(architecture, initialParameters(architecture, seed))],
    ["tokenizer.json", prettyJson(tokenizer)],
    [
      "tokenizer_config.json",
      prettyJson({
        tokenizer_class: "PreTrainedTokenizerFast",
        bos_token: SPECIAL_TOKENS.bos,
        eos_token: SPECIAL_TOKENS.end,
        pad_token: SPECIAL_TOKENS.pad,
        model_max_length: config.max_position_embeddings,
        clean_up_tokenization_spaces: false,
        chat_template: CHAT_TEMPLATE,
      }),
    ],
  ]);
  writeFolder(to, files);
}
