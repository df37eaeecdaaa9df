import assert from "node:assert/strict";
import { test } from "node:test";
import { assertSlopes } from "../../test/finite-differences.ts";
import { randomPairs, randomParameters, TINY } from "../../test/tiny-model.ts";
import { adaptersOf, initialAdapters, type Lora } from "./adapters.ts";
import type { Architecture, Parameters } from "./architecture.ts";
import { type Example, makeBatch } from "./batches.ts";
import { gradientEngine } from "./gradients.ts";
import { type Objective, openObjective } from "./objectives.ts";
import { randomStream } from "./random.ts";

const lora: Lora = { rank: 3, alpha: 6 };
const ALL = [0, 1, 2, 3, 4];
const pairs = randomPairs(TINY, 5, 1);
const examples = pairs.map(({ chosen }) => chosen);

/** Adapters none of which is zero. */
function movedAdapters(config: Architecture, seed: number): Parameters {
  const random = randomStream(seed);
  return new Map(
    [...initialAdapters(config, lora, seed)].map(([name, values]) => [name, values.map(() => 0.3 * random.normal())]),
  );
}

const engineOf = (config: Architecture, values: Parameters, threads = 1) =>
  gradientEngine(config, randomParameters(config, 1), { threads, adapters: { lora, values } });

test("adapters are named as PEFT names them, stand on all seven matrices of every block, and change nothing at first", async () => {
  const list = adaptersOf(TINY, lora.rank);
  assert.equal(list.length, 2 * 7 * TINY.num_hidden_layers);
  assert.deepEqual(
    [list[2], list[3]],
    [
      { name: "base_model.model.model.layers.0.self_attn.k_proj.lora_A.weight", shape: [3, 16], role: "adapter" },
      { name: "base_model.model.model.layers.0.self_attn.k_proj.lora_B.weight", shape: [8, 3], role: "adapter" },
    ],
  );
  const initial = initialAdapters(TINY, lora, 5);
  assert.deepEqual(initial, initialAdapters(TINY, lora, 5));
  assert.notDeepEqual(initial, initialAdapters(TINY, lora, 6));
  for (const { name, shape } of list) {
    const values = initial.get(name)!;
    assert.equal(values.length, shape[0]! * shape[1]!);
    const bound = 1 / Math.sqrt(shape[1]!);
    if (name.includes("lora_B")) assert(values.every((value) => value === 0));
    else assert(values.every((value) => Math.abs(value) <= bound) && values.some((v) => Math.abs(v) > 0.8 * bound));
  }
  const batch = makeBatch(examples);
  const plain = gradientEngine(TINY, randomParameters(TINY, 1));
  const adapted = engineOf(TINY, initial);
  assert.deepEqual(await adapted.logProbabilities(batch), await plain.logProbabilities(batch));
  await plain.close();
  await adapted.close();
});

for (const [what, config] of [
  ["tied output matrix", TINY],
  ["free output matrix", { ...TINY, tie_word_embeddings: false }],
] as const) {
  for (const objective of [
    { kind: "likelihood", examples },
    { kind: "preference", pairs, beta: 0.7 },
  ] as const satisfies readonly Objective[]) {
    test(`gradients of adapters agree with finite differences, ${what}, ${objective.kind}`, async () => {
      const values = movedAdapters(config, 2);
      const start = [...values.values()].map((value) => value.slice());
      for (const value of values.values()) value.fill(0);
      const engine = engineOf(config, values);
      const opened = await openObjective(objective, engine, { parallel: 2 });
      [...values.values()].forEach((value, i) => void value.set(start[i]!));
      await opened.learn(ALL);
      assert.deepEqual([...engine.gradients.keys()], [...values.keys()]);
      await assertSlopes({
        parameters: values,
        gradients: engine.gradients,
        loss: () => opened.learn(ALL),
        widths: [4e-3, 2e-3],
        tolerance: (norm) => 3e-3 * (norm + 0.1),
      });
      await engine.close();
    });
  }
}

interface Found {
  readonly loss: number;
  readonly gradients: readonly (readonly [name: string, gradient: Float32Array])[];
}

