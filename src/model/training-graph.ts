/**
 * One training step of a Llama transformer as a graph: parameters, tokens and a weight for each token go in; the loss,
 * each token's log-probability and every gradient come out. One weight per token is enough for every objective that is
 * a function of log-probabilities: supervised learning, preferences, policy gradients. With adapters (adapters.ts) the
 * parameters are only read, and the gradients are those of the adapters.
 *
 * The embedding's gradient comes in two parts: the graph gives the output matrix's part and the gradient of each
 * embedded row; the caller scatters the rows, in a fixed order whatever the number of threads.
 */

import { adapterNames, adaptersOf, type Lora, loraScale } from "./adapters.ts";
import type { Angles, Tape } from "./autodiff.ts";
import * as differentiable from "./autodiff.ts";
import { mixedLogProbabilities } from "./copy-head.ts";
import { constant, emptyGraph, type Graph, gatherRows, input, type Tensor } from "./graph.ts";
import {
  blockNames,
  EMBEDDING,
  FINAL_NORM,
  HEAD,
  headSize,
  type LlamaConfig,
  parametersOf,
  rotaryAngles,
} from "./llama.ts";

/** The name of a parameter's gradient among the outputs. */
export const gradientOf = (parameter: string): string => `gradient of ${parameter}`;
/** The output that holds the gradient of each embedded token. */
export const ROW_GRADIENTS = "gradient of rows";

/** Lengths of batches are rounded up to a multiple of this. */
export const LENGTH_STEP = 16;

/** Decided at run time. */
const ANY = -1;

interface Context {
  readonly tape: Tape;
  readonly config: LlamaConfig;
  readonly sequences: number; // B
  /** The layer with this matrix. */
  readonly linear: (x: Tensor, weight: string) => Tensor;
  readonly positions: Tensor; // (B, T)
  readonly angles: Angles;
  readonly mask: Tensor; // (1, 1, G·T, T)
}

/** (B·T, heads·C) → (B, heads, T, C) */
function splitHeads({ tape, config, sequences }: Context, x: Tensor, heads: number): Tensor {
  const apart = [sequences, ANY, heads, headSize(config)];
  return differentiable.transpose(tape, differentiable.reshape(tape, x, apart), [0, 2, 1, 3]);
}

/** What attention brings to each token, before the output matrix. */
function mixedHeads(context: Context, x: Tensor, layer: number): Tensor {
  const { tape, config, sequences, linear, positions, angles, mask } = context;
  const names = blockNames(layer);
  const { num_attention_heads: heads, num_key_value_heads: keyHeads, hidden_size: width } = config;
  const size = headSize(config);
  const projected = (name: string, count: number) => splitHeads(context, linear(x, name), count);
  const queries = differentiable.rotate(tape, projected(names.queries, heads), positions, angles); // (B, H, T, C)
  const keys = differentiable.rotate(tape, projected(names.keys, keyHeads), positions, angles); // (B, K, T, C)
  const values = projected(names.values, keyHeads); // (B, K, T, C)
  const grouped = differentiable.reshape(tape, queries, [sequences, keyHeads, ANY, size]); // (B, K, G·T, C)
  const mixed = differentiable.attention(tape, { queries: grouped, keys, values, mask }); // (B, K, G·T, C)
  const apart = differentiable.reshape(tape, mixed, [sequences, heads, ANY, size]); // (B, H, T, C)
  return differentiable.reshape(tape, differentiable.transpose(tape, apart, [0, 2, 1, 3]), [ANY, width]); // (B·T, D)
}

function feedForward({ tape, linear }: Context, x: Tensor, layer: number): Tensor {
  const names = blockNames(layer);
  const gate = differentiable.silu(tape, linear(x, names.gate)); // (N, F)
  const up = linear(x, names.up); // (N, F)
  return linear(differentiable.multiply(tape, gate, up), names.down); // (N, D)
}

/** Longest sequence (T) that the graph of this model can read. */
export const longestSequence = (config: LlamaConfig): number => config.max_position_embeddings + LENGTH_STEP;

/** The forward pass with what a backward pass starts from. */
interface Forward {
  readonly tape: Tape;
  readonly parameters: ReadonlyMap<string, Tensor>;
  /** None unless there are adapters. */
  readonly adapters: ReadonlyMap<string, Tensor>;
  readonly rows: Tensor; // (B·T, D), the embedded tokens
  readonly logProbabilities: Tensor; // (M, 1)
}

/** What a layer computes: W x, or with adapters W x + scale · B A x. */
function linearLayers(
  tape: Tape,
  { parameters, adapters }: Pick<Forward, "parameters" | "adapters">,
  lora: Lora | undefined,
): Context["linear"] {
  return (x, weight) => {
    const y = differentiable.linear(tape, x, parameters.get(weight)!); // (N, out)
    if (!lora) return y;
    const { down, up } = adapterNames(weight);
    const narrow = differentiable.linear(tape, x, adapters.get(down)!); // (N, R)
    return differentiable.add(tape, y, differentiable.linear(tape, narrow, adapters.get(up)!, loraScale(lora)));
  };
}

