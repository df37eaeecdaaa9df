/**
 * The copy head: besides writing from its vocabulary, the model can point at a token of its context and say it again.
 *
 *     p(token) = g · softmax(logits)[token] + (1 − g) · Σ share[place] over the places that hold the token
 *     g = sigmoid(gate · q̂ + bias)      share = softmax(q · k / √D)
 *     q = Q q̂                           k[place] = K ĥ[place] + P ĥ[place − 1]
 *
 * q̂ is the normed result of the last layer where the prediction is made, ĥ the normed input of the last layer, at every
 * place up to there. The keys come from before the last layer because only predictions go through the rest of it
 * (training-graph.ts), and they hold the place before too, because what is copied is mostly found by what precedes it:
 * with P a lookup task was learned in a quarter of the steps, and did not fail on tokens never copied before.
 *
 * Both passes here: for training with gradients, for decoding from a cache. Pointer and vocabulary mixed: See et al. 2017.
 */
import { type Architecture, COPY } from "./architecture.ts";
import type { Arrangement, Tape } from "./autodiff.ts";
import * as differentiable from "./autodiff.ts";
import type { Tensor } from "./graph.ts";
import * as graphs from "./graph.ts";
import { HIDDEN } from "./masks.ts";

/** Decided at run time. */
const ANY = -1;

/** What training's graph needs at run time: the M predictions as B rows of Q queries, some of which may be unused. */
export const QUERIES = {
  /** Which prediction each query is. (B·Q) */
  rows: "query rows",
  /** Which query each prediction is. (M) */
  places: "query places",
  /** Each query's position in its sequence. (B, Q, 1) */
  positions: "query positions",
} as const;

export interface CopyOperands {
  readonly config: Architecture;
  readonly parameters: ReadonlyMap<string, Tensor>;
  /** What the last layer gives where predictions are made. */
  readonly final: Tensor; // (M, D)
  /** What the last layer reads, everywhere. */
  readonly inner: Tensor; // (B·T, D)
  readonly tokens: Tensor; // (B·T)
  readonly positions: Tensor; // (B, T)
  readonly targets: Tensor; // (M, 1)
  /** log-probabilities of the targets by vocabulary alone. */
  readonly written: Tensor; // (M, 1)
}

/** The log-probability of each target, written or copied: (M, 1). Adds the inputs QUERIES to the graph. */
export function mixedLogProbabilities(tape: Tape, operands: CopyOperands): Tensor {
  const { config, parameters, final, inner, tokens, positions, targets, written } = operands;
  const { graph } = tape;
  const { hidden_size: width, rms_norm_eps } = config;
  const sequences = positions.shape[0]!;
  const parameter = (name: string) => parameters.get(name)!;
  const queryPositions = graphs.input(graph, QUERIES.positions, [sequences, ANY, 1], "int64");
  const arrangement: Arrangement = {
    rows: graphs.input(graph, QUERIES.rows, [ANY], "int64"),
    places: graphs.input(graph, QUERIES.places, [ANY], "int64"),
  };
  const bySequence = (x: Tensor) => differentiable.reshape(tape, x, [sequences, ANY, width]);

  const state = differentiable.rmsNorm(tape, final, parameter(COPY.queryNorm), { epsilon: rms_norm_eps }); // (M, D)
  const asked = differentiable.linear(tape, state, parameter(COPY.queries)); // (M, D)
  const queries = bySequence(differentiable.arrangeRows(tape, asked, arrangement)); // (B, Q, D)
  const context = differentiable.rmsNorm(tape, inner, parameter(COPY.keyNorm), { epsilon: rms_norm_eps }); // (B·T, D)
  const own = bySequence(differentiable.linear(tape, context, parameter(COPY.keys))); // (B, T, D)
  const following = bySequence(differentiable.linear(tape, context, parameter(COPY.previousKeys))); // (B, T, D)
  const keys = differentiable.add(tape, own, differentiable.shiftRows(tape, following)); // (B, T, D)

  const hidden = (where: Tensor) => graphs.multiply(graph, where, graphs.scalar(graph, HIDDEN));
  const places = graphs.reshape(graph, positions, [sequences, 1, ANY]);
  const mask = hidden(graphs.greater(graph, places, queryPositions)); // (B, Q, T)
  const held = graphs.reshape(graph, tokens, [sequences, 1, ANY]);
  const wanted = graphs.reshape(graph, graphs.gatherRows(graph, targets, arrangement.rows), [sequences, ANY, 1]);
  const found = graphs.equal(graph, held, wanted); // (B, Q, T)
  const others = hidden(graphs.subtract(graph, graphs.scalar(graph, 1), found)); // (B, Q, T)
  const share = differentiable.logShare(tape, { queries, keys, mask, others }); // (B, Q, 1)
  const copied = differentiable.selectRows(tape, differentiable.reshape(tape, share, [ANY, 1]), arrangement.places); // (M, 1)

  const opening = differentiable.linear(tape, state, parameter(COPY.gate)); // (M, 1)
  const gate = differentiable.addBias(tape, opening, parameter(COPY.gateBias)); // (M, 1)
  return differentiable.logMixture(tape, { gate, a: written, b: copied });
}

