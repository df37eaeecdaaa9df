/**
 * What a training step makes smaller, and the batch and weights that make it so. Both objectives are functions of the
 * log-probabilities of tokens, so both go through the weights of gradients.ts: a weight is −∂loss/∂log p.
 *
 *   likelihood   −Σ weight · log p over a batch, the weights divided by their total magnitude: imitation, masked
 *   preference   −log σ(z), the mean over the pairs of a batch, with z = β · ((c − c₀) − (r − r₀)). c and r are the sums
 *                of weight · log p over the chosen and the rejected side, c₀ and r₀ the same of the checkpoint that
 *                training starts from, computed once: DPO (Rafailov et al. 2023, arXiv 2305.18290)
 *
 * Of preferences, a forward pass gives the log-probabilities, from which the weights ±β · σ(−z) / pairs follow here in
 * double precision; then the step is the same as for likelihood. That is exact, asks nothing new of the graph or of the
 * copy head, and costs one forward pass more, about a third of a step.
 *
 * Where a step's items do not fit into memory at once, they are computed in parts whose gradients add up to the step's.
 * What all of them begin with, as a prompt and its examples, need not be computed for each (prefix-graph.ts).
 */

import type { Architecture } from "./architecture.ts";
import { checkExamples, type Example, magnitudeOf, makeBatch, sharedPrefix, shares } from "./batches.ts";
import type { Batch, GradientEngine } from "./gradients.ts";

/** Two ways to go on from the same tokens. Only weighted tokens count, so what both share may stand in both, unweighted. */
export interface Pair {
  readonly chosen: Example;
  readonly rejected: Example;
}

export type Objective =
  /** Each example in one sequence or several, which are learned in the same step. */
  | { readonly kind: "likelihood"; readonly examples: readonly (Example | readonly Example[])[] }
  | { readonly kind: "preference"; readonly pairs: readonly Pair[]; readonly beta: number };

/** An objective at work on the parameters of an engine. */
export interface OpenObjective {
  /** Of each item, an example or a pair: how long it is. Batches are formed by it. */
  readonly lengths: readonly number[];
  /** The loss of these items (indices); leaves its gradients in the engine. Neither holds if the engine was stopped. */
  learn(items: readonly number[]): Promise<number>;
}

/** Throws ModelError naming the first example (from 0; a pair is two) that cannot be trained exactly as it is. */
export function checkObjective(objective: Objective, config: Architecture): void {
  const examples =
    objective.kind === "likelihood"
      ? objective.examples
      : objective.pairs.flatMap(({ chosen, rejected }) => [chosen, rejected]);
  checkExamples(examples.map(sequencesOf), config);
}

const sequencesOf = (example: Example | readonly Example[]): readonly Example[] =>
  "tokens" in example ? [example] : example;

export interface Running {
  /** Items in a batch where the reference is computed. */
  readonly parallel: number;
  /** Sequences, or pairs, computed at a time, and the batch's fixed number of them. Default: all of a step's. */
  readonly deviceBatch?: number | undefined;
  /** What all sequences of a step begin with is computed once; for adapters, and without a copy head. Default false. */
  readonly sharesPrefix?: boolean;
}

/** Of preferences it computes the reference. If the engine is stopped on the way, the objective must not be used. */
export async function openObjective(
  objective: Objective,
  engine: GradientEngine,
  running: Running,
): Promise<OpenObjective> {
  if (objective.kind === "likelihood") return likelihood(objective.examples.map(sequencesOf), engine, running);
  const { pairs, beta } = objective;
  const byLength = pairs.map((_, i) => i).sort((a, b) => lengthOf(pairs[a]!) - lengthOf(pairs[b]!));
  const size = running.deviceBatch ?? running.parallel;
  const batches = pairBatches(pairs, byLength, {
    ...running,
    deviceBatch: size,
    step: running.deviceBatch && 2 * size,
  });
  const found = await marginsOf(batches, engine);
  const reference = new Array<number>(pairs.length).fill(0);
  byLength.forEach((item, k) => {
    reference[item] = found[k]!;
  });
  return preference(pairs, { engine, beta, reference, running });
}

/** Shorter prefixes cost more than they save. */
const SHORTEST_PREFIX = 16;

/** What `examples` go on from, if that is to be shared. */
function prefixOf(examples: readonly Example[], { sharesPrefix = false }: Running): number {
  const length = sharesPrefix ? sharedPrefix(examples) : 0;
  return length < SHORTEST_PREFIX ? 0 : length;
}

