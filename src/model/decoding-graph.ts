/**
 * Reading on from a cache, as a graph: each row of the batch has some tokens cached already and gets `length` new ones.
 * Attention is in two parts, over the cache and over the new tokens, so that the graph returns only the new keys and
 * values and the caller keeps the cache where it is.
 *
 * Length of the chunk and length of the cache are decided when it runs, so one session with one copy of the weights
 * serves all. The weights are constants, in the graph or left in their files: ONNX Runtime packs them once.
 */
import { COPY_CACHE, mixedLogits } from "./copy-head.ts";
import {
  add,
  concatenate,
  constant,
  emptyGraph,
  fusedRmsNorm,
  type Graph,
  gatherRows,
  input,
  multiply,
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
import {
  blockNames,
  EMBEDDING,
  FINAL_NORM,
  HEAD,
  headSize,
  type LlamaConfig,
  type Parameters,
  rotaryAngles,
} from "./llama.ts";
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
export function keptOf(config: LlamaConfig): Kept[] {
  const kept = Array.from({ length: config.num_hidden_layers }, (_, layer): Kept[] => {
    const names = cacheNames(layer);
    const shape = { heads: config.num_key_value_heads, size: headSize(config) };
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

interface Context extends Pick<Weights, "project" | "scale"> {
  readonly graph: Graph;
  readonly config: LlamaConfig;
  readonly rows: number;
  readonly positions: Tensor; // (B, T)
  readonly angles: readonly [Tensor, Tensor]; // (positions, C/2)
  readonly cacheMask: Tensor; // (B, 1, 1, 1, S)
  readonly chunkMask: Tensor; // (T, T)
  readonly lengths: Tensor; // (2): S and T
}

const scaledBy = (graph: Graph, x: Tensor, scale: number): Tensor =>
  scale === 1 ? x : multiply(graph, x, scalar(graph, scale));

function attentionBlock(context: Context, x: Tensor, layer: number): Tensor {
  const { graph, config, rows, project, scale, positions, angles, cacheMask, chunkMask, lengths } = context;
  const { num_attention_heads: heads, num_key_value_heads: keyHeads, hidden_size: width } = config;
  const size = headSize(config);
  const names = blockNames(layer);
  const cache = cacheNames(layer);
  const oldKeys = input(graph, cache.keys, [rows, keyHeads, size, ANY]);
  const oldValues = input(graph, cache.values, [rows, keyHeads, ANY, size]);

  const projected = project(x, names.queries, names.keys, names.values); // (B·T, (H+2K)·C)
  const apart = reshapeLike(graph, projected, positions, [heads + 2 * keyHeads, size]); // (B, T, H+2K, C)
  const parts = split(graph, transpose(graph, apart, [0, 2, 1, 3]), 1, [heads, keyHeads, keyHeads]);
  const queries = rotate(graph, parts[0]!, positions, angles); // (B, H, T, C)
  const keys = rotate(graph, parts[1]!, positions, angles); // (B, K, T, C)
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
  return project(reshape(graph, ordered, [ANY, width]), names.attentionOutput); // (B·T, D)
}

function feedForwardBlock({ graph, config, project }: Context, x: Tensor, layer: number): Tensor {
  const names = blockNames(layer);
  const both = project(x, names.gate, names.up); // (B·T, 2F)
  const [gate, up] = split(graph, both, 1, [config.intermediate_size, config.intermediate_size]); // (B·T, F)
  const open = multiply(graph, gate!, sigmoid(graph, gate!)); // (B·T, F)
  return project(multiply(graph, open, up!), names.down); // (B·T, D)
}

/**
 * For `rows` rows (B), or as many as a call has (`ANY`). Inputs: `tokens` (B, T), `positions` (B, T), `last` (B): the
 * index, in B·T, of each row's last real token; `cache mask` (B, 1, 1, S) and `chunk mask` (T, T): 0 or very
 * negative; `lengths` = (S, T); the caches; with a copy head also COPY_CACHE. Outputs: `logits` (B, V) after each row's
 * last token; what `keptOf` names.
 */
export function decodingGraph(config: LlamaConfig, source: Parameters | WeightPlaces, rows: number): Graph {
  const graph = emptyGraph();
  const width = config.hidden_size;
  const { matrix, vector, project, scale } = weightsIn(graph, config, source);
  const norm = (x: Tensor, name: string) => fusedRmsNorm(graph, x, vector(name), config.rms_norm_eps);

  const tokens = input(graph, "tokens", [rows, ANY], "int64");
  const last = input(graph, "last", [rows], "int64");
  const cacheMask = input(graph, "cache mask", [rows, 1, 1, ANY]);
  // The padding of a call may reach past the last position.
  const positions = config.max_position_embeddings + LONGEST_CALL;
  const { cosine, sine } = rotaryAngles(config, positions);
  const anglesShape = [positions, headSize(config) / 2];
  const context: Context = {
    graph,
    config,
    rows,
    project,
    scale,
    positions: input(graph, "positions", [rows, ANY], "int64"),
    angles: [constant(graph, cosine, anglesShape), constant(graph, sine, anglesShape)],
    cacheMask: reshape(graph, cacheMask, [0, 1, 1, 1, ANY]),
    chunkMask: input(graph, "chunk mask", [ANY, ANY]),
    lengths: input(graph, "lengths", [2], "int64"),
  };
  const embedding = matrix(EMBEDDING);
  let x = reshape(graph, gatherRows(graph, embedding, tokens), [ANY, width]); // (B·T, D)
  let inner = x; // what the last layer reads
  for (let layer = 0; layer < config.num_hidden_layers; layer++) {
    const names = blockNames(layer);
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
