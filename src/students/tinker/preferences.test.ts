import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { assertSlopes } from "../../../test/finite-differences.ts";
import { type PairSums, preferenceLoss } from "./preferences.ts";

const sum = (values: Iterable<number>) => [...values].reduce((total, value) => total + value, 0);

test("weights are what the loss does when a token's log-probability moves, with the sign turned", async () => {
  // Four pairs, of three and two learned tokens a side.
  const pairs = [0, 1, 2, 3];
  const side = (name: string, tokens: number, shift: number) =>
    pairs.map((pair) => {
      const values = Float32Array.from({ length: tokens }, (_, at) => Math.sin(pair * 7 + at * 3 + shift) - 2);
      return [`${name} ${pair}`, values] as const;
    });
  const parameters = new Map([...side("chosen", 3, 0), ...side("rejected", 2, 1)]);
  const sums = (): PairSums[] =>
    pairs.map((pair) => ({
      chosen: sum(parameters.get(`chosen ${pair}`)!),
      rejected: sum(parameters.get(`rejected ${pair}`)!),
    }));
  const reference = pairs.map((pair) => ({ chosen: -5 - pair, rejected: -4 + pair / 2 }));
  const { weights } = preferenceLoss(sums(), reference, 0.4);
  const gradients = new Map(
    [...parameters].map(([name, values]) => {
      const weight = weights[Number(name.at(-1))]! * (name.startsWith("chosen") ? 1 : -1);
      return [name, values.map(() => -weight)] as const;
    }),
  );
  await assertSlopes({
    parameters: parameters as never,
    gradients,
    loss: async () => preferenceLoss(sums(), reference, 0.4).loss,
    widths: [0.1, 0.05],
    tolerance: (norm) => 1e-4 * norm,
  });
});

test("a model that is its own reference has log 2, no margin, and half of β to give", () => {
  const sums = [
    { chosen: -3, rejected: -9 },
    { chosen: -4, rejected: -1 },
  ];
  const { loss, margin, accuracy, weights } = preferenceLoss(sums, sums, 0.2);
  assert(Math.abs(loss - Math.log(2)) < 1e-15);
  assert.deepEqual([margin, accuracy], [0, 0]);
  assert.deepEqual(weights, [0.05, 0.05]);
});

test("however far apart, everything stays finite, and weights are between 0 and β", () => {
  const logProbability = fc.double({ min: -1e5, max: 0, noNaN: true });
  const pair = fc.record({ chosen: logProbability, rejected: logProbability });
  fc.assert(
    fc.property(pair, pair, fc.double({ min: 1e-3, max: 10, noNaN: true }), (now, reference, beta) => {
      const { loss, margin, weights } = preferenceLoss([now], [reference], beta);
      assert(Number.isFinite(loss) && loss >= 0, `loss ${loss}`);
      assert(weights[0]! >= 0 && weights[0]! <= beta, `weight ${weights[0]}`);
      // The better a pair is told apart, the less it teaches.
      const better = preferenceLoss([{ ...now, chosen: now.chosen + 1 }], [reference], beta);
      assert(better.margin > margin && better.weights[0]! <= weights[0]! && better.loss <= loss);
    }),
  );
});
