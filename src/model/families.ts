/**
 * The families of models that are understood, and how their config.json says what they compute. A family is plain data: what it
 * does otherwise than the others, and what transformers takes where a member is not there. Source: configuration_*.py and
 * modeling_*.py of each family in transformers. A new family takes one line in FAMILIES.
 */
import {
  type Activation,
  type Architecture,
  type Attention,
  checkSizes,
  type Matrix,
  type Sizes,
} from "./architecture.ts";
import { type Members, membersOf, type Stored } from "./config-members.ts";
import { shown } from "./shown.ts";
import { type LayerType, storedRope, storedRopes } from "./stored-ropes.ts";

interface Family extends Pick<Architecture, "queryKeyNorms" | "outputNorms" | "normOffset"> {
  /** The matrices of attention that have a bias; "told": all four where attention_bias is true. */
  readonly attentionBiases: readonly Matrix[] | "told";
  /** "told": those of the feed-forward layer have one where mlp_bias is true. */
  readonly feedForwardBiases: readonly [] | "told";
  /** The member that names the activation, and what it must be. */
  readonly activation: readonly [member: string, name: string, activation: Activation];
  /** Where head_dim is not there; "even": hidden_size / num_attention_heads. */
  readonly headSize: number | "even";
  /** Where tie_word_embeddings is not there. */
  readonly isTied: boolean;
  /** Embedded tokens are multiplied by the root of hidden_size, and scores divided by that of query_pre_attn_scalar. */
  readonly isScaled: boolean;
  readonly attention: (members: Members, layers: number) => readonly Attention[];
  /** Members that must be null or this where they are there. */
  readonly fixed: Stored;
  /** Members that change nothing, beside IGNORED. */
  readonly ignored: readonly string[];
}

const LLAMA: Family = {
  attentionBiases: "told",
  feedForwardBiases: "told",
  activation: ["hidden_act", "silu", "silu"],
  headSize: "even",
  isTied: false,
  queryKeyNorms: false,
  outputNorms: false,
  normOffset: 0,
  isScaled: false,
  attention: (members, layers) => everywhere(layers, { rope: storedRope(members, 10_000), window: null }),
  fixed: {},
  ignored: [],
};

const MISTRAL: Family = {
  ...LLAMA,
  attentionBiases: [],
  feedForwardBiases: [],
  attention(members, layers) {
    const window = members.any("sliding_window") === null ? null : members.whole("sliding_window", 4096);
    return everywhere(layers, { rope: storedRope(members, 10_000), window });
  },
  fixed: { attention_bias: false, mlp_bias: false },
};

const QWEN2: Family = {
  ...LLAMA,
  attentionBiases: ["queries", "keys", "values"],
  feedForwardBiases: [],
  attention(members, layers) {
    const rope = storedRope(members, 10_000);
    const first = members.any("max_window_layers") ?? 28;
    if (!Number.isSafeInteger(first)) members.refuse("max_window_layers", "a whole number");
    return switchedWindows(members, layers, (layer) => layer >= Number(first)).map((window) => ({ rope, window }));
  },
  fixed: { use_mrope: false },
};

const QWEN3: Family = { ...QWEN2, attentionBiases: "told", headSize: 128, queryKeyNorms: true };

const SMOLLM3: Family = {
  ...LLAMA,
  isTied: true,
  attention(members, layers) {
    const rope = storedRope(members, 2_000_000);
    const turns = turningLayers(members, layers);
    const windows = switchedWindows(members, layers, (layer) => !turns[layer]);
    return windows.map((window, layer) => ({ rope: turns[layer] ? rope : null, window }));
  },
  ignored: ["max_window_layers"],
};

