/**
 * Reverse-mode differentiation of a graph: each operation here appends its forward nodes and remembers how to append
 * its vector-Jacobian product. `gradients` plays that backwards, so that one ONNX graph holds both passes.
 *
 * Only the operations that the transformer needs; the expensive ones are fused by hand, because their derivative in
 * terms of kept values is shorter than the chain of its parts.
 */

import type { Activation } from "./architecture.ts";
import type { Graph, Tensor } from "./graph.ts";
import * as graphs from "./graph.ts";

/** Given the gradient of an operation's result, the gradients it adds to its operands. */
type Backward = (gradient: Tensor) => readonly (readonly [operand: Tensor, gradient: Tensor])[];

/** A graph under construction with the operations that have been recorded on it, in order. */
export interface Tape {
  readonly graph: Graph;
  readonly recorded: { readonly result: Tensor; readonly backward: Backward }[];
}

function record(tape: Tape, result: Tensor, backward: Backward): Tensor {
  tape.recorded.push({ result, backward });
  return result;
}

/** The gradients of `loss` (a scalar) with respect to `wanted`. Throws where the loss does not depend on one of them. */
export const gradients = (tape: Tape, loss: Tensor, wanted: readonly Tensor[]): Tensor[] =>
  pullBack(tape, [[loss, graphs.scalar(tape.graph, 1)]], wanted);

/** The same where the loss is elsewhere: of some `results` its gradients are known. */
export function pullBack(
  tape: Tape,
  results: readonly (readonly [result: Tensor, gradient: Tensor])[],
  wanted: readonly Tensor[],
): Tensor[] {
  const { graph } = tape;
  const found = new Map(results.map(([{ name }, gradient]) => [name, gradient]));
  for (const { result, backward } of tape.recorded.toReversed()) {
    const gradient = found.get(result.name);
    if (!gradient) continue;
    for (const [operand, part] of backward(gradient)) {
      const sum = found.get(operand.name);
      found.set(operand.name, sum ? graphs.add(graph, sum, part) : part);
    }
  }
  return wanted.map((tensor) => {
    const gradient = found.get(tensor.name);
    if (!gradient) throw new Error(`expected the loss to depend on ${tensor.name}`);
    return gradient;
  });
}

/** a + b, of one shape. */
export function add(tape: Tape, a: Tensor, b: Tensor): Tensor {
  return record(tape, graphs.add(tape.graph, a, b), (dy) => [
    [a, dy],
    [b, dy],
  ]);
}

/** a · b element by element, of one shape. */
export function multiply(tape: Tape, a: Tensor, b: Tensor): Tensor {
  const { graph } = tape;
  return record(tape, graphs.multiply(graph, a, b), (dy) => [
    [a, graphs.multiply(graph, dy, b)],
    [b, graphs.multiply(graph, dy, a)],
  ]);
}

/** scale · x Wᵀ for `x` (N, in) and `weight` (out, in). */
export function linear(tape: Tape, x: Tensor, weight: Tensor, scale = 1): Tensor {
  const { graph } = tape;
  return record(tape, graphs.product(graph, x, weight, { transposeB: true, scale }), (dy) => [
    [x, graphs.product(graph, dy, weight, { scale })], // (N, in)
    [weight, graphs.product(graph, dy, x, { transposeA: true, scale })], // (out, in)
  ]);
}

/** factor · x; where the factor is 1, x itself. */
export function scaled(tape: Tape, x: Tensor, factor: number): Tensor {
  if (factor === 1) return x;
  const { graph } = tape;
  const by = graphs.scalar(graph, factor);
  return record(tape, graphs.multiply(graph, x, by), (dy) => [[x, graphs.multiply(graph, dy, by)]]);
}

/** x · sigmoid(u), with u = x for "silu" and u = 2 √(2/π) (x + 0.044715 x³) for "gelu_tanh". */
export function activated(tape: Tape, x: Tensor, activation: Activation): Tensor {
  const { graph } = tape;
  const { bent, slope: steepness } = graphs.bentFor(graph, x, activation);
  const gate = graphs.sigmoid(graph, bent);
  const y = graphs.multiply(graph, x, gate);
  return record(tape, y, (dy) => {
    // dy/dx = s + x s (1 − s) du/dx = s + y (1 − s) du/dx
    const rest = graphs.subtract(graph, graphs.scalar(graph, 1), gate);
    const turned = graphs.multiply(graph, y, rest);
    const bending = steepness ? graphs.multiply(graph, turned, steepness()) : turned;
    return [[x, graphs.multiply(graph, dy, graphs.add(graph, gate, bending))]];
  });
}

export interface NormOptions {
  readonly epsilon: number;
  /** Added to the weight. Default 0. */
  readonly offset?: number;
}

