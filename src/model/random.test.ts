import assert from "node:assert/strict";
import { test } from "node:test";
import { randomStream } from "./random.ts";

test("the first numbers of neighbouring seeds are uniform and unrelated", () => {
  const [count, bins] = [20_000, 16];
  const cells = new Float64Array(bins * bins);
  for (let seed = 0; seed < count; seed++) {
    const [a, b] = [randomStream(seed).next(), randomStream(seed + 1).next()];
    cells[Math.floor(a * bins) * bins + Math.floor(b * bins)]! += 1;
  }
  const expected = count / cells.length;
  const chiSquare = cells.reduce((sum, found) => sum + (found - expected) ** 2 / expected, 0);
  // 255 degrees of freedom: mean 255, standard deviation 22.6.
  assert(chiSquare > 150 && chiSquare < 360, `chi-square ${chiSquare}`);
});

test("a permutation has every number once and follows from the seed", () => {
  const permutation = randomStream(3, 4).permutation(50);
  assert.deepEqual(
    [...permutation].sort((a, b) => a - b),
    Array.from({ length: 50 }, (_, i) => i),
  );
  assert.deepEqual(randomStream(3, 4).permutation(50), permutation);
  assert.notDeepEqual(randomStream(3, 5).permutation(50), permutation);
});

test("normal deviates have mean 0 and variance 1", () => {
  const { normal } = randomStream(7);
  const draws = Array.from({ length: 20_000 }, normal);
  const mean = draws.reduce((sum, x) => sum + x, 0) / draws.length;
  const variance = draws.reduce((sum, x) => sum + x * x, 0) / draws.length;
  assert(Math.abs(mean) < 0.03 && Math.abs(variance - 1) < 0.05, `${mean} ${variance}`);
});
