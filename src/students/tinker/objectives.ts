/**
 * One step's gradients on the server: demonstrations by their likelihood, preferences by DPO. Both end in sequences with
 * a weight for each token.
 */

import { CONTEXT } from "../../tokenizers/labels.ts";
import type { DpoRow, SftExample } from "../shared/rows.ts";
import { type PairSums, preferenceLoss } from "./preferences.ts";
import type { TrainingModel } from "./protocol/training-model.ts";
import type { WeightedSequence } from "./protocol/wire.ts";

export interface Pair {
  readonly chosen: WeightedSequence;
  readonly rejected: WeightedSequence;
}

/** One sequence for each row. Weight of a token = 1 if it is learned, times the example's weight. */
export function demonstrationSequences({ rows, weight }: SftExample): WeightedSequence[] {
  return rows.map(({ input_ids: tokens, labels }) => ({
    ...{ tokens, weights: labels.map((label, at) => (label === CONTEXT || at === 0 ? 0 : weight)) },
  }));
}

/** Both sides as whole conversations; weight of a token = 1 if it is learned. */
export function pairSequences(row: DpoRow): Pair {
  const side = (ids: readonly number[], mask: readonly number[]) => ({
    tokens: [...row.prompt_ids, ...ids],
    weights: [...row.prompt_ids.map(() => 0), ...mask],
  });
  return { chosen: side(row.chosen_ids, row.chosen_mask), rejected: side(row.rejected_ids, row.rejected_mask) };
}

/** What a step learns from the examples with these numbers: adds up their gradients and says how it stands. */
export type Objective = (model: TrainingModel, numbers: readonly number[]) => Promise<Readonly<Record<string, number>>>;

/** The weighted mean of −log p over the learned tokens of the batch, as TRL has it. Each example has one sequence or several. */
export function likelihood(examples: readonly (readonly WeightedSequence[])[]): Objective {
  return async (model, numbers) => {
    const batch = numbers.flatMap((number) => examples[number]!);
    const total = sum(batch.flatMap(({ weights }) => weights));
    const sequences = batch.map((sequence) => scaled(sequence, 1 / total));
    const found = await model.addGradients(sequences);
    return { loss: -sum(sequences.map(({ weights }, index) => dot(weights, found[index]!))) };
  };
}

/** `references`: by the pair's number, its sums before the first step. */
export function preference(pairs: readonly Pair[], references: ReadonlyMap<number, PairSums>, beta: number): Objective {
  return async (model, numbers) => {
    const batch = numbers.map((number) => pairs[number]!);
    const now = await pairSums(model, batch);
    const before = numbers.map((number) => references.get(number)!);
    const { weights, ...measured } = preferenceLoss(now, before, beta);
    await model.addGradients(
      batch.flatMap(({ chosen, rejected }, index) => [
        scaled(chosen, weights[index]!),
        scaled(rejected, -weights[index]!),
      ]),
    );
    const mean = (values: readonly number[]) => sum(values) / values.length;
    return {
      ...measured,
      chosenLogProbability: mean(now.map(({ chosen }) => chosen)),
      rejectedLogProbability: mean(now.map(({ rejected }) => rejected)),
    };
  };
}

/** For each pair, what the model gives to the learned tokens of both sides. */
export async function pairSums(model: TrainingModel, pairs: readonly Pair[]): Promise<PairSums[]> {
  const found = await model.logProbabilities(pairs.flatMap(({ chosen, rejected }) => [chosen, rejected]));
  return pairs.map(({ chosen, rejected }, index) => ({
    chosen: dot(chosen.weights, found[2 * index]!),
    rejected: dot(rejected.weights, found[2 * index + 1]!),
  }));
}

const scaled = ({ tokens, weights }: WeightedSequence, factor: number): WeightedSequence => ({
  tokens,
  weights: weights.map((weight) => weight * factor),
});

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
const dot = (a: readonly number[], b: readonly number[]) => sum(a.map((value, index) => value * b[index]!));
