/**
 * The parts of a transformer's forward pass on a tape, so that a backward pass can follow: what it reads, the linear layers
 * with or without adapters, attention, the rest of a block. They follow the architecture's description (architecture.ts). Which parts a graph has is its own affair
 * (training-graph.ts, prefix-graph.ts).
 */
import { adapterNames, adaptersOf, type Lora, loraScale } from "./adapters.ts";
import { type Architecture, biasOf, blockNames, EMBEDDING, parametersOf, ropesOf, windowsOf } from "./architecture.ts";
import type { Angles, Tape } from "./autodiff.ts";
import * as differentiable from "./autodiff.ts";
import { constant, emptyGraph, gatherRows, input, type Tensor } from "./graph.ts";
import { type Rope, rotaryAngles } from "./rope.ts";

/** Lengths of batches are rounded up to a multiple of this. */
export const LENGTH_STEP = 16;

/** Decided at run time. */
const ANY = -1;

/** A transformer under construction on B sequences of T tokens. */
export interface Transformer {
  readonly tape: Tape;
  readonly config: Architecture;
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
  /** What the first layer reads. */
  readonly embedded: Tensor; // (B·T, D)
  readonly positions: Tensor; // (B, T)
  /** By rope. */
  readonly angles: ReadonlyMap<Rope, Angles>;
  /** By window. (1, 1, G·T, T) each */
  readonly masks: ReadonlyMap<number | null, Tensor>;
}

/** The input with the mask of layers that look at a window; null: at everything. */
export const maskName = (window: number | null): string => (window === null ? "mask" : `mask ${window}`);

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
export const longestSequence = (config: Architecture): number => config.max_position_embeddings + LENGTH_STEP;

/** What a layer computes: W x, with its bias if it has one, or with adapters W x + scale · B A x. */
function linearLayers(
  tape: Tape,
  { parameters, adapters }: Pick<Transformer, "parameters" | "adapters">,
  lora: Lora | undefined,
): Transformer["linear"] {
  return (x, weight) => {
    const product = differentiable.linear(tape, x, parameters.get(weight)!); // (N, out)
    const bias = parameters.get(biasOf(weight));
    const y = bias ? differentiable.addBias(tape, product, bias) : product; // (N, out)
    if (!lora) return y;
    const { down, up } = adapterNames(weight);
    const narrow = differentiable.linear(tape, x, adapters.get(down)!); // (N, R)
    return differentiable.add(tape, y, differentiable.linear(tape, narrow, adapters.get(up)!, loraScale(lora)));
  };
}

/** A graph with the inputs that every pass has: all parameters, adapters, `tokens`, `positions` and masks by `maskName`. */
export function openTransformer(config: Architecture, sequences: number, lora?: Lora): Transformer {
  const graph = emptyGraph();
  const tape: Tape = { graph, recorded: [] };
  const tokens = input(graph, "tokens", [ANY], "int64");
  const parameters = new Map(parametersOf(config).map(({ name, shape }) => [name, input(graph, name, shape)]));
  const adapterList = lora ? adaptersOf(config, lora.rank) : [];
  const adapters = new Map(adapterList.map(({ name, shape }) => [name, input(graph, name, shape)]));
  const longest = longestSequence(config);
  const table = (values: Float32Array) => constant(graph, values, [longest, config.headSize / 2]);
  const anglesOf = (rope: Rope): Angles => {
    const { cosine, sine } = rotaryAngles(rope, config.headSize, longest);
    const minusSine = sine.map((value) => -value);
    return { cosine: table(cosine), sine: table(sine), minusSine: table(minusSine) };
  };
  const maskOf = (window: number | null) => input(graph, maskName(window), [1, 1, ANY, ANY]);
  const positions = input(graph, "positions", [sequences, ANY], "int64");
  const angles = new Map(ropesOf(config).map((rope) => [rope, anglesOf(rope)]));
  const masks = new Map(windowsOf(config).map((window) => [window, maskOf(window)]));
  const rows = gatherRows(graph, parameters.get(EMBEDDING)!, tokens);
  return {
    tape,
    config,
    sequences,
    parameters,
    adapters,
    linear: linearLayers(tape, { parameters, adapters }, lora),
    norm: (x, weight) =>
      differentiable.rmsNorm(tape, x, parameters.get(weight)!, {
        epsilon: config.rms_norm_eps,
        offset: config.normOffset,
      }),
    tokens,
    positions,
    angles,
    masks,
    rows,
    embedded: differentiable.scaled(tape, rows, config.embeddingScale),
  };
}

