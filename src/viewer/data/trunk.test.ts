// Must hold: the trunk of the test vectors shows exactly the stretches, states and solutions of the table in methods.md §2.
import assert from "node:assert/strict";
import { test } from "node:test";
import { viewOn } from "../../../test/viewed.ts";
import { VECTOR_RUN, VECTORS, type Vector, vectorStore } from "../../../test/viewer-store.ts";
import type { Trunk } from "../api/expert.ts";
import { trunkOf } from "./trunk.ts";

const ROUND = "1.1.1";
const view = viewOn(await vectorStore());
const trunk = (outcomes: string, round = ROUND) => trunkOf(view, VECTOR_RUN, round, `${outcomes}-expert`)!;

/** Stretches of one label as the table has them. */
function stretches({ steps }: Trunk, label: "harmful" | "beneficial") {
  const found: [number, number][] = [];
  for (const step of steps) {
    if (step.label !== label) continue;
    if (found.at(-1)?.[1] === step.index) found.at(-1)![1]++;
    else found.push([step.index, step.index + 1]);
  }
  return found;
}

/** The branches that were learned, as the table names solutions. */
const learned = ({ states }: Trunk) =>
  states.flatMap(({ branches }) =>
    branches.flatMap(({ trajectory, learned }) => (learned ? [`${trajectory.split("-BC-")[1]}: ${learned}`] : [])),
  );

const expected = ({ solution, recovery, needRecover }: Vector) =>
  [
    solution && `${solution}: solution from s_0`,
    recovery && recovery !== "expert" && `${recovery}: recovery from s_${needRecover}`,
  ].filter(Boolean);

for (const vector of VECTORS) {
  test(`the trunk of the outcomes ${vector.outcomes} is the row of the table`, () => {
    const shown = trunk(vector.outcomes);
    assert.deepEqual(stretches(shown, "harmful"), vector.harmful);
    assert.deepEqual(stretches(shown, "beneficial"), vector.beneficial);
    assert.deepEqual(
      shown.steps.flatMap(({ index, needRecover }) => (needRecover ? [index] : [])),
      vector.needRecover === null ? [] : [vector.needRecover],
    );
    assert.deepEqual(
      shown.states.map(({ step, won, of }) => `${step}: ${won}/${of}`),
      [...vector.outcomes].map((won, place) => `${2 * place}: ${won}/1`),
    );
    assert.deepEqual(learned(shown), expected(vector));
    assert.deepEqual(shown.remarks, []);
  });
}

test("a state's interval is that of the labels' posterior; a try is a branch with its round", () => {
  const [start, second] = trunk("0101").states;
  assert.deepEqual(
    [start!.low, start!.high].map((bound) => bound!.toFixed(3)),
    ["0.013", "0.842"],
  );
  assert.deepEqual(
    [second!.low, second!.high].map((bound) => bound!.toFixed(3)),
    ["0.158", "0.987"],
  );
  const [branch] = second!.branches;
  const { trajectory, seed, iteration, won, steps, counted } = branch!;
  assert.deepEqual(
    { trajectory, seed, iteration, won, steps, counted },
    { trajectory: "0101-BC-probe-2-0", seed: 1, iteration: 1, won: true, steps: 2, counted: true },
  );
});

test("several iterations: branches of all up to the round, of which the labels count the last one's", async () => {
  const flipped = await vectorStore({
    methods: [{ method: "eef", probes: 3, iterations: 2 }],
    wins: (outcomes, place, iteration) => (outcomes[place] === "1") === (iteration === 1),
  });
  const shown = trunkOf(viewOn(flipped), VECTOR_RUN, "1.1.2", "0101-expert")!;
  assert.deepEqual(shown.iterations, [1, 2]);
  assert.deepEqual(
    shown.states.map(({ step, won, of, branches }) => [
      `${step}: ${won}/${of}`,
      ...branches.map(({ iteration, won, counted }) => `${iteration} ${won} ${counted}`),
    ]),
    [
      ["0: 1/1", "1 false false", "2 true true"],
      ["2: 0/1", "1 true false", "2 false true"],
      ["4: 1/1", "1 false false", "2 true true"],
      ["6: 0/1", "1 true false", "2 false true"],
    ],
  );
  assert.equal(trunkOf(viewOn(flipped), VECTOR_RUN, "1.1.1", "0101-expert")!.states[0]!.branches.length, 1);
});

test("a rollout that broke on our side is a branch that no label counts", async () => {
  const broken = await vectorStore({
    dress: (trajectory) =>
      trajectory.id === "0101-BC-probe-4-0"
        ? {
            ...trajectory,
            success: false,
            outcome: { kind: "failed", error: { name: "EnvironmentError", message: "died" } },
          }
        : trajectory,
  });
  const { states, steps } = trunkOf(viewOn(broken), VECTOR_RUN, ROUND, "0101-expert")!;
  const { won, of, low, high, branches } = states[2]!;
  assert.deepEqual({ won, of, low, high }, { won: 0, of: 0, low: null, high: null });
  assert.deepEqual(
    branches.map(({ counted, won }) => [counted, won]),
    [[false, false]],
  );
  assert(steps.slice(2).every(({ label }) => label === null));
});

test("rounds that did not probe, runs without one, and what is not there", () => {
  const cloned = trunk("0101", "0.1.0");
  assert.deepEqual([cloned.iterations, cloned.states], [[], []]);
  assert(cloned.steps.every(({ label, needRecover }) => label === null && !needRecover));
  assert.equal(trunk("0101", "-"), null, "- is for runs without rounds");
  assert.equal(trunkOf(view, VECTOR_RUN, "9.9.9", "0101-expert"), null);
  assert.equal(trunkOf(view, "other", ROUND, "0101-expert"), null);
  assert.equal(trunkOf(view, VECTOR_RUN, ROUND, "nobody"), null);
});
