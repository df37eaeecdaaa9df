/**
 * The parts of a Llama transformer's forward pass on a tape, so that a backward pass can follow: what it reads, the linear
 * layers with or without adapters, attention, the rest of a block. Which parts a graph has is its own affair
 * (training-graph.ts, prefix-graph.ts).
 */
import { adapterNames, adaptersOf, type Lora, loraScale } from "./adapters.ts";
import type { Angles, Tape } from "./autodiff.ts";
import * as differentiable from "./autodiff.ts";
import { constant, emptyGraph, gatherRows, input, type Tensor } from "./graph.ts";
import { blockNames, EMBEDDING, headSize, type LlamaConfig, parametersOf, rotaryAngles } from "./llama.ts";

/** Lengths of batches are rounded up to a multiple of this. */
export const LENGTH_STEP = 16;

/** Decided at run time. */
const ANY = -1;

/** A transformer under construction on B sequences of T tokens. */
export interface Llama {
  readonly tape: Tape;
  readonly config: LlamaConfig;
  readonly sequences: number; // B
  readonly parameters: ReadonlyMap<string, Tensor>;
  /** None unless there is `lora`. */
  readonly adapters: ReadonlyMap<string, Tensor>;
  /** The layer with this matrix. */
  readonly linear: (x: Tensor, weight: string) => Tensor;
  readonly norm: (x: Tensor, weight: string) => Tensor;
  readonly tokens: Tensor; // (B·T)
  /** The embedded tokens. */
  readonly rows: Tensor; // (B·T, D)
  readonly positions: Tensor; // (B, T)
  readonly angles: Angles;
  readonly mask: Tensor; // (1, 1, G·T, T)
}

/** What later tokens look at, of one layer. */
export interface KeysAndValues {
  readonly keys: Tensor; // (B, K, T, C)
  readonly values: Tensor; // (B, K, T, C)
}

/** Keys and values of tokens that all B sequences begin with: what was computed elsewhere. */
export interface Past extends KeysAndValues {
  // (1, K, P, C) each
  /** P and T. */
  readonly lengths: Tensor; // (2)
}

/** Longest sequence (T) that the graph of this model can read. */
export const longestSequence = (config: LlamaConfig): number => config.max_position_embeddings + LENGTH_STEP;

/** What a layer computes: W x, or with adapters W x + scale · B A x. */
function linearLayers(
  tape: Tape,
  { parameters, adapters }: Pick<Llama, "parameters" | "adapters">,
  lora: Lora | undefined,
): Llama["linear"] {
  return (x, weight) => {
    const y = differentiable.linear(tape, x, parameters.get(weight)!); // (N, out)
    if (!lora) return y;
    const { down, up } = adapterNames(weight);
    const narrow = differentiable.linear(tape, x, adapters.get(down)!); // (N, R)
    return differentiable.add(tape, y, differentiable.linear(tape, narrow, adapters.get(up)!, loraScale(lora)));
  };
}

/** A graph with the inputs that every pass has: all parameters, adapters, `tokens`, `positions` and `mask`. */
export function openLlama(config: LlamaConfig, sequences: number, lora?: Lora): Llama {
  const graph = emptyGraph();
  const tape: Tape = { graph, recorded: [] };
  const tokens = input(graph, "tokens", [ANY], "int64");
  const parameters = new Map(parametersOf(config).map(({ name, shape }) => [name, input(graph, name, shape)]));
  const adapterList = lora ? adaptersOf(config, lora.rank) : [];
  const adapters = new Map(adapterList.map(({ name, shape }) => [name, input(graph, name, shape)]));
  const { cosine, sine } = rotaryAngles(config, longestSequence(config));
  const minusSine = sine.map((value) => -value);
  const table = (values: Float32Array) => constant(graph, values, [longestSequence(config), headSize(config) / 2]);
  return {
    tape,
    config,
    sequences,
    parameters,
    adapters,
    linear: linearLayers(tape, { parameters, adapters }, lora),
    norm: (x, weight) => differentiable.rmsNorm(tape, x, parameters.get(weight)!, config.rms_norm_eps),
    tokens,
    positions: input(graph, "positions", [sequences, ANY], "int64"),
    angles: { cosine: table(cosine), sine: table(sine), minusSine: table(minusSine) },
    mask: input(graph, "mask", [1, 1, ANY, ANY]),
    rows: gatherRows(graph, parameters.get(EMBEDDING)!, tokens),
  };
}

