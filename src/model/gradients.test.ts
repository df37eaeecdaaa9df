import assert from "node:assert/strict";
import { test } from "node:test";
import { assertSlopes } from "../../test/finite-differences.ts";
import { COPYING, KINDS, OTHERWISE, randomParameters, TINY, TINY_CONFIG } from "../../test/tiny-model.ts";
import type { Architecture } from "./architecture.ts";
import { type Batch, gradientEngine } from "./gradients.ts";
import { llama } from "./llama.ts";
import { randomStream } from "./random.ts";

const SHAPE = { sequences: 3, length: 8 };

function randomBatch(config: Architecture, places: readonly number[], seed: number): Batch {
  const random = randomStream(seed);
  const token = () => BigInt(Math.floor(random.next() * config.vocab_size));
  return {
    ...SHAPE,
    tokens: BigInt64Array.from({ length: SHAPE.sequences * SHAPE.length }, token),
    places: BigInt64Array.from(places, BigInt),
    targets: BigInt64Array.from(places, token),
    weights: Float32Array.from(places, () => random.normal() / places.length),
  };
}

const everywhere = Array.from({ length: SHAPE.sequences * SHAPE.length }, (_, i) => i);

for (const [what, config] of [
  ["tied output matrix", TINY],
  ["free output matrix", { ...TINY, tie_word_embeddings: false }],
  ["copy head", COPYING],
  ["all that families do otherwise", OTHERWISE],
  ["biases of queries alone, head size of its own", { ...TINY, headSize: 2, scoreSize: 2, biases: ["queries"] }],
  ["copy head, one layer", llama({ ...TINY_CONFIG, copy_head: true, num_hidden_layers: 1 })],
] as const) {
  test(`gradients agree with finite differences, ${what}`, async () => {
    const parameters = randomParameters(config, 1);
    const engine = gradientEngine(config, parameters);
    const batch = randomBatch(config, [0, 1, 4, 7, 8, 13, 17, 20, 23], 2);
    await engine.run(batch);
    await assertSlopes({
      parameters,
      gradients: engine.gradients,
      loss: async () => (await engine.run(batch)).loss,
      widths: [4e-3, 2e-3],
      tolerance: (norm) => 2e-3 * (norm + 0.1),
    });
    await engine.close();
  });
}

for (const [kind, config] of KINDS) {
  test(`the loss is minus the weighted sum of the log-probabilities, ${kind}`, async () => {
    const engine = gradientEngine(config, randomParameters(config, 4));
    const batch = randomBatch(config, everywhere, 5);
    const { loss, logProbabilities } = await engine.run(batch);
    const sum = logProbabilities.reduce((total, value, i) => total - value * batch.weights[i]!, 0);
    assert(Math.abs(loss - sum) < 1e-5, `${loss} and ${sum}`);
    assert(logProbabilities.every((value) => value < 0 && Number.isFinite(value)));
    await engine.close();
  });

  test(`a weight of 0 gives no gradient, ${kind}`, async () => {
    const engine = gradientEngine(config, randomParameters(config, 6));
    const batch = randomBatch(config, everywhere, 7);
    await engine.run({ ...batch, weights: batch.weights.map(() => 0) });
    for (const [name, gradient] of engine.gradients)
      assert(
        gradient.every((value) => value === 0),
        name,
      );
    await engine.close();
  });

  test(`predictions left out and predictions of weight 0 are the same, ${kind}`, async () => {
    const engine = gradientEngine(config, randomParameters(config, 8));
    const batch = randomBatch(config, everywhere, 9);
    const kept = everywhere.filter((i) => i % 3 === 0);
    const { loss } = await engine.run({ ...batch, weights: batch.weights.map((w, i) => (i % 3 === 0 ? w : 0)) });
    const gradients = new Map([...engine.gradients].map(([name, gradient]) => [name, gradient.slice()]));
    const short = await engine.run({
      ...batch,
      places: BigInt64Array.from(kept, BigInt),
      targets: batch.targets.filter((_, i) => i % 3 === 0),
      weights: batch.weights.filter((_, i) => i % 3 === 0),
    });
    assert(Math.abs(loss - short.loss) < 1e-6);
    for (const [name, gradient] of engine.gradients) {
      gradient.forEach((value, i) => {
        assert(Math.abs(value - gradients.get(name)![i]!) < 1e-6, `${name}[${i}]`);
      });
    }
    await engine.close();
  });

  test(`tokens after a prediction do not change it, ${kind}`, async () => {
    const engine = gradientEngine(config, randomParameters(config, 10));
    const batch = randomBatch(config, [3], 11);
    const before = (await engine.run(batch)).logProbabilities[0];
    const changed = batch.tokens.map((token, i) => (i > 3 ? (token + 1n) % BigInt(config.vocab_size) : token));
    assert.equal((await engine.run({ ...batch, tokens: changed })).logProbabilities[0], before);
    await engine.close();
  });
}
