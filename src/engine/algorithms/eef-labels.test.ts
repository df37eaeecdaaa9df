import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { CONFIDENCE, chanceAbove, labelsByRate, labelsOf, probeSteps, skipLength } from "./eef-labels.ts";

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

test("the chance that one state is better than another", () => {
  const close = (a: number, b: number) => assert(Math.abs(a - b) < 1e-9, `${a} and ${b}`);
  // Beta(2, 1) against Beta(1, 2): 5/6, by hand.
  close(chanceAbove({ won: 1, of: 1 }, { won: 0, of: 1 }), 5 / 6);
  close(chanceAbove({ won: 3, of: 7 }, { won: 3, of: 7 }), 0.5);
  // Beta(3, 1) against Beta(1, 3): 1 − ∫ 3x² (1−x)³ dx = 1 − 3 · B(3, 4).
  close(chanceAbove({ won: 2, of: 2 }, { won: 0, of: 2 }), 1 - 3 / 60);
  const tally = fc.nat(40).chain((of) => fc.record({ of: fc.constant(of), won: fc.nat(of) }));
  fc.assert(
    fc.property(tally, tally, (a, b) => {
      close(chanceAbove(a, b) + chanceAbove(b, a), 1);
      const [chance, afterAnotherWin] = [chanceAbove(a, b), chanceAbove({ won: a.won + 1, of: a.of + 1 }, b)];
      // Nearer to 1 than the arithmetic is exact, more cannot be told from less.
      assert(afterAnotherWin > chance || chance > 1 - 1e-9);
    }),
  );
});

test("with one try a state, labels by rate are the paper's", () => {
  fc.assert(
    fc.property(fc.array(fc.boolean(), { maxLength: 8 }), (outcomes) => {
      const { harmful, beneficial } = labelsByRate(
        outcomes.map((won, step) => ({ step, won: Number(won), of: 1 })),
        CONFIDENCE,
      );
      const spans = (before: boolean) =>
        outcomes.flatMap((won, i) =>
          i > 0 && outcomes[i - 1] === before && won !== before ? [{ from: i - 1, to: i }] : [],
        );
      assert.deepEqual([harmful, beneficial], [spans(true), spans(false)]);
    }),
  );
});

test("several tries label what differs beyond chance", () => {
  const labels = (text: string, confidence?: number) =>
    labelsByRate(
      text.split(" ").map((tries, step) => ({ step, won: Number(tries[0]), of: Number(tries[2]) })),
      confidence,
    );
  const none = { beneficial: [], harmful: [], needRecover: null };
  assert.deepEqual(labels("3/5 2/5"), none);
  assert.deepEqual(labels("4/5 1/5"), { beneficial: [], harmful: [{ from: 0, to: 1 }], needRecover: 1 });
  assert.deepEqual(labels("4/5 1/5", 0.99), none);
  assert.deepEqual(labels("0/3 2/3 3/3 1/3"), {
    beneficial: [{ from: 0, to: 1 }],
    harmful: [{ from: 2, to: 3 }],
    needRecover: 3,
  });
});
