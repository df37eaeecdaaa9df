import assert from "node:assert/strict";
import { test } from "node:test";
import { SPLITS, splitOf, splitRange } from "./splits.ts";

test("the official splits of the 12,087 human goals", () => {
  const sizes = SPLITS.map((split) => splitRange(split, 12_087)).map(({ start, end }) => end - start);
  assert.deepEqual(sizes, [10_587, 1000, 500]);
  assert.deepEqual(
    [0, 499, 500, 1499, 1500, 12_086].map((index) => splitOf(index, 12_087)),
    ["test", "test", "eval", "eval", "train", "train"],
  );
});

test("few goals are all test", () => {
  for (const count of [1, 13, 1500]) assert.deepEqual(splitRange("test", count), { start: 0, end: count });
  assert.deepEqual(splitRange("train", 1500), { start: 0, end: 0 });
  assert.deepEqual(splitRange("train", 1501), { start: 1500, end: 1501 });
  assert.throws(() => splitOf(13, 13), RangeError);
  assert.throws(() => splitOf(-1, 13), RangeError);
});