const GEMMA3: Family = {
  ...LLAMA,
  feedForwardBiases: [],
  activation: ["hidden_activation", "gelu_pytorch_tanh", "gelu_tanh"],
  headSize: 256,
  isTied: true,
  queryKeyNorms: true,
  outputNorms: true,
  normOffset: 1,
  isScaled: true,
  attention(members, layers) {
    const ropes = storedRopes(members, { full_attention: 1_000_000, sliding_attention: 10_000 });
    const every = members.whole("sliding_window_pattern", 6);
    const size = members.whole("sliding_window", 4096);
    const types = layerTypes(members, layers, (layer) => (layer + 1) % every !== 0);
    return types.map((type) => ({ rope: ropes[type], window: type === "full_attention" ? null : size }));
  },
  fixed: {
    attn_logit_softcapping: null,
    final_logit_softcapping: null,
    use_bidirectional_attention: false,
    hidden_act: "gelu_pytorch_tanh",
  },
  ignored: ["_sliding_window_pattern"],
};

/** Ours: a Llama with a copy head. */
export const COPYING = "llama_copy";

/** By `model_type`. */
const FAMILIES: Readonly<Record<string, Family>> = {
  llama: LLAMA,
  [COPYING]: LLAMA,
  mistral: MISTRAL,
  qwen2: QWEN2,
  qwen3: QWEN3,
  smollm3: SMOLLM3,
  gemma3_text: GEMMA3,
};

/** The `model_type` of every family that checkpoints of others may be of. */
export const FAMILY_NAMES: readonly string[] = Object.keys(FAMILIES).filter((name) => name !== COPYING);

/** What must be so of every family, where it is said. */
const FIXED: Stored = {
  add_cross_attention: false,
  chunk_size_feed_forward: 0,
  is_encoder_decoder: false,
  partial_rotary_factor: 1,
  pruned_heads: {},
  rope_interleaved: false,
};

/** What says nothing of what a model computes, but of who made it, how it is trained, stored, sampled, or run elsewhere. */
const IGNORED: readonly string[] = [
  ..."_name_or_path architectures is_llama_config tokenizer_class transformers_version".split(" "),
  ..."_attn_implementation_autoset cache_implementation dtype torch_dtype transformers.js_config use_cache".split(" "),
  ..."bos_token_id eos_token_id pad_token_id sep_token_id unk_token_id".split(" "),
  ..."attention_dropout initializer_range pretraining_tp unsloth_fixed unsloth_version".split(" "),
  ..."id2label label2id output_attentions output_hidden_states problem_type return_dict".split(" "),
];

/** What the checkpoint whose config.json, at `path`, holds `stored` computes. Throws ModelError for what is not understood. */
export function architectureOf(path: string, stored: Stored): Architecture {
  const members = membersOf(path, stored);
  const type = members.any("model_type");
  if (typeof type !== "string" || !Object.hasOwn(FAMILIES, type)) {
    return members.refuse("model_type", `one of ${FAMILY_NAMES.join(", ")}`);
  }
  const family = FAMILIES[type]!;
  const copies = type === COPYING;
  if (members.flag("copy_head", false) !== copies) members.refuse("copy_head", `${copies} where model_type is ${type}`);
  const sizes = { ...sizesOf(members, family), ...(copies && { copy_head: true }) };
  checkSizes(sizes, path);
  const [member, name, activation] = family.activation;
  const said = members.any(member) ?? name;
  if (said !== name) members.refuse(member, shown(name));
  const headSize = headSizeOf(members, family, sizes);
  const { queryKeyNorms, outputNorms, normOffset, isScaled } = family;
  const architecture: Architecture = {
    ...sizes,
    headSize,
    scoreSize: isScaled ? members.number("query_pre_attn_scalar", 256) : headSize,
    attention: family.attention(members, sizes.num_hidden_layers),
    biases: biasesOf(members, family),
    queryKeyNorms,
    outputNorms,
    normOffset,
    activation,
    embeddingScale: isScaled ? Math.sqrt(sizes.hidden_size) : 1,
  };
  for (const [fixed, value] of Object.entries({ ...FIXED, ...family.fixed })) {
    // Values this short are shown whole.
    if (shown(members.any(fixed) ?? value) !== shown(value)) members.refuse(fixed, shown(value));
  }
  members.refuseOthers(new Set([...IGNORED, ...family.ignored]));
  return architecture;
}