/** x / sqrt(mean(x²) + epsilon) · (weight + offset) over the last axis of `x` (…, C). */
export function rmsNorm(tape: Tape, x: Tensor, weight: Tensor, { epsilon, offset = 0 }: NormOptions): Tensor {
  const { graph } = tape;
  const meanSquare = graphs.meanOfLast(graph, graphs.multiply(graph, x, x)); // (N, 1)
  const root = graphs.squareRoot(graph, graphs.add(graph, meanSquare, graphs.scalar(graph, epsilon)));
  const inverse = graphs.reciprocal(graph, root); // (N, 1)
  const normed = graphs.multiply(graph, x, inverse); // (N, C)
  const gain = graphs.offset(graph, weight, offset); // (C)
  return record(tape, graphs.multiply(graph, normed, gain), (dy) => {
    const gained = graphs.multiply(graph, dy, gain); // (N, C)
    const along = graphs.meanOfLast(graph, graphs.multiply(graph, gained, normed)); // (N, 1)
    const across = graphs.subtract(graph, gained, graphs.multiply(graph, normed, along)); // (N, C)
    return [
      [x, graphs.multiply(graph, across, inverse)],
      [weight, graphs.sumOfLeading(graph, graphs.multiply(graph, dy, normed))], // (C)
    ];
  });
}

/** The rows of `x` (N, C) at `places` (n, all different): (n, C). */
export function selectRows(tape: Tape, x: Tensor, places: Tensor): Tensor {
  const { graph } = tape;
  return record(tape, graphs.gatherRows(graph, x, places), (dy) => [[x, graphs.placeRows(graph, dy, places, x)]]);
}

export function reshape(tape: Tape, x: Tensor, shape: readonly number[]): Tensor {
  return record(tape, graphs.reshape(tape.graph, x, shape), (dy) => [[x, graphs.reshape(tape.graph, dy, x.shape)]]);
}

export function transpose(tape: Tape, x: Tensor, order: readonly number[]): Tensor {
  const back = order.map((_, axis) => order.indexOf(axis));
  return record(tape, graphs.transpose(tape.graph, x, order), (dy) => [[x, graphs.transpose(tape.graph, dy, back)]]);
}

/** `x` (1, …) standing `count` times one after the other: (count, …). */
export function repeat(tape: Tape, x: Tensor, count: number): Tensor {
  const { graph } = tape;
  return record(tape, graphs.repeat(graph, x, count), (dy) => [[x, graphs.sumOfFirst(graph, dy)]]);
}

/** `parts` one after the other along `axis`, where they are as long as `lengths` says. */
export function concatenate(
  tape: Tape,
  parts: readonly Tensor[],
  { axis, lengths }: { readonly axis: number; readonly lengths: Tensor },
): Tensor {
  const { graph } = tape;
  const sizes = parts.map(({ shape }) => shape[axis]!);
  return record(tape, graphs.concatenate(graph, parts, axis), (dy) => {
    const gradients = graphs.split(graph, dy, axis, sizes, lengths);
    return parts.map((part, i) => [part, gradients[i]!] as const);
  });
}

/** The angles of rotary position embedding: cosine, sine and −sine, each (positions, C/2). */
export interface Angles {
  readonly cosine: Tensor;
  readonly sine: Tensor;
  readonly minusSine: Tensor;
}

/** Rotary position embedding of `x` (B, H, T, C); its derivative is the rotation back. */
export function rotate(tape: Tape, x: Tensor, positions: Tensor, { cosine, sine, minusSine }: Angles): Tensor {
  const { graph } = tape;
  return record(tape, graphs.rotate(graph, x, positions, [cosine, sine]), (dy) => [
    [x, graphs.rotate(graph, dy, positions, [cosine, minusSine])],
  ]);
}

export interface AttentionOperands {
  readonly queries: Tensor; // (B, G, Q, C)
  readonly keys: Tensor; // (B, G, T, C)
  readonly values: Tensor; // (B, G, T, C)
  /** 0 where a query may look and very negative where not. */
  readonly mask: Tensor; // (1, 1, Q, T)
  readonly scoreSize: number;
}

/** softmax(q kᵀ / sqrt(scoreSize) + mask) v: (B, G, Q, C). */
export function attention(tape: Tape, { queries, keys, values, mask, scoreSize }: AttentionOperands): Tensor {
  const { graph } = tape;
  const scale = 1 / Math.sqrt(scoreSize);
  const scores = graphs.product(graph, queries, keys, { transposeB: true, scale }); // (B, G, Q, T)
  const shares = graphs.softmax(graph, graphs.add(graph, scores, mask)); // (B, G, Q, T)
  const mixed = graphs.product(graph, shares, values); // (B, G, Q, C)
  return record(tape, mixed, (dy) => {
    const dValues = graphs.product(graph, shares, dy, { transposeA: true }); // (B, G, T, C)
    const dShares = graphs.product(graph, dy, values, { transposeB: true }); // (B, G, Q, T)
    // Σ_j share_j dShare_j = Σ_c dy_c mixed_c, which is a shorter sum.
    const expected = graphs.sumOfLast(graph, graphs.multiply(graph, dy, mixed)); // (B, G, Q, 1)
    const dScores = graphs.multiply(graph, graphs.subtract(graph, dShares, expected), shares); // (B, G, Q, T)
    return [
      [queries, graphs.product(graph, dScores, keys, { scale })],
      [keys, graphs.product(graph, dScores, queries, { transposeA: true, scale })],
      [values, dValues],
    ];
  });
}

