// The bounded memory: results are remembered, the ones used longest ago are forgotten, weights count.
import assert from "node:assert/strict";
import { test } from "node:test";
import { remembering } from "./recent.ts";

test("a result is computed once, until it was used longest ago", () => {
  const computed: string[] = [];
  const upper = remembering((key: string) => computed.push(key) && key.toUpperCase(), { limit: 2 });
  assert.deepEqual(["a", "b", "a", "c", "a", "b"].map(upper), ["A", "B", "A", "C", "A", "B"]);
  assert.deepEqual(computed, ["a", "b", "c", "b"]);
});

test("heavy keys push out many light ones, and a key over the limit is alone", () => {
  const computed: string[] = [];
  const length = remembering((key: string) => computed.push(key) && key.length, {
    limit: 5,
    weight: (key) => key.length,
  });
  for (const key of ["aa", "bb", "ccccccccc", "ccccccccc", "aa", "bb", "aa"]) length(key);
  assert.deepEqual(computed, ["aa", "bb", "ccccccccc", "aa", "bb"]);
});

test("undefined is a result like any other", () => {
  let calls = 0;
  const nothing = remembering((_key: number) => void calls++, { limit: 2 });
  nothing(1);
  nothing(1);
  assert.equal(calls, 1);
});
