/**
 * Reading on from a cache, as a graph: each row of the batch has some tokens cached already and gets `length` new ones.
 * Attention is in two parts, over the cache and over the new tokens, so that the graph returns only the new keys and
 * values and the caller keeps the cache where it is.
 *
 * Length of the chunk and length of the cache are decided when it runs, so one session with one copy of the weights
 * serves all. The weights are constants, in the graph or left in their files: ONNX Runtime packs them once.
 */
import {
  type Architecture,
  blockNames,
  EMBEDDING,
  FINAL_NORM,
  HEAD,
  type Parameters,
  ropesOf,
  windowsOf,
} from "./architecture.ts";
import { COPY_CACHE, mixedLogits } from "./copy-head.ts";
import {
  add,
  bentFor,
  concatenate,
  constant,
  emptyGraph,
  fusedRmsNorm,
  type Graph,
  gatherRows,
  greater,
  input,
  multiply,
  offset,
  product,
  reshape,
  reshapeLike,
  rotate,
  scalar,
  sigmoid,
  softmax,
  split,
  type Tensor,
  transpose,
} from "./graph.ts";
import { HIDDEN } from "./masks.ts";
import { type Rope, rotaryAngles } from "./rope.ts";
import { type WeightPlaces, type Weights, weightsIn } from "./weights.ts";

/** The names of a layer's cache inputs and of its outputs for the new tokens. */
const cacheNames = (layer: number) => ({
  keys: `keys ${layer}`, // (B, K, C, S): columns are places, which makes one query's product a stream
  values: `values ${layer}`, // (B, K, S, C)
  newKeys: `new keys ${layer}`, // (B, K, T, C)
  newValues: `new values ${layer}`, // (B, K, T, C)
});

/** Numbers that the caller keeps for every token that has been read. */
export interface Kept {
  /** The output that holds them for the new tokens: (B, heads, T, size). */
  readonly output: string;
  /** The input that wants them for all cached tokens; undefined if none does. */
  readonly input: string | undefined;
  readonly heads: number;
  readonly size: number;
  /** They are kept as (B, heads, size, S) rather than (B, heads, S, size). */
  readonly columns: boolean;
}

/** What a model's graph gives and wants back. */
export function keptOf(config: Architecture): Kept[] {
  const kept = Array.from({ length: config.num_hidden_layers }, (_, layer): Kept[] => {
    const names = cacheNames(layer);
    const shape = { heads: config.num_key_value_heads, size: config.headSize };
    return [
      { output: names.newKeys, input: names.keys, ...shape, columns: true },
      { output: names.newValues, input: names.values, ...shape, columns: false },
    ];
  }).flat();
  if (!config.copy_head) return kept;
  const shape = { heads: 1, size: config.hidden_size };
  return [
    ...kept,
    { output: COPY_CACHE.newKeys, input: COPY_CACHE.keys, ...shape, columns: true },
    { output: COPY_CACHE.newContext, input: undefined, ...shape, columns: false },
  ];
}

/** No call reads more tokens than this. */
export const LONGEST_CALL = 64;

/** Decided at run time. */
export const ANY = -1;

/** The input that says which place each column of the cache is: (S). Only of models with windows. */
export const CACHE_PLACES = "cache places";

/** What queries must not look at. */
interface Masks {
  readonly cache: Tensor; // (B, 1, 1, 1 or T, S)
  readonly chunk: Tensor; // (T, T) or (B, 1, 1, T, T)
}

interface Context extends Pick<Weights, "project" | "scale"> {
  readonly graph: Graph;
  readonly config: Architecture;
  readonly rows: number;
  readonly positions: Tensor; // (B, T)
  readonly norm: (x: Tensor, name: string) => Tensor;
  /** By rope. (positions, C/2) each */
  readonly angles: ReadonlyMap<Rope, readonly [Tensor, Tensor]>;
  /** By window. */
  readonly masks: ReadonlyMap<number | null, Masks>;
  readonly lengths: Tensor; // (2): S and T
}

const scaledBy = (graph: Graph, x: Tensor, scale: number): Tensor =>
  scale === 1 ? x : multiply(graph, x, scalar(graph, scale));

