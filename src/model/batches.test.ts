import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { TINY } from "../../test/tiny-model.ts";
import { checkExamples, type Example, epoch, makeBatch, sharedPrefix, shares } from "./batches.ts";
import { randomStream } from "./random.ts";

const example: fc.Arbitrary<Example> = fc
  .array(fc.tuple(fc.integer({ min: 0, max: 23 }), fc.constantFrom(0, 1, -0.5)), { minLength: 1, maxLength: 60 })
  .map((pairs) => ({
    tokens: [1, 2, ...pairs.map(([token]) => token)],
    weights: [0, 1, ...pairs.map(([, weight]) => weight)],
  }));
const examples = fc.array(example, { minLength: 1, maxLength: 100 });
const lengthsOf = (given: readonly Example[]) => given.map(({ tokens }) => tokens.length);

test("an epoch has every example once, in full batches but one", () => {
  fc.assert(
    fc.property(examples, fc.integer({ min: 1, max: 9 }), fc.nat(), (given, size, seed) => {
      const batches = epoch(lengthsOf(given), size, randomStream(seed));
      assert.deepEqual(
        batches.flat().sort((a, b) => a - b),
        given.map((_, i) => i),
      );
      assert.equal(batches.filter((batch) => batch.length !== size).length, given.length % size === 0 ? 0 : 1);
      assert.deepEqual(epoch(lengthsOf(given), size, randomStream(seed)), batches);
    }),
  );
});

test("a batch holds each token in its place, each weighted prediction with its weight; shares have a total magnitude of 1", () => {
  fc.assert(
    fc.property(fc.array(example, { minLength: 1, maxLength: 9 }), (given) => {
      const { sequences, length, tokens, places, targets, weights } = makeBatch(given);
      assert.equal(tokens.length, sequences * length);
      let k = 0;
      given.forEach((example, row) => {
        const read = tokens.slice(row * length, row * length + example.tokens.length - 1);
        assert.deepEqual([...read].map(Number), example.tokens.slice(0, -1));
        example.weights.forEach((weight, i) => {
          if (weight === 0) return;
          assert.equal(Number(places[k]), row * length + i - 1);
          assert.equal(Number(targets[k]), example.tokens[i]);
          assert.equal(weights[k], weight);
          k += 1;
        });
      });
      assert.equal(places.length, k);
      const parts = shares(weights);
      assert(Math.abs(parts.reduce((sum, part) => sum + Math.abs(part), 0) - 1) < 1e-5);
      parts.forEach((part, i) => {
        assert.equal(Math.sign(part), Math.sign(weights[i]!));
      });
    }),
  );
});

test("what examples share is a prefix that leaves the first learned token and the one before it", () => {
  const shared = fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 1, maxLength: 8 });
  const ends = fc.array(fc.tuple(shared, fc.nat(3)), { minLength: 2, maxLength: 4 });
  fc.assert(
    fc.property(shared, ends, (prompt, tails) => {
      const given = tails.map(([tail, learned]) => ({
        tokens: [...prompt, ...tail],
        weights: [...prompt, ...tail].map((_, i) =>
          i === Math.min(prompt.length + learned, prompt.length + tail.length - 1) ? 1 : 0,
        ),
      }));
      const length = sharedPrefix(given);
      const first = Math.min(...given.map(({ weights }) => weights.indexOf(1)));
      const isShared = (count: number) =>
        given.every(({ tokens }) => tokens.slice(0, count).join() === given[0]!.tokens.slice(0, count).join());
      assert(isShared(length) && length <= first - 1);
      assert(length === first - 1 || !isShared(length + 1));
      const [whole, parted] = [makeBatch(given), makeBatch(given, { prefix: length })];
      assert.deepEqual(parted.targets, whole.targets);
      assert.deepEqual([...(parted.prefix ?? [])].map(Number), given[0]!.tokens.slice(0, length));
      const positions = (batch: typeof whole, before: number) =>
        [...batch.places].map((place) => [
          Math.floor(Number(place) / batch.length),
          (Number(place) % batch.length) + before,
        ]);
      assert.deepEqual(positions(parted, length), positions(whole, 0));
    }),
  );
  assert.equal(sharedPrefix([{ tokens: [1, 2, 3, 4], weights: [0, 0, 0, 1] }]), 0);
});

const good: Example = { tokens: [1, 5, 6], weights: [0, 0, 1] };
for (const [what, bad, expected] of [
  [
    "too long",
    { tokens: Array(193).fill(3), weights: [0, ...Array(192).fill(1)] },
    /example 1: expected at most 192 tokens.*got 193/,
  ],
  ["without weight", { tokens: [1, 2], weights: [0, 0] }, /example 1: expected a token with a weight other than 0/],
  ["with a first weight", { tokens: [1, 2], weights: [1, 1] }, /example 1: expected weight 0 for its first token/],
  ["with a foreign token", { tokens: [1, 24], weights: [0, 1] }, /example 1: expected token ids from 0 to 23, got 24/],
  [
    "with too few weights",
    { tokens: [1, 2], weights: [0] },
    /example 1: expected a weight for each of its 2 tokens, got 1/,
  ],
  [
    "with an endless weight",
    { tokens: [1, 2], weights: [0, Number.NaN] },
    /example 1: expected finite weights, got NaN/,
  ],
] as const) {
  test(`an example ${what} is refused by its index`, () => {
    checkExamples([[good]], TINY);
    assert.throws(() => checkExamples([[good], [good, bad], [good]], TINY), { name: "ModelError", message: expected });
  });
}

test("no examples are refused", () => {
  assert.throws(() => checkExamples([], TINY), /at least one example/);
});
