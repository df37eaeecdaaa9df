import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { initialPoints, isUngrown, pointsAfter, pointsOf, type SCORINGS } from "./scoring.ts";

test("points are rounded as Python rounds, halves to the even neighbour", () => {
  const rounded = [0, 0.005, 0.015, 0.025, 0.125, 0.375, 0.49999999999999983, 1 / 3, 1, -1];
  assert.deepEqual(rounded.map(pointsOf), [0, 0, 2, 2, 12, 38, 50, 33, 100, -100]);
});

test("the final score is the return, the best one with `best`", () => {
  const score = fc.oneof(fc.constant(-1), fc.double({ min: 0, max: 1, noNaN: true }));
  fc.assert(
    fc.property(fc.array(score, { minLength: 1 }), (scores) => {
      const points = (scoring: (typeof SCORINGS)[number]) =>
        scores.reduce((before, each) => pointsAfter(scoring, before, each), initialPoints);
      assert.equal(points("final"), pointsOf(scores.at(-1)!));
      assert.equal(points("best"), Math.max(0, ...scores.map(pointsOf)));
    }),
  );
});

test("a fruit is grown if a plant has borne fruit", () => {
  assert(isUngrown("Completed keys: \n-----\n20\tfalse\thave at least 1 plants as reproducing plants"));
  assert(isUngrown("Completed keys: move1, haveSeedJar\natLeast1Reproducing"));
  assert(!isUngrown("Completed keys: move1, atLeast1Reproducing, atLeast2Reproducing, move2, haveSeedJar\n-----"));
});
