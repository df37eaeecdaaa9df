import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { lengthByte, lengthFactors, lengthOf, scoreOf, weightOf } from "./similarity.ts";

test("lengths up to 39 are exact, longer ones lose a quarter at most, downwards", () => {
  for (let length = 0; length < 40; length++) assert.equal(lengthOf(lengthByte(length)), length);
  assert.deepEqual(
    [40, 41, 42, 55, 56, 100, 1000].map((length) => lengthOf(lengthByte(length))),
    [40, 40, 42, 54, 56, 96, 984],
  );
  assert.equal(lengthByte(2 ** 31 - 1), 255);
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 2 ** 31 - 2 }), (length) => {
      assert(lengthByte(length) <= lengthByte(length + 1));
      assert(lengthOf(lengthByte(length)) <= length && length <= 1.25 * lengthOf(lengthByte(length)));
    }),
  );
});

test("every byte stands for a length of its own", () => {
  for (let byte = 0; byte < 256; byte++) assert.equal(lengthByte(lengthOf(byte)), byte);
});

test("scores are BM25 without the factor k1 + 1", () => {
  const factor = lengthFactors(Math.fround(10))[20]!;
  const weight = weightOf(2, 3, 10);
  const idf = Math.log(1 + 7.5 / 3.5);
  const score = (2 * idf * 3) / (3 + 0.9 * (0.6 + (0.4 * 20) / 10));
  assert(Math.abs(scoreOf(weight, Math.fround(3 * factor)) - score) < 1e-6);
  assert.equal(weight, Math.fround(weight));
});
