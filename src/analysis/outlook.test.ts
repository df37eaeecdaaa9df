/** The advice on prescribed outcomes, and the projection to all unsolved tasks. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { episode, roundOf, storeOf } from "../../test/recorded.ts";
import { StoreError } from "../core/errors.ts";
import type { TaskId } from "../core/ids.ts";
import { toMarkdown } from "../reports/markdown.ts";
import { toTable } from "../reports/terminal.ts";
import { type Attempt, adviceOf, compareWays, outlookOf, type ProbedTask, type Signs } from "./outlook.ts";

test("the rule of the advice", () => {
  const signs: Signs = { unsolved: 100, mined: 0.6, sampled: 0.5, trend: 0 };
  const cases: readonly (readonly [Partial<Signs>, string, RegExp])[] = [
    [{ trend: 3.1 }, "mine failures", /win more the deeper/],
    [{ trend: 3 }, "sample more from the start", /do not win more/],
    [{ trend: -3 }, "sample more from the start", /do not win more/],
    [{ trend: -3.1 }, "sample more from the start", /win less the deeper/],
    [{ trend: null }, "sample more from the start", /too few/],
    // Reaching more tasks is no reason by itself: wins that begin with the expert's actions need not teach a skill.
    [{ trend: 0, mined: 0.9, sampled: 0.1 }, "sample more from the start", /do not win more/],
    [{ trend: 5, mined: 0.04, sampled: 0.049 }, "neither", /almost nowhere/],
    [{ trend: 5, mined: 0.05, sampled: 0 }, "mine failures", /win more/],
    [{ trend: -5, mined: 0, sampled: 0.05 }, "sample more from the start", /win less/],
    [{ trend: 5, unsolved: 0, mined: null, sampled: null }, "neither", /won every training task/],
    [{ trend: null, mined: null, sampled: null }, "neither", /no failed run has a state/],
  ];
  for (const [change, kind, because] of cases) {
    const advice = adviceOf({ ...signs, ...change });
    assert.equal(advice.kind, kind, JSON.stringify(change));
    assert.match(advice.because, because);
  }
});

/** `+` won, `-` lost; each took `steps` steps. */
const attempts = (outcomes: string, steps: number, prefixSteps = 0): Attempt[] =>
  [...outcomes].map((outcome) => ({ won: outcome === "+", steps, prefixSteps }));

test("both ways make the same number of rollouts on each task, and are projected to all of them", () => {
  const tasks: ProbedTask[] = [
    // Won from the start at the first try: both reach it.
    { task: "a", fromStart: attempts("+--", 10), probes: attempts("--", 4, 5) },
    // Won by a probe only.
    { task: "b", fromStart: attempts("---", 10), probes: attempts("-+", 4, 5) },
    // Won by the second try from the start only.
    { task: "c", fromStart: attempts("-+-", 10), probes: attempts("--", 4, 5) },
    // One state to probe: the third try from the start counts for nobody.
    { task: "d", fromStart: attempts("--+", 10), probes: attempts("+", 4, 5) },
  ];
  const { mine, sample, difference } = compareWays(tasks, 40);
  assert.equal(mine.reached.value, 3 / 4);
  assert.equal(sample.reached.value, 2 / 4);
  assert.equal(difference.value, 1 / 4);
  assert.deepEqual([mine.rollouts, sample.rollouts], [110, 110]);
  assert.deepEqual([mine.environmentSteps, mine.prefixSteps], [10 * (4 * 10 + 7 * 4), 10 * 7 * 5]);
  assert.deepEqual([sample.environmentSteps, sample.prefixSteps], [10 * 11 * 10, 0]);
});

/** 30 tasks of which the expert wins the first `won`; from the others the student wins where `wins` says, by depth. */
function probed(won: number, wins: (task: number, depth: number) => boolean) {
  const names = Array.from({ length: 30 }, (_, index) => `train/${index}`);
  const repository = storeOf(names);
  const on = (name: string) => ({ taskId: name as TaskId });
  const outcome = (is: boolean) => (is ? "+" : "-");
  const expert = names.map((name, index) =>
    episode(repository, `e${index}`, outcome(index < won), { policy: "expert/x", ownSteps: 6, ...on(name) }),
  );
  const failed = names.map((name, index) => ({ name, index })).slice(won);
  const explored = failed.flatMap(({ name, index }) =>
    [0, 1, 2].map((sample) => episode(repository, `x${index} ${sample}`, outcome(wins(index, 0)), on(name))),
  );
  const probes = failed.flatMap(({ name, index }) =>
    [2, 4].map((step) => {
      const fork = { from: expert[index]!, step };
      return episode(repository, `p${index} ${step}`, outcome(wins(index, step / 2)), { ...on(name), fork });
    }),
  );
  roundOf(repository, { method: "probe", iteration: 0, expert, explored, probed: probes });
  return outlookOf(repository, "run", { row: "probe", seed: 1 });
}

test("from the store: rising, falling, hopeless and nothing left", () => {
  const rising = probed(10, (task, depth) => task % 4 < depth);
  assert.deepEqual([rising.unsolved, rising.sampled, rising.expert.won], [20, 20, 10]);
  assert.deepEqual(
    rising.curve!.depths.map(({ lost }) => [lost.won, lost.of]),
    [
      [0, 60],
      [5, 20],
      [10, 20],
    ],
  );
  assert.deepEqual([rising.ways.mine.reached.value, rising.ways.sample.reached.value], [0.5, 0]);
  assert.deepEqual(rising.spent, { rollouts: 100, environmentSteps: 200, failed: 0 });
  assert.equal(rising.advice.kind, "mine failures");
  assert.equal(probed(10, (task, depth) => task % 4 >= depth).advice.kind, "sample more from the start");
  assert.equal(probed(10, () => false).advice.kind, "neither");
  const solved = probed(30, () => false);
  assert.deepEqual([solved.advice.kind, solved.curve, solved.sampled], ["neither", null, 0]);
  for (const outlook of [rising, solved]) {
    assert.deepEqual(JSON.parse(JSON.stringify(outlook)), outlook);
    assert.match(toMarkdown(outlook), /^# Is it worth mining the failures\? run\n\n## Advice: /);
    assert.doesNotMatch(toMarkdown(outlook), /NaN|undefined|null|Infinity/);
    for (const line of toTable(outlook).split("\n")) assert([...line].length <= 100, line);
  }
});

test("an unknown row is named", () => {
  assert.throws(() => outlookOf(storeOf([]), "run", { row: "x", seed: 2 }), { name: StoreError.name, message: /"x"/ });
});
