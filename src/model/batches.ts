/**
 * Examples → batches of fixed shapes. Each epoch is shuffled by the seed and sorted by length within windows of eight
 * batches, so that batches are nearly rectangular and still change from epoch to epoch. Nothing is cut or left out.
 */
import { ModelError } from "./errors.ts";
import type { Batch } from "./gradients.ts";
import type { LlamaConfig } from "./llama.ts";
import type { RandomStream } from "./random.ts";

export interface Example {
  readonly tokens: readonly number[];
  /** One for each token: `weights[i]` is the weight of predicting `tokens[i]` from those before it. Any real; 0 or 1 for supervised learning. */
  readonly weights: readonly number[];
}

/** Lengths are rounded up to a multiple of this, so that few graphs serve all batches. */
const LENGTH_STEP = 32;
const WINDOW = 8;

function problemOf({ tokens, weights }: Example, config: LlamaConfig): string | undefined {
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

/** Throws ModelError naming the first example (from 0) that cannot be trained exactly as it is. */
export function checkExamples(examples: readonly Example[], config: LlamaConfig): void {
  if (examples.length === 0) throw new ModelError("training: expected at least one example, got none");
  examples.forEach((example, i) => {
    const problem = problemOf(example, config);
    if (problem) throw new ModelError(`training: example ${i}: ${problem}`);
  });
}

/** One epoch: indices of examples, batch by batch. */
export function epoch(examples: readonly Example[], size: number, random: RandomStream): number[][] {
  const lengthOf = (i: number) => examples[i]!.tokens.length;
  const shuffled = random.permutation(examples.length);
  const sorted: number[] = [];
  for (let i = 0; i < shuffled.length; i += size * WINDOW) {
    sorted.push(...shuffled.slice(i, i + size * WINDOW).sort((a, b) => lengthOf(a) - lengthOf(b)));
  }
  const batches = Array.from({ length: Math.ceil(sorted.length / size) }, (_, i) =>
    sorted.slice(i * size, (i + 1) * size),
  );
  return random.permutation(batches.length).map((i) => batches[i]!);
}

/** `size` rows, of which the first hold `examples`; weights are divided by their total magnitude. */
export function makeBatch(examples: readonly Example[], size: number): Batch {
  const longest = Math.max(...examples.map(({ tokens }) => tokens.length - 1));
  const length = Math.ceil(longest / LENGTH_STEP) * LENGTH_STEP;
  const tokens = new BigInt64Array(size * length); // (B, T)
  const targets = new BigInt64Array(size * length); // (B, T)
  const weights = new Float32Array(size * length); // (B, T)
  let magnitude = 0;
  for (const example of examples) for (const weight of example.weights) magnitude += Math.abs(weight);
  examples.forEach((example, row) => {
    for (let i = 0; i + 1 < example.tokens.length; i++) {
      const place = row * length + i;
      tokens[place] = BigInt(example.tokens[i]!);
      targets[place] = BigInt(example.tokens[i + 1]!);
      weights[place] = example.weights[i + 1]! / magnitude;
    }
  });
  return { shape: { sequences: size, length }, tokens, targets, weights };
}