/** (B·T, heads·C) → (B, heads, T, C) */
function splitHeads({ tape, config, sequences }: Transformer, x: Tensor, heads: number): Tensor {
  const apart = [sequences, ANY, heads, config.headSize];
  return differentiable.transpose(tape, differentiable.reshape(tape, x, apart), [0, 2, 1, 3]);
}

/** `x` (B, heads, T, C) normed and turned by its positions, as far as the layer does it. */
function placed(model: Transformer, x: Tensor, norm: string, layer: number): Tensor {
  const { tape, config, positions, angles } = model;
  const normed = config.queryKeyNorms ? model.norm(x, norm) : x;
  const { rope } = config.attention[layer]!;
  return rope ? differentiable.rotate(tape, normed, positions, angles.get(rope)!) : normed;
}

/** Of each token `x` (B·T, D), already normed. */
export function keysAndValues(model: Transformer, x: Tensor, layer: number): KeysAndValues {
  const { config, linear } = model;
  const names = blockNames(config, layer);
  const projected = (name: string) => splitHeads(model, linear(x, name), config.num_key_value_heads);
  return {
    keys: placed(model, projected(names.keys), names.keyNorm, layer),
    values: projected(names.values),
  };
}

/** `own` after what all sequences begin with. */
function following({ tape, sequences }: Transformer, own: KeysAndValues, past: Past): KeysAndValues {
  const joined = (before: Tensor, after: Tensor) => {
    const repeated = sequences === 1 ? before : differentiable.repeat(tape, before, sequences);
    return differentiable.concatenate(tape, [repeated, after], { axis: 2, lengths: past.lengths });
  };
  return { keys: joined(past.keys, own.keys), values: joined(past.values, own.values) };
}

export interface Attended {
  /** What attention brings to each token, before the output matrix. */
  readonly mixed: Tensor; // (B·T, H·C)
  readonly own: KeysAndValues;
}

/** Attention of `x` (B·T, D), already normed, to itself and to what comes before it. */
export function attend(model: Transformer, x: Tensor, layer: number, past?: Past): Attended {
  const { tape, config, sequences, linear, masks } = model;
  const { num_attention_heads: heads, num_key_value_heads: keyHeads, headSize: size, scoreSize } = config;
  const names = blockNames(config, layer);
  const mask = masks.get(config.attention[layer]!.window)!;
  const queries = placed(model, splitHeads(model, linear(x, names.queries), heads), names.queryNorm, layer); // (B, H, T, C)
  const own = keysAndValues(model, x, layer);
  const { keys, values } = past ? following(model, own, past) : own;
  const grouped = differentiable.reshape(tape, queries, [sequences, keyHeads, ANY, size]); // (B, K, G·T, C)
  const attended = differentiable.attention(tape, { queries: grouped, keys, values, mask, scoreSize }); // (B, K, G·T, C)
  const apart = differentiable.reshape(tape, attended, [sequences, heads, ANY, size]); // (B, H, T, C)
  const mixed = differentiable.reshape(tape, differentiable.transpose(tape, apart, [0, 2, 1, 3]), [ANY, heads * size]);
  return { mixed, own };
}

/** The rest of a block: `x` (N, D) with what attention brought, `mixed` (N, H·C), and what the feed-forward layer makes of both. */
export function finishBlock(model: Transformer, x: Tensor, mixed: Tensor, layer: number): Tensor {
  const { tape, config, linear, norm } = model;
  const names = blockNames(config, layer);
  const brought = (y: Tensor, weight: string) => (config.outputNorms ? norm(y, weight) : y);
  const found = brought(linear(mixed, names.attentionOutput), names.attentionOutputNorm); // (N, D)
  const attended = differentiable.add(tape, x, found); // (N, D)
  const normed = norm(attended, names.feedForwardNorm); // (N, D)
  const gate = differentiable.activated(tape, linear(normed, names.gate), config.activation); // (N, F)
  const up = linear(normed, names.up); // (N, F)
  const made = linear(differentiable.multiply(tape, gate, up), names.down); // (N, D)
  return differentiable.add(tape, attended, brought(made, names.feedForwardOutputNorm)); // (N, D)
}