/** (B·T, heads·C) → (B, heads, T, C) */
function splitHeads({ tape, config, sequences }: Llama, x: Tensor, heads: number): Tensor {
  const apart = [sequences, ANY, heads, headSize(config)];
  return differentiable.transpose(tape, differentiable.reshape(tape, x, apart), [0, 2, 1, 3]);
}

/** Of each token `x` (B·T, D), already normed. */
export function keysAndValues(llama: Llama, x: Tensor, layer: number): KeysAndValues {
  const { tape, config, linear, positions, angles } = llama;
  const names = blockNames(layer);
  const projected = (name: string) => splitHeads(llama, linear(x, name), config.num_key_value_heads);
  return {
    keys: differentiable.rotate(tape, projected(names.keys), positions, angles),
    values: projected(names.values),
  };
}

/** `own` after what all sequences begin with. */
function following({ tape, sequences }: Llama, own: KeysAndValues, past: Past): KeysAndValues {
  const joined = (before: Tensor, after: Tensor) => {
    const repeated = sequences === 1 ? before : differentiable.repeat(tape, before, sequences);
    return differentiable.concatenate(tape, [repeated, after], { axis: 2, lengths: past.lengths });
  };
  return { keys: joined(past.keys, own.keys), values: joined(past.values, own.values) };
}

export interface Attended {
  /** What attention brings to each token, before the output matrix. */
  readonly mixed: Tensor; // (B·T, D)
  readonly own: KeysAndValues;
}

/** Attention of `x` (B·T, D), already normed, to itself and to what comes before it. */
export function attend(llama: Llama, x: Tensor, layer: number, past?: Past): Attended {
  const { tape, config, sequences, linear, positions, angles, mask } = llama;
  const { num_attention_heads: heads, num_key_value_heads: keyHeads, hidden_size: width } = config;
  const size = headSize(config);
  const projected = splitHeads(llama, linear(x, blockNames(layer).queries), heads);
  const queries = differentiable.rotate(tape, projected, positions, angles); // (B, H, T, C)
  const own = keysAndValues(llama, x, layer);
  const { keys, values } = past ? following(llama, own, past) : own;
  const grouped = differentiable.reshape(tape, queries, [sequences, keyHeads, ANY, size]); // (B, K, G·T, C)
  const attended = differentiable.attention(tape, { queries: grouped, keys, values, mask }); // (B, K, G·T, C)
  const apart = differentiable.reshape(tape, attended, [sequences, heads, ANY, size]); // (B, H, T, C)
  const mixed = differentiable.reshape(tape, differentiable.transpose(tape, apart, [0, 2, 1, 3]), [ANY, width]);
  return { mixed, own };
}

/** The rest of a block: `x` (N, D) with what attention brought and what the feed-forward layer makes of both. */
export function finishBlock(llama: Llama, x: Tensor, mixed: Tensor, layer: number): Tensor {
  const { tape, linear, norm } = llama;
  const names = blockNames(layer);
  const attended = differentiable.add(tape, x, linear(mixed, names.attentionOutput)); // (N, D)
  const normed = norm(attended, names.feedForwardNorm); // (N, D)
  const gate = differentiable.silu(tape, linear(normed, names.gate)); // (N, F)
  const up = linear(normed, names.up); // (N, F)
  return differentiable.add(tape, attended, linear(differentiable.multiply(tape, gate, up), names.down)); // (N, D)
}
