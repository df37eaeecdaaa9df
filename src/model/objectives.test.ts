import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { assertSlopes } from "../../test/finite-differences.ts";
import { KINDS, randomPairs, randomParameters, TINY, TINY_CONFIG, temporaryFolder } from "../../test/tiny-model.ts";
import type { Architecture } from "./architecture.ts";
import type { Example } from "./batches.ts";
import { initialize } from "./checkpoint.ts";
import { gradientEngine } from "./gradients.ts";
import { type Objective, openObjective, type Pair, preferenceTerm } from "./objectives.ts";
import { buildTokenizer } from "./tokenizer.ts";
import { DEFAULT_TRAIN_SETTINGS, type TrainProgress, train } from "./train.ts";

const BETA = 0.7;
const running = { parallel: 2 };
const ALL = [0, 1, 2, 3, 4];

/** The preference objective with one model as its reference and, from then on, another one at work. */
async function preference(config: Architecture, pairs: readonly Pair[]) {
  const parameters = randomParameters(config, 2);
  const engine = gradientEngine(config, parameters);
  const objective = await openObjective({ kind: "preference", pairs, beta: BETA }, engine, running);
  const other = randomParameters(config, 3);
  const move = () => {
    for (const [name, values] of parameters) values.set(values.map((value, i) => value + 0.1 * other.get(name)![i]!));
  };
  return { parameters, engine, objective, move };
}

for (const [kind, config] of KINDS) {
  test(`the gradient of preferences agrees with finite differences, ${kind}`, async () => {
    const { parameters, engine, objective, move } = await preference(config, randomPairs(config, 5, 1));
    move();
    await objective.learn(ALL);
    await assertSlopes({
      parameters,
      gradients: engine.gradients,
      loss: () => objective.learn(ALL),
      widths: [2e-3, 1e-3],
      tolerance: (norm) => 4e-3 * (norm + 0.3),
    });
    await engine.close();
  });

  test(`log-probabilities alone are those of a training step, ${kind}`, async () => {
    const { engine, objective } = await preference(config, randomPairs(config, 5, 1));
    await objective.learn(ALL);
    const batch = {
      sequences: 8,
      length: 16,
      tokens: BigInt64Array.from({ length: 128 }, (_, i) => BigInt(i % config.vocab_size)),
      places: BigInt64Array.of(3n, 40n, 41n),
      targets: BigInt64Array.of(1n, 2n, 3n),
      weights: Float32Array.of(1, 1, 1),
    };
    const alone = await engine.logProbabilities(batch);
    const { logProbabilities } = await engine.run(batch);
    for (const [i, value] of alone.entries()) assert(Math.abs(value - logProbabilities[i]!) < 1e-5);
    await engine.close();
  });
}

test("where training starts the loss is ln 2, and weightless tokens of the sides' own have no part in it", async () => {
  const pairs = randomPairs(TINY, 5, 1);
  const { engine, objective, move } = await preference(TINY, pairs);
  assert(Math.abs((await objective.learn(ALL)) - Math.LN2) < 1e-5);
  move();
  const changed = await objective.learn(ALL);
  assert(Math.abs(changed - Math.LN2) > 1e-3);
  // The last token of each rejected side is the world's: what it is does not matter to those before it.
  const ending = (token: number): Pair[] =>
    pairs.map(({ chosen, rejected: { tokens, weights } }) => ({
      chosen,
      rejected: { tokens: [...tokens, token], weights: [...weights, 0] },
    }));
  for (const token of [3, 9]) {
    const longer = await preference(TINY, ending(token));
    longer.move();
    assert(Math.abs((await longer.objective.learn(ALL)) - changed) < 1e-5);
    await longer.engine.close();
  }
  await engine.close();
});