function attentionBlock(context: Context, x: Tensor, layer: number): Tensor {
  const { graph, config, rows, project, scale, positions, angles, masks, norm, lengths } = context;
  const { num_attention_heads: heads, num_key_value_heads: keyHeads, headSize: size } = config;
  const names = blockNames(config, layer);
  const { rope, window } = config.attention[layer]!;
  const { cache: cacheMask, chunk: chunkMask } = masks.get(window)!;
  const cache = cacheNames(layer);
  const oldKeys = input(graph, cache.keys, [rows, keyHeads, size, ANY]);
  const oldValues = input(graph, cache.values, [rows, keyHeads, ANY, size]);

  const projected = project(x, names.queries, names.keys, names.values); // (B·T, (H+2K)·C)
  const apart = reshapeLike(graph, projected, positions, [heads + 2 * keyHeads, size]); // (B, T, H+2K, C)
  const parts = split(graph, transpose(graph, apart, [0, 2, 1, 3]), 1, [heads, keyHeads, keyHeads]);
  const placed = (x: Tensor, name: string): Tensor => {
    const normed = config.queryKeyNorms ? norm(x, name) : x;
    return rope ? rotate(graph, normed, positions, angles.get(rope)!) : normed;
  };
  const queries = placed(parts[0]!, names.queryNorm); // (B, H, T, C)
  const keys = placed(parts[1]!, names.keyNorm); // (B, K, T, C)
  const values = parts[2]!; // (B, K, T, C)
  graph.outputs.set(cache.newKeys, keys);
  graph.outputs.set(cache.newValues, values);

  // A group of G heads shares keys and values. Each head is a product of its own: with one query, that is a stream.
  const shared = (x: Tensor, first: number, second: number) => reshape(graph, x, [0, keyHeads, 1, first, second]);
  const grouped = reshape(graph, scaledBy(graph, queries, scale), [0, keyHeads, heads / keyHeads, ANY, size]); // (B, K, G, T, C)
  const oldScores = add(graph, product(graph, grouped, shared(oldKeys, size, ANY)), cacheMask); // (B, K, G, T, S)
  const ownScores = product(graph, grouped, shared(keys, ANY, size), { transposeB: true }); // (B, K, G, T, T)
  const newScores = add(graph, ownScores, chunkMask);
  const shares = softmax(graph, concatenate(graph, [oldScores, newScores], 4)); // (B, K, G, T, S+T)
  const [oldShares, newShares] = split(graph, shares, 4, [ANY, ANY], lengths);
  const fromOld = product(graph, oldShares!, shared(oldValues, ANY, size)); // (B, K, G, T, C)
  const fromNew = product(graph, newShares!, shared(values, ANY, size));
  const mixed = add(graph, fromOld, fromNew);
  const ordered = transpose(graph, reshape(graph, mixed, [0, heads, ANY, size]), [0, 2, 1, 3]); // (B, T, H, C)
  const found = project(reshape(graph, ordered, [ANY, heads * size]), names.attentionOutput); // (B·T, D)
  return config.outputNorms ? norm(found, names.attentionOutputNorm) : found;
}

function feedForwardBlock({ graph, config, project, norm }: Context, x: Tensor, layer: number): Tensor {
  const names = blockNames(config, layer);
  const both = project(x, names.gate, names.up); // (B·T, 2F)
  const [gate, up] = split(graph, both, 1, [config.intermediate_size, config.intermediate_size]); // (B·T, F)
  const open = multiply(graph, gate!, sigmoid(graph, bentFor(graph, gate!, config.activation).bent)); // (B·T, F)
  const made = project(multiply(graph, open, up!), names.down); // (B·T, D)
  return config.outputNorms ? norm(made, names.feedForwardOutputNorm) : made;
}

