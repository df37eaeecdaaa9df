import assert from "node:assert/strict";
import { test } from "node:test";
import { TINY_CONFIG } from "../../test/tiny-model.ts";
import { EMBEDDING, parametersOf, sizeOf } from "./architecture.ts";
import { llama } from "./llama.ts";
import { adamStep, clipGradients, nesterov, openOptimizer } from "./optimizer.ts";
import { openOrthogonaliser } from "./orthogonalise.ts";
import { randomStream } from "./random.ts";

function close(actual: ArrayLike<number>, expected: readonly number[], tolerance: number): void {
  assert.equal(actual.length, expected.length);
  expected.forEach((value, i) => {
    assert(Math.abs(actual[i]! - value) <= tolerance, `element ${i}: ${actual[i]}, expected ${value}`);
  });
}

test("two AdamW steps, by hand", () => {
  const weights = Float32Array.of(1, -2);
  const state = { steps: 0, mean: new Float32Array(2), square: new Float32Array(2) };
  adamStep(weights, Float32Array.of(0.5, -0.1), state, { rate: 0.1, decay: 0.01 });
  // The first step is the rate against the sign of the gradient, after the decay.
  close(weights, [1 * 0.99 - 0.1, -2 * 0.99 + 0.1], 1e-6);
  close(state.mean, [0.05, -0.01], 1e-7);
  close(state.square, [0.02 * 0.25, 0.02 * 0.01], 1e-8);
  adamStep(weights, Float32Array.of(-0.5, 0.1), state, { rate: 0.1, decay: 0 });
  // mean = 0.9 · 0.05 − 0.05 = −0.005, unbiased by 1 − 0.9² = 0.19; square unbiased is 0.25.
  const step = (0.1 * (0.005 / 0.19)) / 0.5;
  close(weights, [0.89 + step, -1.88 - (0.1 * (0.001 / 0.19)) / 0.1], 1e-6);
});

test("Nesterov momentum, by hand", () => {
  const momentum = Float32Array.of(2, 0);
  const direction = new Float32Array(2);
  nesterov(Float32Array.of(1, -1), momentum, direction);
  close(momentum, [2.9, -1], 1e-6);
  close(direction, [1 + 0.95 * 2.9, -1 - 0.95], 1e-6);
});

/** Newton–Schulz, written out on plain arrays. */
function orthogonalised(matrix: number[][]): number[][] {
  const product = (a: number[][], b: number[][]) =>
    a.map((row) => b[0]!.map((_, c) => row.reduce((sum, value, k) => sum + value * b[k]![c]!, 0)));
  const across = (a: number[][]) => a[0]!.map((_, c) => a.map((row) => row[c]!));
  const sum = (...parts: [number, number[][]][]) =>
    parts[0]![1].map((row, r) =>
      row.map((_, c) => parts.reduce((total, [factor, part]) => total + factor * part[r]![c]!, 0)),
    );
  const tall = matrix.length > matrix[0]!.length;
  const norm = Math.hypot(...matrix.flat());
  let x = (tall ? across(matrix) : matrix).map((row) => row.map((value) => value / norm));
  for (let step = 0; step < 5; step++) {
    const a = product(x, across(x));
    x = sum([3.4445, x], [1, product(sum([-4.775, a], [2.0315, product(a, a)]), x)]);
  }
  return tall ? across(x) : x;
}

test("orthogonalising equals the written-out iteration, for matrices of several shapes at once", async () => {
  const random = randomStream(1);
  const shapes = [
    [4, 6],
    [6, 4],
    [5, 5],
    [4, 6],
  ] as const;
  const given = shapes.map(([rows, columns]) =>
    Array.from({ length: rows }, () => Array.from({ length: columns }, () => random.normal())),
  );
  const { matrices, run, close: release } = await openOrthogonaliser(shapes);
  for (let round = 0; round < 2; round++) {
    matrices.forEach((matrix, i) => {
      matrix.set(given[i]!.flat());
    });
    await run();
    matrices.forEach((matrix, i) => {
      close(matrix, orthogonalised(given[i]!).flat(), 1e-5);
    });
  }
  await release();
});

test("one Muon step, by hand, and AdamW for what is not in a block", async () => {
  const config = llama({ ...TINY_CONFIG, num_hidden_layers: 1 });
  const list = parametersOf(config);
  const random = randomStream(2);
  const filled = (draw: () => number) =>
    new Map(list.map(({ name, shape }) => [name, Float32Array.from({ length: sizeOf(shape) }, draw)]));
  const parameters = filled(() => 1);
  const gradients = filled(() => random.normal());
  const optimizer = await openOptimizer(config, {
    parameters,
    gradients,
    settings: { optimizer: "muon", weightDecay: 0.1 },
  });
  await optimizer.step(0.01);
  await optimizer.close();
  const name = "model.layers.0.mlp.gate_proj.weight"; // (24, 16): tall
  const gradient = [...gradients.get(name)!];
  const rows = Array.from({ length: 24 }, (_, r) => gradient.slice(r * 16, (r + 1) * 16));
  // The first momentum is the gradient, whose multiples have the same orthogonal matrix. Rate 8 · 0.01 · √(24 / 16), decay 5 · 0.1.
  const expected = orthogonalised(rows)
    .flat()
    .map((value) => 1 - 0.08 * 5 * 0.1 - 0.08 * Math.sqrt(1.5) * value);
  close(parameters.get(name)!, expected, 2e-5);
  // Width 16: the embedding moves √16 times as fast as the rate says, and decays at the rate.
  const embedding = parameters.get(EMBEDDING)!;
  const signs = [...gradients.get(EMBEDDING)!].map(Math.sign);
  close(
    embedding,
    signs.map((sign) => 1 - 0.01 * 0.1 - 0.04 * sign),
    1e-5,
  );
  const norm = parameters.get("model.layers.0.input_layernorm.weight")!;
  close(
    norm,
    [...gradients.get("model.layers.0.input_layernorm.weight")!].map((g) => 1 - 0.01 * Math.sign(g)),
    1e-5,
  );
});

test("clipping scales all gradients together, and only long ones", () => {
  const gradients = new Map([
    ["a", Float32Array.of(3)],
    ["b", Float32Array.of(0, 4)],
  ]);
  assert.equal(clipGradients(gradients, 10), 5);
  close(gradients.get("a")!, [3], 0);
  assert.equal(clipGradients(gradients, 1), 5);
  close(gradients.get("a")!, [0.6], 1e-6);
  close(gradients.get("b")!, [0, 0.8], 1e-6);
});
