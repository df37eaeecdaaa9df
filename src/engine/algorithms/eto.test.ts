/** Which pairs ETO makes, how it cuts them and how it learns them, case by case. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { base, broken, checkpointOf, experimentOf, format, run, task } from "../../../test/prescribed.ts";
import { taskId } from "../../core/ids.ts";
import type { Preference, TrainingSet, WeightedMessage } from "../../core/training.ts";
import type { Trajectory } from "../../core/trajectory.ts";
import { eto } from "./eto.ts";
import { contrast } from "./preferences.ts";

const training = { betas: [0.1, 0.5], learningRates: [1e-4, 5e-5], epochs: 3, batch: 2 };
const once = { ...training, iterations: 1, samples: 1, cut: null };

const pairsOf = (set: TrainingSet): readonly Preference[] => (set.kind === "dpo" ? set.examples : []);
/** "a b > c": what is preferred to what. */
const shownPair = ({ chosen, rejected }: Preference): string =>
  [chosen, rejected].map((side) => agent(side).join(" ")).join(" > ");
const agent = (side: readonly WeightedMessage[]) =>
  side.filter(({ role }) => role === "assistant").map(({ content }) => content);

const own = (earned: number, actions = ["o0", "o1"]) => run("own", actions, earned);
const expert = (earned: number, actions = ["e0", "e1"]) => run("expert", actions, earned);
const other = { taskId: taskId("world/train/2") };

// methods.md §4: pair when the returns differ strictly; the higher one is chosen, whoever made it; equal or missing: no pair.
const PAIRINGS: readonly { what: string; own: Trajectory; experts: readonly Trajectory[]; pairs: readonly string[] }[] =
  [
    { what: "the expert won, the student lost", own: own(0), experts: [expert(1)], pairs: ["e0 e1 > o0 o1"] },
    { what: "the student won, the expert lost", own: own(1), experts: [expert(0)], pairs: ["o0 o1 > e0 e1"] },
    { what: "both won", own: own(1), experts: [expert(1)], pairs: [] },
    { what: "both lost", own: own(0), experts: [expert(0)], pairs: [] },
    { what: "neither won, the expert got further", own: own(0.25), experts: [expert(0.5)], pairs: ["e0 e1 > o0 o1"] },
    { what: "neither won, the student got further", own: own(0.5), experts: [expert(0.25)], pairs: ["o0 o1 > e0 e1"] },
    { what: "neither won, both as far", own: own(0.5), experts: [expert(0.5)], pairs: [] },
    { what: "a negative return against none", own: own(-1), experts: [expert(0)], pairs: ["e0 e1 > o0 o1"] },
    { what: "no trajectory of the expert", own: own(1), experts: [], pairs: [] },
    { what: "the expert played another task", own: own(1), experts: [run("expert", ["e0"], 0, other)], pairs: [] },
    { what: "the student's rollout broke", own: broken(own(0)), experts: [expert(1)], pairs: [] },
    { what: "the student never acted", own: own(0, []), experts: [expert(1)], pairs: [] },
    { what: "the expert never acted", own: own(1), experts: [expert(0, [])], pairs: [] },
    {
      what: "two trajectories of the expert",
      own: own(0.5),
      experts: [expert(0, ["a"]), run("expert-2", ["b"], 1)],
      pairs: ["o0 o1 > a", "b > o0 o1"],
    },
  ];

for (const { what, own, experts, pairs } of PAIRINGS) {
  test(`pairs: ${what}`, async () => {
    const { experiment, asked, rounds } = experimentOf({ expert: experts, own: () => own });
    await eto(experiment, base, once);
    assert.deepEqual(pairsOf(asked[0]!.set).map(shownPair), pairs);
    const ownPreferred = pairs.filter((pair) => pair.startsWith("o0")).length;
    assert.deepEqual(rounds[0]!.counts, { pairs: pairs.length, ownPreferred });
  });
}

const actions = (letter: string, count: number) => Array.from({ length: count }, (_, i) => `${letter}${i}`);