/** As they stand; whether they can be is checked with the others. */
function sizesOf(members: Members, { isTied }: Family): Sizes {
  const size = (name: string) => members.any(name) as number;
  const heads = size("num_attention_heads");
  return {
    vocab_size: size("vocab_size"),
    hidden_size: size("hidden_size"),
    intermediate_size: size("intermediate_size"),
    num_hidden_layers: size("num_hidden_layers"),
    num_attention_heads: heads,
    num_key_value_heads: size("num_key_value_heads") ?? heads,
    max_position_embeddings: size("max_position_embeddings"),
    rms_norm_eps: members.number("rms_norm_eps", 1e-6),
    tie_word_embeddings: members.flag("tie_word_embeddings", isTied),
  };
}

function headSizeOf(
  members: Members,
  { headSize }: Family,
  { hidden_size, num_attention_heads: heads }: Sizes,
): number {
  const isSaid = (members.any("head_dim") ?? null) !== null;
  if (isSaid || headSize !== "even") {
    const size = isSaid ? members.whole("head_dim", 1) : Number(headSize);
    return size % 2 === 0 ? size : members.refuse("head_dim", "an even number");
  }
  if (hidden_size % (2 * heads) === 0) return hidden_size / heads;
  return members.refuse("hidden_size", `an even multiple of num_attention_heads (${heads})`);
}

function biasesOf(members: Members, { attentionBiases, feedForwardBiases }: Family): Matrix[] {
  const isTold = (member: string) => members.flag(member, false);
  const all = ["queries", "keys", "values", "attentionOutput"] as const;
  const ofAttention = attentionBiases === "told" ? (isTold("attention_bias") ? all : []) : attentionBiases;
  const hasOthers = feedForwardBiases === "told" && isTold("mlp_bias");
  return [...ofAttention, ...(hasOthers ? (["gate", "up", "down"] as const) : [])];
}

const everywhere = (layers: number, attention: Attention) => new Array<Attention>(layers).fill(attention);

/** `slides`: which layers look at a window where the file has no list of them. */
function layerTypes(members: Members, layers: number, slides: (layer: number) => boolean): LayerType[] {
  const isType = (type: unknown): type is LayerType => type === "full_attention" || type === "sliding_attention";
  const types = members.any("layer_types") ?? null;
  if (types === null)
    return Array.from({ length: layers }, (_, i) => (slides(i) ? "sliding_attention" : "full_attention"));
  const isList = Array.isArray(types) && types.length === layers && types.every(isType);
  return isList
    ? types
    : members.refuse("layer_types", `full_attention or sliding_attention for each of ${layers} layers`);
}

/** The window of each layer, in families whose windows are switched on by use_sliding_window. */
function switchedWindows(members: Members, layers: number, slides: (layer: number) => boolean): (number | null)[] {
  const isOn = members.flag("use_sliding_window", false);
  const size = members.any("sliding_window");
  const types = layerTypes(members, layers, (layer) => isOn && slides(layer));
  if (!types.includes("sliding_attention")) return types.map(() => null);
  if (!isOn) return members.refuse("use_sliding_window", "true where layer_types has sliding_attention");
  if (!Number.isSafeInteger(size) || Number(size) < 1) members.refuse("sliding_window", "a whole number ≥ 1");
  return types.map((type) => (type === "full_attention" ? null : Number(size)));
}

/** Whether queries and keys turn with their position, for each layer: all but every `no_rope_layer_interval`-th, or as listed. */
function turningLayers(members: Members, layers: number): boolean[] {
  const every = members.whole("no_rope_layer_interval", 4);
  const list = members.any("no_rope_layers") ?? null;
  if (list === null) return Array.from({ length: layers }, (_, layer) => (layer + 1) % every !== 0);
  const isList = Array.isArray(list) && list.length >= layers && list.every((turns) => turns === 0 || turns === 1);
  return isList ? list.map(Boolean) : members.refuse("no_rope_layers", `0 or 1 for each of ${layers} layers`);
}