/** Up to rounding. */
function assertSame({ loss, gradients }: Found, expected: Found): void {
  assert(Math.abs(loss - expected.loss) < 1e-5 * expected.loss, `${loss} and ${expected.loss}`);
  for (const [i, [name, gradient]] of gradients.entries()) {
    const wanted = expected.gradients[i]![1];
    const error = Math.hypot(...gradient.map((value, k) => value - wanted[k]!));
    assert(error < 2e-5 * (Math.hypot(...wanted) + 0.01), `${name}: ${error} of ${Math.hypot(...wanted)}`);
  }
}

for (const objective of [
  { kind: "likelihood", examples },
  { kind: "preference", pairs, beta: 0.7 },
] as const satisfies readonly Objective[]) {
  test(`a step in parts is the step at once, ${objective.kind}`, async () => {
    const values = movedAdapters(TINY, 2);
    const found = [];
    for (const deviceBatch of [undefined, 1, 2, 5]) {
      const engine = engineOf(TINY, values);
      const opened = await openObjective(objective, engine, { parallel: 4, deviceBatch });
      // The first call leaves gradients behind that the second must not add to.
      await opened.learn([4, 2]);
      const loss = await opened.learn(ALL);
      found.push({
        loss,
        gradients: [...engine.gradients].map(([name, gradient]) => [name, gradient.slice()] as const),
      });
      await engine.close();
    }
    const [whole, ...others] = found;
    for (const other of others) assertSame(other, whole!);
  });
}

/** The same items behind a prompt of 21 tokens that they share. */
const prompt = Array.from({ length: 21 }, (_, i) => 1 + ((i * 7) % 23));
const prompted = ({ tokens, weights }: Example): Example => ({
  tokens: [...prompt, ...tokens],
  weights: [...prompt.map(() => 0), ...weights],
});
for (const objective of [
  { kind: "likelihood", examples: examples.map(prompted) },
  {
    kind: "preference",
    pairs: pairs.map(({ chosen, rejected }) => ({ chosen: prompted(chosen), rejected: prompted(rejected) })),
    beta: 0.7,
  },
] as const satisfies readonly Objective[]) {
  test(`a prompt computed once for all is the same as for each, ${objective.kind}`, async () => {
    const values = movedAdapters(TINY, 2);
    const start = [...values.values()].map((value) => value.slice());
    const found = [];
    for (const [sharesPrefix, deviceBatch] of [
      [false, undefined],
      [true, undefined],
      [true, 1],
      [true, 2],
    ] as const) {
      for (const value of values.values()) value.fill(0);
      const engine = engineOf(TINY, values);
      const opened = await openObjective(objective, engine, { parallel: 4, deviceBatch, sharesPrefix });
      [...values.values()].forEach((value, i) => void value.set(start[i]!));
      await opened.learn([4, 2]);
      const loss = await opened.learn(ALL);
      found.push({
        loss,
        gradients: [...engine.gradients].map(([name, gradient]) => [name, gradient.slice()] as const),
      });
      await engine.close();
    }
    const [whole, ...others] = found;
    for (const other of others) assertSame(other, whole!);
  });
}

test("two threads compute what one does, and twice the same bits", async () => {
  const config = { ...TINY, hidden_size: 128, intermediate_size: 320, vocab_size: 500 };
  const long = randomPairs(config, 8, 3).map(({ chosen }) => chosen);
  const found = [];
  for (const threads of [1, 2, 2]) {
    const engine = engineOf(config, movedAdapters(config, 2), threads);
    await engine.run(makeBatch(long));
    found.push([...engine.gradients.values()].map((gradient) => Buffer.from(gradient.slice().buffer)));
    await engine.close();
  }
  const [one, two, again] = found;
  two!.forEach((bits, i) => {
    assert(bits.equals(again![i]!));
    const [a, b] = [new Float32Array(one![i]!.buffer), new Float32Array(bits.buffer)];
    const error = Math.hypot(...a.map((value, k) => value - b[k]!)) / Math.hypot(...a);
    assert(error < 1e-4, `relative difference ${error}`);
  });
});