/** What decoding keeps and is fed beside the layers' caches. */
export const COPY_CACHE = {
  keys: "copy keys", // (B, 1, D, S)
  newKeys: "new copy keys", // (B, 1, T, D)
  /** ĥ of the new tokens. */
  newContext: "new context", // (B, 1, T, D)
  /** ĥ of the token before the new ones, 0 where there is none. */
  previousContext: "previous context", // (B, 1, D)
  /** The tokens in the cache. */
  tokens: "cached tokens", // (B, S)
  /** 0 at the new tokens and very negative where the call is padded. */
  mask: "copy mask", // (B, 1, 1, T)
} as const;

export interface CopyContext {
  readonly config: Architecture;
  readonly rows: number;
  /** A matrix as it is stored. */
  readonly weight: (name: string) => Tensor;
  readonly norm: (x: Tensor, name: string) => Tensor;
  /** A vector as it is stored. */
  readonly vector: (name: string) => Tensor;
  /** What the last layer gives for each row's last token. */
  readonly final: Tensor; // (B, D)
  /** What the last layer reads. */
  readonly inner: Tensor; // (B·T, D)
  readonly tokens: Tensor; // (B, T)
  readonly cacheMask: Tensor; // (B, 1, 1, S)
  readonly logits: Tensor; // (B, V)
}

/** The logarithm of each token's probability to come next, written or copied: (B, V). */
export function mixedLogits(graph: graphs.Graph, context: CopyContext): Tensor {
  const { config, rows, weight, norm, vector, final, inner, tokens, cacheMask, logits } = context;
  const { hidden_size: width, vocab_size: vocabulary } = config;
  const linear = (x: Tensor, name: string) => graphs.product(graph, x, weight(name), { transposeB: true });
  const oldKeys = graphs.input(graph, COPY_CACHE.keys, [rows, 1, width, ANY]);
  const oldTokens = graphs.input(graph, COPY_CACHE.tokens, [rows, ANY], "int64");
  const before = graphs.input(graph, COPY_CACHE.previousContext, [rows, 1, width]);
  const mask = graphs.input(graph, COPY_CACHE.mask, [rows, 1, 1, ANY]);

  const read = graphs.reshape(graph, norm(inner, COPY.keyNorm), [rows, ANY, width]); // (B, T, D)
  const shifted = graphs.dropLastRow(graph, graphs.concatenate(graph, [before, read], 1)); // (B, T, D)
  const flat = (x: Tensor) => graphs.reshape(graph, x, [ANY, width]); // (B·T, D)
  const own = linear(flat(read), COPY.keys); // (B·T, D)
  const following = linear(flat(shifted), COPY.previousKeys); // (B·T, D)
  const keys = graphs.reshape(graph, graphs.add(graph, own, following), [rows, 1, ANY, width]); // (B, 1, T, D)
  graph.outputs.set(COPY_CACHE.newKeys, keys);
  graph.outputs.set(COPY_CACHE.newContext, graphs.reshape(graph, read, [rows, 1, ANY, width]));

  const state = norm(final, COPY.queryNorm); // (B, D)
  const query = graphs.reshape(graph, linear(state, COPY.queries), [rows, 1, 1, width]); // (B, 1, 1, D)
  const scale = 1 / Math.sqrt(width);
  const oldScores = graphs.add(graph, graphs.product(graph, query, oldKeys, { scale }), cacheMask); // (B, 1, 1, S)
  const newScores = graphs.add(graph, graphs.product(graph, query, keys, { transposeB: true, scale }), mask); // (B, 1, 1, T)
  const shares = graphs.softmax(graph, graphs.concatenate(graph, [oldScores, newScores], 3)); // (B, 1, 1, S+T)
  const held = graphs.concatenate(graph, [oldTokens, tokens], 1); // (B, S+T)
  const nothing = graphs.constant(graph, new Float32Array(rows * vocabulary), [rows, vocabulary]); // (B, V)
  const byToken = graphs.addAt(graph, nothing, held, graphs.reshape(graph, shares, [rows, ANY])); // (B, V)

  const gate = graphs.add(graph, linear(state, COPY.gate), vector(COPY.gateBias)); // (B, 1)
  const logSigmoid = (x: Tensor) => graphs.negate(graph, graphs.softplus(graph, graphs.negate(graph, x)));
  const written = graphs.add(graph, graphs.logSoftmax(graph, logits), logSigmoid(gate)); // (B, V)
  // Only what the context holds can be copied: few tokens of many. A share of 0 is copied with probability exp(−∞).
  const writtenHere = graphs.pick(graph, written, held); // (B, S+T)
  const share = graphs.logarithm(graph, graphs.pick(graph, byToken, held)); // (B, S+T)
  const copiedHere = graphs.add(graph, share, logSigmoid(graphs.negate(graph, gate))); // (B, S+T)
  const lead = graphs.subtract(graph, copiedHere, writtenHere); // (B, S+T)
  const mixed = graphs.add(graph, writtenHere, graphs.softplus(graph, lead)); // (B, S+T)
  return graphs.setAt(graph, written, held, mixed); // (B, V)
}