/** `items` in parts of `deviceBatch`, or all in one. */
function parted<T>(items: readonly T[], { deviceBatch = items.length }: Running): T[][] {
  return Array.from({ length: Math.ceil(items.length / deviceBatch) }, (_, i) =>
    items.slice(i * deviceBatch, (i + 1) * deviceBatch),
  );
}

function likelihood(
  examples: readonly (readonly Example[])[],
  engine: GradientEngine,
  running: Running,
): OpenObjective {
  return {
    lengths: examples.map((sequences) => Math.max(...sequences.map(({ tokens }) => tokens.length))),
    async learn(items) {
      const sequences = items.flatMap((i) => examples[i]!);
      const options = { step: running.deviceBatch, prefix: prefixOf(sequences, running) };
      const batches = parted(sequences, running).map((part) => makeBatch(part, options));
      const magnitude = batches.reduce((sum, { weights }) => magnitudeOf(weights, sum), 0);
      const passes = await engine.runAll(
        batches.map((batch) => ({ ...batch, weights: shares(batch.weights, magnitude) })),
      );
      return passes.reduce((sum, { loss }) => sum + loss, 0);
    },
  };
}

interface PreferenceOptions {
  readonly engine: GradientEngine;
  readonly beta: number;
  /** c₀ − r₀ of each pair. */
  readonly reference: readonly number[];
  readonly running: Running;
}

function preference(pairs: readonly Pair[], { engine, beta, reference, running }: PreferenceOptions): OpenObjective {
  return {
    lengths: pairs.map(lengthOf),
    async learn(items) {
      const { deviceBatch } = running;
      const batches = pairBatches(pairs, items, { ...running, step: deviceBatch && 2 * deviceBatch });
      const margins = await marginsOf(batches, engine);
      const terms = margins.map((margin, k) => preferenceTerm(beta * (margin - reference[items[k]!]!)));
      let done = 0; // pairs in earlier batches
      const weighted = batches.map((batch) => {
        const weights = batch.weights.map((weight, m) => {
          const side = sideOf(batch, m);
          const pull = (beta * (terms[done + (side >> 1)]?.slope ?? 0)) / items.length;
          return weight * (side % 2 === 0 ? pull : -pull);
        });
        done += batch.pairs;
        return { ...batch, weights };
      });
      await engine.runAll(weighted);
      return terms.reduce((sum, { loss }) => sum + loss, 0) / items.length;
    },
  };
}

/** −log σ(z) and minus its derivative, σ(−z), for any z without overflow. */
export function preferenceTerm(z: number): { readonly loss: number; readonly slope: number } {
  const small = Math.exp(-Math.abs(z));
  return { loss: Math.max(0, -z) + Math.log1p(small), slope: z > 0 ? small / (1 + small) : 1 / (1 + small) };
}

const lengthOf = ({ chosen, rejected }: Pair) => Math.max(chosen.tokens.length, rejected.tokens.length);

/** A batch of pairs: sequence 2k holds the chosen side of its k-th pair, 2k + 1 the rejected one. */
interface PairBatch extends Batch {
  readonly pairs: number;
}

function pairBatches(
  pairs: readonly Pair[],
  items: readonly number[],
  running: Running & { readonly step: number | undefined },
): PairBatch[] {
  const sides = (some: readonly number[]) => some.flatMap((i) => [pairs[i]!.chosen, pairs[i]!.rejected]);
  const options = { step: running.step, prefix: prefixOf(sides(items), running) };
  return parted(items, running).map((part) => ({ ...makeBatch(sides(part), options), pairs: part.length }));
}

/** The sequence that prediction `m` is in. */
const sideOf = ({ places, length }: Batch, m: number): number => Math.floor(Number(places[m]) / length);

/** c − r of each pair of these batches. Fewer if the engine was stopped. */
async function marginsOf(batches: readonly PairBatch[], engine: GradientEngine): Promise<number[]> {
  const found = await engine.logProbabilitiesOf(batches);
  return found.flatMap((logProbabilities, b) => {
    const batch = batches[b]!;
    const margins = new Array<number>(batch.pairs).fill(0);
    logProbabilities.forEach((value, m) => {
      const side = sideOf(batch, m);
      const term = batch.weights[m]! * value;
      margins[side >> 1]! += side % 2 === 0 ? term : -term;
    });
    return margins;
  });
}
