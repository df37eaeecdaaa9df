/**
 * Examples → batches of fixed shapes. Each epoch is shuffled by the seed and sorted by length within windows of eight
 * batches, so that batches are nearly rectangular and still change from epoch to epoch. Nothing is cut or left out.
 */

import type { Architecture } from "./architecture.ts";
import { ModelError } from "./errors.ts";
import { LENGTH_STEP } from "./forward.ts";
import type { Batch } from "./gradients.ts";
import type { RandomStream } from "./random.ts";

export interface Example {
  readonly tokens: readonly number[];
  /** One for each token: `weights[i]` is the weight of predicting `tokens[i]` from those before it. Any real; 0 or 1 for supervised learning. */
  readonly weights: readonly number[];
}

/** Numbers of sequences are rounded up to a multiple of this unless told otherwise, so that few graphs serve all batches. */
const SEQUENCES_STEP = 8;
const WINDOW = 8;

function problemOf({ tokens, weights }: Example, config: Architecture): string | undefined {
  if (tokens.length !== weights.length)
    return `expected a weight for each of its ${tokens.length} tokens, got ${weights.length}`;
  if (tokens.length > config.max_position_embeddings) {
    return `expected at most ${config.max_position_embeddings} tokens (the model's context), got ${tokens.length}`;
  }
  const foreign = tokens.find((id) => !(Number.isInteger(id) && id >= 0 && id < config.vocab_size));
  if (foreign !== undefined) return `expected token ids from 0 to ${config.vocab_size - 1}, got ${foreign}`;
  const endless = weights.find((weight) => !Number.isFinite(weight));
  if (endless !== undefined) return `expected finite weights, got ${endless}`;
  if (weights[0]) return `expected weight 0 for its first token, which nothing precedes, got ${weights[0]}`;
  if (!weights.some((weight) => weight !== 0)) return "expected a token with a weight other than 0, got none";
  return undefined;
}

/** Throws ModelError naming the first example (from 0), each of some sequences, that cannot be trained exactly as it is. */
export function checkExamples(examples: readonly (readonly Example[])[], config: Architecture): void {
  if (examples.length === 0) throw new ModelError("training: expected at least one example, got none");
  for (const [i, sequences] of examples.entries()) {
    for (const sequence of sequences) {
      const problem = problemOf(sequence, config);
      if (problem) throw new ModelError(`training: example ${i}: ${problem}`);
    }
  }
}

/** One epoch: indices of examples of these `lengths`, batch by batch. */
export function epoch(lengths: readonly number[], size: number, random: RandomStream): number[][] {
  const shuffled = random.permutation(lengths.length);
  const sorted: number[] = [];
  for (let i = 0; i < shuffled.length; i += size * WINDOW) {
    sorted.push(...shuffled.slice(i, i + size * WINDOW).sort((a, b) => lengths[a]! - lengths[b]!));
  }
  const batches = Array.from({ length: Math.ceil(sorted.length / size) }, (_, i) =>
    sorted.slice(i * size, (i + 1) * size),
  );
  return random.permutation(batches.length).map((i) => batches[i]!);
}

const roundUp = (count: number, step: number): number => Math.ceil(count / step) * step;

/**
 * How many tokens at their beginning all `examples` share, without learning any of them or the one after: what can be
 * computed once for all. 0 for a single example.
 */
export function sharedPrefix(examples: readonly Example[]): number {
  const [first, ...others] = examples;
  if (!first || others.length === 0) return 0;
  const learned = examples.map(({ weights }) => weights.findIndex((weight) => weight !== 0));
  // The last of them must leave a token from which the first learned one is predicted.
  const most = Math.min(...learned) - 1;
  const differs = first.tokens.findIndex((token, i) => i >= most || others.some(({ tokens }) => tokens[i] !== token));
  return Math.max(0, differs);
}

export interface BatchOptions {
  /** The number of sequences is rounded up to a multiple of this. */
  readonly step?: number | undefined;
  /** So many tokens at the beginning of every example are its prefix and no part of the sequences. */
  readonly prefix?: number;
}

/** Predictions of tokens with weight 0 are left out. */
export function makeBatch(whole: readonly Example[], { step = SEQUENCES_STEP, prefix = 0 }: BatchOptions = {}): Batch {
  const shared = BigInt64Array.from(whole[0]!.tokens.slice(0, prefix), BigInt);
  const examples = whole.map(({ tokens, weights }) => ({
    tokens: tokens.slice(prefix),
    weights: weights.slice(prefix),
  }));
  const length = roundUp(Math.max(...examples.map(({ tokens }) => tokens.length - 1)), LENGTH_STEP);
  const sequences = roundUp(examples.length, step);
  const tokens = new BigInt64Array(sequences * length); // (B, T)
  const places: bigint[] = [];
  const targets: bigint[] = [];
  const weights: number[] = [];
  examples.forEach((example, row) => {
    for (let i = 0; i + 1 < example.tokens.length; i++) {
      tokens[row * length + i] = BigInt(example.tokens[i]!);
      const weight = example.weights[i + 1]!;
      if (weight === 0) continue;
      places.push(BigInt(row * length + i));
      targets.push(BigInt(example.tokens[i + 1]!));
      weights.push(weight);
    }
  });
  return {
    ...(prefix > 0 && { prefix: shared }),
    sequences,
    length,
    tokens,
    places: BigInt64Array.from(places),
    targets: BigInt64Array.from(targets),
    weights: Float32Array.from(weights),
  };
}

/** Σ |weight|, added up to `start`. */
export const magnitudeOf = (weights: Float32Array, start = 0): number =>
  weights.reduce((sum, weight) => sum + Math.abs(weight), start);

/** `weights` divided by their total magnitude, or by that of a whole of which they are a part. */
export function shares(weights: Float32Array, magnitude = magnitudeOf(weights)): Float32Array {
  return weights.map((weight) => weight / magnitude);
}
