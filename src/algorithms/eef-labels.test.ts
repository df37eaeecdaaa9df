import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { labelsOf, probeSteps, skipLength } from "./eef-labels.ts";

/** Outcomes as methods.md writes them, "0 1 0 1", on states one skip length of 3 apart. */
const along = (outcomes: string) => outcomes.split(" ").map((won, index) => ({ step: 3 * index, won: won === "1" }));

// methods.md §2, test vectors; spans in units of the skip length.
const VECTORS = [
  {
    outcomes: "0 1 0 1",
    beneficial: [
      [0, 1],
      [2, 3],
    ],
    harmful: [[1, 2]],
    needRecover: 2,
  },
  { outcomes: "1 1 1 1", beneficial: [], harmful: [], needRecover: null },
  { outcomes: "0 0 0 0", beneficial: [], harmful: [], needRecover: null },
  { outcomes: "1 0 0 0", beneficial: [], harmful: [[0, 1]], needRecover: 1 },
  { outcomes: "1 0 0 1", beneficial: [[2, 3]], harmful: [[0, 1]], needRecover: 1 },
  { outcomes: "0 0 1 1", beneficial: [[1, 2]], harmful: [], needRecover: null },
  { outcomes: "1 1 0 0", beneficial: [], harmful: [[1, 2]], needRecover: 2 },
];

for (const { outcomes, beneficial, harmful, needRecover } of VECTORS) {
  test(`outcomes ${outcomes}`, () => {
    const spans = (pairs: number[][]) => pairs.map(([from, to]) => ({ from: 3 * from!, to: 3 * to! }));
    const expected = {
      beneficial: spans(beneficial),
      harmful: spans(harmful),
      needRecover: needRecover === null ? null : 3 * needRecover,
    };
    assert.deepEqual(labelsOf(along(outcomes)), expected);
  });
}

test("skip length and probed states", () => {
  assert.deepEqual(probeSteps(12, 5), [2, 4, 6, 8, 10]);
  assert.deepEqual(probeSteps(20, 5), [3, 6, 9, 12, 15]);
  assert.deepEqual(probeSteps(6, 5), [1, 2, 3, 4, 5]);
  assert.deepEqual(probeSteps(4, 5), [1, 2, 3]);
  assert.deepEqual(probeSteps(1, 5), []);
  assert.deepEqual(probeSteps(0, 5), []);
});

test("probed states are inside the trajectory, at most M, one skip length apart", () => {
  fc.assert(
    fc.property(fc.nat(200), fc.integer({ min: 1, max: 20 }), (actions, probes) => {
      const steps = probeSteps(actions, probes);
      assert(steps.length <= probes);
      for (const [index, step] of steps.entries())
        assert(step < actions && step === (index + 1) * skipLength(actions, probes));
    }),
  );
});