test("the loss is that of the sums by hand", async () => {
  const pairs = randomPairs(TINY, 2, 4);
  const { engine, objective, move } = await preference(TINY, pairs);
  const sums = async () => {
    const found = [];
    for (const { tokens, weights } of pairs.flatMap(({ chosen, rejected }) => [chosen, rejected])) {
      const weighted = weights.flatMap((weight, i) => (weight ? [i] : []));
      const values = await engine.logProbabilities({
        sequences: 1,
        length: tokens.length,
        tokens: BigInt64Array.from(tokens, BigInt),
        places: BigInt64Array.from(weighted, (i) => BigInt(i - 1)),
        targets: BigInt64Array.from(weighted, (i) => BigInt(tokens[i]!)),
        weights: new Float32Array(weighted.length),
      });
      found.push(values.reduce((sum, value) => sum + value, 0));
    }
    return found as [number, number, number, number];
  };
  const [c0, r0, d0, s0] = await sums();
  move();
  const [c, r, d, s] = await sums();
  const loss = (gain: number) => Math.log(1 + Math.exp(-BETA * gain));
  const expected = (loss(c - c0 - (r - r0)) + loss(d - d0 - (s - s0))) / 2;
  assert(Math.abs((await objective.learn([0, 1])) - expected) < 1e-4);
  await engine.close();
});

test("the term of a pair is right far out too", () => {
  assert.deepEqual(preferenceTerm(0), { loss: Math.LN2, slope: 0.5 });
  assert.deepEqual(preferenceTerm(1000), { loss: 0, slope: 0 });
  assert.deepEqual(preferenceTerm(-1000), { loss: 1000, slope: 1 });
  const { loss, slope } = preferenceTerm(-2);
  assert(Math.abs(loss - Math.log(1 + Math.exp(2))) < 1e-12 && Math.abs(slope - 1 / (1 + Math.exp(-2))) < 1e-12);
});

async function trained(folder: string, name: string, objective: Objective) {
  const to = join(folder, name);
  const settings = { ...DEFAULT_TRAIN_SETTINGS, steps: 12, batch: 3, schedule: "constant", warmup: 2 } as const;
  const progress: TrainProgress[] = [];
  for await (const event of train({ from: join(folder, "base"), to, objective, settings, seed: 1 }))
    progress.push(event);
  const bytes = readdirSync(to)
    .sort()
    .map((file) => readFileSync(join(to, file)).toString("base64"));
  return { bytes, losses: progress.map(({ loss }) => loss) };
}

test("training makes the loss of preferences smaller, and equal trainings give equal bytes", async (t) => {
  const folder = temporaryFolder(t);
  const { vocab_size: _, ...shape } = TINY_CONFIG;
  initialize({ config: shape, tokenizer: buildTokenizer([]), seed: 1, to: join(folder, "base") });
  const objective = { kind: "preference", pairs: randomPairs(TINY, 5, 7), beta: BETA } as const;
  const one = await trained(folder, "one", objective);
  assert(Math.abs(one.losses[0]! - Math.LN2) < 1e-5);
  assert(one.losses.at(-1)! < 0.3, `${one.losses}`);
  assert.deepEqual(await trained(folder, "two", objective), one);
  const refused = (changes: object, message: RegExp) =>
    assert.rejects(trained(folder, "refused", { ...objective, ...changes }), { name: "ModelError", message });
  await refused({ beta: 0 }, /beta/);
  const [first] = objective.pairs;
  await refused(
    { pairs: [first!, { ...first!, rejected: { tokens: [1, 2], weights: [0, 0] } }] },
    /example 3: expected a/,
  );
});

test("an example of several sequences is learned as they are, in one step", async () => {
  const [a, b, c] = randomPairs(TINY, 3, 1).map(({ chosen }) => chosen) as [Example, Example, Example];
  const parameters = randomParameters(TINY, 2);
  const learned = async (examples: Extract<Objective, { kind: "likelihood" }>["examples"], deviceBatch?: number) => {
    const engine = gradientEngine(TINY, parameters);
    const objective = await openObjective({ kind: "likelihood", examples }, engine, { parallel: 4, deviceBatch });
    const loss = await objective.learn(examples.map((_, index) => index));
    const gradients = [...engine.gradients.values()].flatMap((values) => [...values]);
    await engine.close();
    return { lengths: objective.lengths, loss, gradients };
  };
  const apart = await learned([a, b, c]);
  const together = await learned([[a, b], c]);
  assert.deepEqual({ ...together, lengths: [] }, { ...apart, lengths: [] });
  assert.deepEqual(together.lengths, [Math.max(a.tokens.length, b.tokens.length), c.tokens.length]);
  const parted = await learned([[a, b], c], 1);
  assert(Math.abs(parted.loss - apart.loss) < 1e-5);
  for (const [index, value] of parted.gradients.entries()) assert(Math.abs(value - apart.gradients[index]!) < 1e-4);
});