// n actions are 2n − 1 messages: the agent's, and the world's between them.
const CUTS = [
  { what: "no cut", cut: null, chosen: 1, rejected: 40, left: 40 },
  { what: "10 messages more: 1 + 10 = 11 messages, 6 actions", cut: 10, chosen: 1, rejected: 40, left: 6 },
  { what: "10 messages more: 5 + 10 = 15 messages, 8 actions", cut: 10, chosen: 3, rejected: 40, left: 8 },
  { what: "exactly 10 messages more", cut: 10, chosen: 3, rejected: 8, left: 8 },
  { what: "12 messages more", cut: 10, chosen: 3, rejected: 9, left: 8 },
  { what: "shorter than the chosen side", cut: 10, chosen: 9, rejected: 2, left: 2 },
  {
    what: "an odd cut ends with the agent: 3 + 9 = 12 messages, the last one the world's",
    cut: 9,
    chosen: 2,
    rejected: 40,
    left: 6,
  },
  { what: "nothing more", cut: 0, chosen: 2, rejected: 40, left: 2 },
] as const;

for (const { what, cut, chosen, rejected, left } of CUTS) {
  for (const better of ["own", "expert"] as const) {
    test(`cut: ${what}; better: ${better}`, () => {
      const [long, short] = [actions("r", rejected), actions("c", chosen)];
      const pair =
        better === "own" ? ([own(1, short), expert(0, long)] as const) : ([own(0, long), expert(1, short)] as const);
      const { experiment } = experimentOf({});
      const [found] = contrast(experiment, pair, cut);
      assert.deepEqual(agent(found!.chosen), short);
      assert.deepEqual(agent(found!.rejected), long.slice(0, left));
      for (const side of [found!.chosen, found!.rejected]) assert.equal(side.at(-1)!.role, "assistant");
    });
  }
}

test("the prompt is instructions and first observation; only the agent's messages count, each with its origin", () => {
  const [found] = contrast(experimentOf({}).experiment, [own(0), expert(1)], 10);
  assert.deepEqual(found!.prompt, [
    { role: "system", content: format.system },
    { role: "user", content: format.user(task, "before 0", true) },
  ]);
  const weights = (side: readonly WeightedMessage[]) =>
    side.map((m) => (m.weight ? `${m.provenance.step} ${m.provenance.actor} ${m.provenance.reason}` : m.content));
  assert.deepEqual(weights(found!.chosen), ["0 expert/e chosen", "before 1", "1 expert/e chosen"]);
  assert.deepEqual(weights(found!.rejected), ["0 student rejected", "before 1", "1 student rejected"]);
  assert.deepEqual(found!.sources, ["expert", "own"]);
});

test("each iteration starts from the policy before it, with its own β, rate and steps", async () => {
  const experts = [expert(1), run("expert-2", ["x"], 1), run("expert-3", ["y"], 1)];
  const { experiment, asked } = experimentOf({ expert: experts, own: () => own(0) });
  const last = await eto(experiment, base, { ...once, iterations: 3 });
  assert.deepEqual(
    asked.map(({ from }) => from.id),
    ["base", "1", "2"],
  );
  assert.equal(last.id, "3");
  assert.deepEqual(
    asked.map(({ set }) => set.kind === "dpo" && set.beta),
    [0.1, 0.5, 0.5],
  );
  // 3 pairs, 3 times, 2 in a step.
  const tuning = { steps: 5, batch: 2, warmup: 1, schedule: "constant", learningRate: 1e-4 };
  assert.deepEqual(
    asked.map((each) => each.tuning),
    [tuning, { ...tuning, learningRate: 5e-5 }, { ...tuning, learningRate: 5e-5 }],
  );
});

test("without a pair nothing is trained, and the policy stays", async () => {
  const { experiment, rounds } = experimentOf({ expert: [expert(1)], own: () => own(1) });
  assert.equal((await eto(experiment, checkpointOf("start"), once)).id, "start");
  assert.equal(rounds.length, 1);
});