/** `whole` for each window of the model. A place is hidden from queries that are as far behind it as the window is wide. */
function masksOf(graph: Graph, config: Architecture, positions: Tensor, whole: Masks): Map<number | null, Masks> {
  const windows = windowsOf(config);
  if (windows.every((window) => window === null)) return new Map([[null, whole]]);
  const places = input(graph, CACHE_PLACES, [ANY], "int64");
  const queries = reshape(graph, positions, [0, 1, 1, ANY, 1]); // (B, 1, 1, T, 1)
  const own = reshape(graph, positions, [0, 1, 1, 1, ANY]); // (B, 1, 1, 1, T)
  const narrowed = (window: number): Masks => {
    const beyond = (keys: Tensor, mask: Tensor): Tensor => {
      const last = add(graph, keys, constant(graph, BigInt64Array.of(BigInt(window - 1)), [1]));
      return add(graph, multiply(graph, greater(graph, queries, last), scalar(graph, HIDDEN)), mask);
    };
    const isWide = window >= LONGEST_CALL;
    return { cache: beyond(places, whole.cache), chunk: isWide ? whole.chunk : beyond(own, whole.chunk) };
  };
  return new Map(windows.map((window) => [window, window === null ? whole : narrowed(window)]));
}

/**
 * For `rows` rows (B), or as many as a call has (`ANY`). Inputs: `tokens` (B, T), `positions` (B, T), `last` (B): the
 * index, in B·T, of each row's last real token; `cache mask` (B, 1, 1, S) and `chunk mask` (T, T): 0 or very
 * negative; `lengths` = (S, T); with windows CACHE_PLACES; the caches; with a copy head also COPY_CACHE. Outputs: `logits` (B, V) after each row's
 * last token; what `keptOf` names.
 */
export function decodingGraph(config: Architecture, source: Parameters | WeightPlaces, rows: number): Graph {
  const graph = emptyGraph();
  const width = config.hidden_size;
  const { matrix, vector, project, scale } = weightsIn(graph, config, source);
  const norm = (x: Tensor, name: string) =>
    fusedRmsNorm(graph, x, offset(graph, vector(name), config.normOffset), config.rms_norm_eps);

  const tokens = input(graph, "tokens", [rows, ANY], "int64");
  const last = input(graph, "last", [rows], "int64");
  const cacheMask = input(graph, "cache mask", [rows, 1, 1, ANY]);
  // The padding of a call may reach past the last position.
  const longest = config.max_position_embeddings + LONGEST_CALL;
  const anglesOf = (rope: Rope) => {
    const { cosine, sine } = rotaryAngles(rope, config.headSize, longest);
    const shape = [longest, config.headSize / 2];
    return [constant(graph, cosine, shape), constant(graph, sine, shape)] as const;
  };
  const positions = input(graph, "positions", [rows, ANY], "int64");
  const angles = new Map(ropesOf(config).map((rope) => [rope, anglesOf(rope)]));
  const whole: Masks = {
    cache: reshape(graph, cacheMask, [0, 1, 1, 1, ANY]),
    chunk: input(graph, "chunk mask", [ANY, ANY]),
  };
  const context: Context = {
    graph,
    config,
    rows,
    project,
    norm,
    scale,
    positions,
    angles,
    masks: masksOf(graph, config, positions, whole),
    lengths: input(graph, "lengths", [2], "int64"),
  };
  const embedding = matrix(EMBEDDING);
  const read = reshape(graph, gatherRows(graph, embedding, tokens), [ANY, width]); // (B·T, D)
  let x = scaledBy(graph, read, config.embeddingScale); // (B·T, D)
  let inner = x; // what the last layer reads
  for (let layer = 0; layer < config.num_hidden_layers; layer++) {
    const names = blockNames(config, layer);
    inner = x;
    x = add(graph, x, attentionBlock(context, norm(x, names.attentionNorm), layer)); // (B·T, D)
    x = add(graph, x, feedForwardBlock(context, norm(x, names.feedForwardNorm), layer)); // (B·T, D)
  }
  const final = gatherRows(graph, x, last); // (B, D)
  const state = norm(final, FINAL_NORM); // (B, D)
  const head = config.tie_word_embeddings ? embedding : matrix(HEAD);
  const logits = product(graph, state, head, { transposeB: true }); // (B, V)
  const copying = { config, rows, weight: matrix, norm, vector, final, inner, tokens, cacheMask, logits };
  graph.outputs.set("logits", config.copy_head ? mixedLogits(graph, copying) : logits); // (B, V)
  return graph;
}
