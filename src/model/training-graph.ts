/**
 * One training step of a transformer as a graph: parameters, tokens and a weight for each token go in; the loss,
 * each token's log-probability and every gradient come out. One weight per token is enough for every objective that is
 * a function of log-probabilities: supervised learning, preferences, policy gradients. With adapters (adapters.ts) the
 * parameters are only read, and the gradients are those of the adapters.
 *
 * The embedding's gradient comes in two parts: the graph gives the output matrix's part and the gradient of each
 * embedded row; the caller scatters the rows, in a fixed order whatever the number of threads.
 */
import type { Lora } from "./adapters.ts";
import { type Architecture, blockNames, EMBEDDING, FINAL_NORM, HEAD } from "./architecture.ts";
import * as differentiable from "./autodiff.ts";
import { mixedLogProbabilities } from "./copy-head.ts";
import { attend, finishBlock, openTransformer, type Past, type Transformer } from "./forward.ts";
import { type Graph, input, type Tensor } from "./graph.ts";

/** The name of a parameter's gradient among the outputs. */
export const gradientOf = (parameter: string): string => `gradient of ${parameter}`;
/** The output that holds the gradient of each embedded token. */
export const ROW_GRADIENTS = "gradient of rows";

/** What comes in where all sequences begin with the same P tokens, which prefix-graph.ts computes. */
export const PREFIX = {
  keys: (layer: number): string => `prefix keys ${layer}`, // (1, K, P, C)
  values: (layer: number): string => `prefix values ${layer}`, // (1, K, P, C)
  /** P and T. */
  lengths: "prefix lengths", // (2)
} as const;

/** Decided at run time. */
const ANY = -1;

/** What distinguishes a graph from that of a step on whole sequences and all parameters. */
export interface GraphOptions {
  readonly lora?: Lora | undefined;
  /** The sequences go on from a prefix. */
  readonly isAfterPrefix?: boolean;
}

/** The forward pass with what a backward pass starts from. */
interface Forward {
  readonly model: Transformer;
  /** By the name of the input. */
  readonly past: ReadonlyMap<string, Tensor>;
  readonly logProbabilities: Tensor; // (M, 1)
}

function pastInputs({ tape, config }: Transformer): Map<string, Tensor> {
  const shape = [1, config.num_key_value_heads, ANY, config.headSize];
  const layers = Array.from({ length: config.num_hidden_layers }, (_, layer) => layer);
  const names = layers.flatMap((layer) => [PREFIX.keys(layer), PREFIX.values(layer)]);
  return new Map(names.map((name) => [name, input(tape.graph, name, shape)]));
}

function forward(config: Architecture, sequences: number, { lora, isAfterPrefix = false }: GraphOptions): Forward {
  const model = openTransformer(config, sequences, lora);
  const { tape, parameters, norm, tokens, embedded, positions } = model;
  const { graph } = tape;
  const places = input(graph, "places", [ANY], "int64");
  const targets = input(graph, "targets", [ANY, 1], "int64");
  const past = isAfterPrefix ? pastInputs(model) : new Map<string, Tensor>();
  const lengths = isAfterPrefix ? input(graph, PREFIX.lengths, [2], "int64") : undefined;
  const pastOf = (layer: number): Past | undefined =>
    lengths && { keys: past.get(PREFIX.keys(layer))!, values: past.get(PREFIX.values(layer))!, lengths };

  let x = embedded;
  let inner = embedded; // what the last layer reads
  for (let layer = 0; layer < config.num_hidden_layers; layer++) {
    inner = x;
    let { mixed } = attend(model, norm(x, blockNames(config, layer).attentionNorm), layer, pastOf(layer)); // (B·T, D)
    if (layer === config.num_hidden_layers - 1) {
      // From here on no token looks at another: the predictions that do not count are left out.
      mixed = differentiable.selectRows(tape, mixed, places); // (M, H·C)
      x = differentiable.selectRows(tape, x, places); // (M, D)
    }
    x = finishBlock(model, x, mixed, layer); // (B·T or M, D)
  }
  const head = parameters.get(config.tie_word_embeddings ? EMBEDDING : HEAD)!;
  const logits = differentiable.linear(tape, norm(x, FINAL_NORM), head); // (M, V)
  const written = differentiable.logProbability(tape, logits, targets); // (M, 1)
  const operands = { config, parameters, final: x, inner, tokens, positions, targets, written };
  const logProbabilities = config.copy_head ? mixedLogProbabilities(tape, operands) : written; // (M, 1)
  graph.outputs.set("log probabilities", logProbabilities);
  return { model, past, logProbabilities };
}

/**
 * For batches of `sequences` (B); their length (T) and the number of predictions that count (M) are decided at run
 * time, so that one session's memory serves all lengths.
 * Inputs: every parameter by name; `tokens` (B·T), `positions` (B, T), by `maskName` (1, 1, G·T, T); for the predictions
 * `places` (M, different indices into B·T), `targets` (M, 1) and `weights` (M, 1); with a copy head also QUERIES.
 * Outputs: `loss` = −Σ weight · log p, `log probabilities` (M, 1), ROW_GRADIENTS (B·T, D) and `gradientOf` each parameter.
 * With `lora` the adapters are inputs too, and of gradients only theirs are outputs. After a prefix PREFIX comes in, too,
 * masks are (1, 1, G·T, P + T), and `gradientOf` the prefix's keys and values comes out.
 */
export function trainingGraph(config: Architecture, sequences: number, options: GraphOptions = {}): Graph {
  const { model, past, logProbabilities } = forward(config, sequences, options);
  const { tape, parameters, adapters, rows } = model;
  const { graph } = tape;
  const weights = input(graph, "weights", [ANY, 1]);
  const loss = differentiable.weightedLoss(tape, logProbabilities, weights);

  graph.outputs.set("loss", loss);
  const inGraph = [...parameters].filter(([name]) => name !== EMBEDDING || config.tie_word_embeddings);
  const learned = options.lora ? [...adapters, ...past] : inGraph;
  const wanted = new Map(learned.map(([name, tensor]) => [gradientOf(name), tensor]));
  const all = options.lora ? wanted : new Map([[ROW_GRADIENTS, rows], ...wanted]);
  const found = differentiable.gradients(tape, loss, [...all.values()]);
  for (const [i, name] of [...all.keys()].entries()) graph.outputs.set(name, found[i]!);
  return graph;
}

/** The forward pass of `trainingGraph` alone: the same inputs but `weights`, and of its outputs `log probabilities` (M, 1). */
export function likelihoodGraph(config: Architecture, sequences: number, options: GraphOptions = {}): Graph {
  return forward(config, sequences, options).model.tape.graph;
}