/** log softmax(logits)[target]: (N, 1). */
export function logProbability(tape: Tape, logits: Tensor, targets: Tensor): Tensor {
  const { graph } = tape;
  const logShares = graphs.logSoftmax(graph, logits); // (N, V)
  return record(tape, graphs.pick(graph, logShares, targets), (dy) => {
    const expected = graphs.multiply(graph, graphs.exponential(graph, logShares), graphs.negate(graph, dy)); // (N, V)
    return [[logits, graphs.addAt(graph, expected, targets, dy)]];
  });
}

/** −Σ weight · log p, a scalar. The weights get no gradient. */
export function weightedLoss(tape: Tape, logProbabilities: Tensor, weights: Tensor): Tensor {
  const { graph } = tape;
  const loss = graphs.negate(graph, graphs.sumOfAll(graph, graphs.multiply(graph, logProbabilities, weights)));
  return record(tape, loss, (dy) => [[logProbabilities, graphs.negate(graph, graphs.multiply(graph, weights, dy))]]);
}

/** x + bias, with one bias for each column of `x` (N, C). */
export function addBias(tape: Tape, x: Tensor, bias: Tensor): Tensor {
  const { graph } = tape;
  return record(tape, graphs.add(graph, x, bias), (dy) => [
    [x, dy],
    [bias, graphs.sumOfLeading(graph, dy)],
  ]);
}

/** The rows of `x` (B, T, C), each one place later; the first is 0. */
export function shiftRows(tape: Tape, x: Tensor): Tensor {
  const { graph } = tape;
  return record(tape, graphs.shiftRows(graph, x, 1), (dy) => [[x, graphs.shiftRows(graph, dy, -1)]]);
}

/** Where rows stand in another arrangement that may have more rows. */
export interface Arrangement {
  /** The row that stands at each new place; any at a place that is not used. (n) */
  readonly rows: Tensor;
  /** The new place of each row. (N) */
  readonly places: Tensor;
}

/** The rows of `x` (N, C) in another arrangement: (n, C). What becomes of places that are not used must not matter to the loss. */
export function arrangeRows(tape: Tape, x: Tensor, { rows, places }: Arrangement): Tensor {
  const { graph } = tape;
  return record(tape, graphs.gatherRows(graph, x, rows), (dy) => [[x, graphs.gatherRows(graph, dy, places)]]);
}

export interface SelectionOperands {
  readonly queries: Tensor; // (B, Q, C)
  readonly keys: Tensor; // (B, T, C)
  /** 0 where a query may look and very negative where not. */
  readonly mask: Tensor; // (B, Q, T)
  /** 0 at what counts and very negative elsewhere. */
  readonly others: Tensor; // (B, Q, T)
}

/** log of the share of softmax(q kᵀ / sqrt(C) + mask) that falls on what counts: (B, Q, 1). */
export function logShare(tape: Tape, { queries, keys, mask, others }: SelectionOperands): Tensor {
  const { graph } = tape;
  const scale = 1 / Math.sqrt(queries.shape.at(-1)!);
  const products = graphs.product(graph, queries, keys, { transposeB: true, scale }); // (B, Q, T)
  const scores = graphs.add(graph, products, mask); // (B, Q, T)
  const counting = graphs.add(graph, scores, others); // (B, Q, T)
  const share = graphs.subtract(graph, graphs.logSumExpOfLast(graph, counting), graphs.logSumExpOfLast(graph, scores)); // (B, Q, 1)
  return record(tape, share, (dy) => {
    const change = graphs.subtract(graph, graphs.softmax(graph, counting), graphs.softmax(graph, scores)); // (B, Q, T)
    const dScores = graphs.multiply(graph, change, dy); // (B, Q, T)
    return [
      [queries, graphs.product(graph, dScores, keys, { scale })],
      [keys, graphs.product(graph, dScores, queries, { transposeA: true, scale })],
    ];
  });
}

/** log(g · exp(a) + (1 − g) · exp(b)) with g = sigmoid(gate), all of one shape. Exact also where one part is next to nothing. */
export function logMixture(tape: Tape, { gate, a, b }: { gate: Tensor; a: Tensor; b: Tensor }): Tensor {
  const { graph } = tape;
  const first = graphs.subtract(graph, a, graphs.softplus(graph, graphs.negate(graph, gate)));
  const second = graphs.subtract(graph, b, graphs.softplus(graph, gate));
  const lead = graphs.subtract(graph, second, first);
  return record(tape, graphs.add(graph, first, graphs.softplus(graph, lead)), (dy) => {
    const part = graphs.sigmoid(graph, graphs.negate(graph, lead)); // of the probability, from a
    const rest = graphs.sigmoid(graph, lead);
    const surplus = graphs.subtract(graph, part, graphs.sigmoid(graph, gate));
    return [
      [gate, graphs.multiply(graph, dy, surplus)],
      [a, graphs.multiply(graph, dy, part)],
      [b, graphs.multiply(graph, dy, rest)],
    ];
  });
}