function forward(config: LlamaConfig, sequences: number, lora?: Lora): Forward {
  const graph = emptyGraph();
  const tape: Tape = { graph, recorded: [] };
  const tokens = input(graph, "tokens", [ANY], "int64");
  const places = input(graph, "places", [ANY], "int64");
  const targets = input(graph, "targets", [ANY, 1], "int64");
  const parameters = new Map(parametersOf(config).map(({ name, shape }) => [name, input(graph, name, shape)]));
  const adapterList = lora ? adaptersOf(config, lora.rank) : [];
  const adapters = new Map(adapterList.map(({ name, shape }) => [name, input(graph, name, shape)]));
  const linear = linearLayers(tape, { parameters, adapters }, lora);
  const { cosine, sine } = rotaryAngles(config, longestSequence(config));
  const minusSine = sine.map((value) => -value);
  const table = (values: Float32Array) => constant(graph, values, [longestSequence(config), headSize(config) / 2]);
  const context: Context = {
    tape,
    config,
    sequences,
    linear,
    positions: input(graph, "positions", [sequences, ANY], "int64"),
    angles: { cosine: table(cosine), sine: table(sine), minusSine: table(minusSine) },
    mask: input(graph, "mask", [1, 1, ANY, ANY]),
  };
  const norm = (x: Tensor, name: string) => differentiable.rmsNorm(tape, x, parameters.get(name)!, config.rms_norm_eps);

  const embedding = parameters.get(EMBEDDING)!;
  const rows = gatherRows(graph, embedding, tokens); // (B·T, D)
  let x = rows;
  let inner = rows; // what the last layer reads
  for (let layer = 0; layer < config.num_hidden_layers; layer++) {
    const names = blockNames(layer);
    inner = x;
    let mixed = mixedHeads(context, norm(x, names.attentionNorm), layer); // (B·T, D)
    if (layer === config.num_hidden_layers - 1) {
      // From here on no token looks at another: the predictions that do not count are left out.
      mixed = differentiable.selectRows(tape, mixed, places); // (M, D)
      x = differentiable.selectRows(tape, x, places); // (M, D)
    }
    const attended = linear(mixed, names.attentionOutput); // (B·T or M, D)
    x = differentiable.add(tape, x, attended); // (B·T or M, D)
    x = differentiable.add(tape, x, feedForward(context, norm(x, names.feedForwardNorm), layer)); // (B·T or M, D)
  }
  const head = config.tie_word_embeddings ? embedding : parameters.get(HEAD)!;
  const logits = differentiable.linear(tape, norm(x, FINAL_NORM), head); // (M, V)
  const written = differentiable.logProbability(tape, logits, targets); // (M, 1)
  const { positions } = context;
  const operands = { config, parameters, final: x, inner, tokens, positions, targets, written };
  const logProbabilities = config.copy_head ? mixedLogProbabilities(tape, operands) : written; // (M, 1)
  graph.outputs.set("log probabilities", logProbabilities);
  return { tape, parameters, adapters, rows, logProbabilities };
}

/**
 * For batches of `sequences` (B); their length (T) and the number of predictions that count (M) are decided at run
 * time, so that one session's memory serves all lengths.
 * Inputs: every parameter by name; `tokens` (B·T), `positions` (B, T), `mask` (1, 1, G·T, T); for the predictions
 * `places` (M, different indices into B·T), `targets` (M, 1) and `weights` (M, 1); with a copy head also QUERIES.
 * Outputs: `loss` = −Σ weight · log p, `log probabilities` (M, 1), ROW_GRADIENTS (B·T, D) and `gradientOf` each parameter.
 * With `lora` the adapters are inputs too, and of gradients only theirs are outputs.
 */
export function trainingGraph(config: LlamaConfig, sequences: number, lora?: Lora): Graph {
  const { tape, parameters, adapters, rows, logProbabilities } = forward(config, sequences, lora);
  const { graph } = tape;
  const weights = input(graph, "weights", [ANY, 1]);
  const loss = differentiable.weightedLoss(tape, logProbabilities, weights);

  graph.outputs.set("loss", loss);
  const inGraph = [...parameters].filter(([name]) => name !== EMBEDDING || config.tie_word_embeddings);
  const learned = lora ? adapters : new Map(inGraph);
  const wanted = new Map([...learned].map(([name, tensor]) => [gradientOf(name), tensor]));
  const all = lora ? wanted : new Map([[ROW_GRADIENTS, rows], ...wanted]);
  const found = differentiable.gradients(tape, loss, [...all.values()]);
  for (const [i, name] of [...all.keys()].entries()) graph.outputs.set(name, found[i]!);
  return graph;
}

/** The forward pass of `trainingGraph` alone: the same inputs but `weights`, and of its outputs `log probabilities` (M, 1). */
export function likelihoodGraph(config: LlamaConfig, sequences: number, lora?: Lora): Graph {
  return forward(config, sequences, lora).tape.graph;
}
