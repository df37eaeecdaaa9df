// The scripted shopper on the real 1,000 products: how often it wins, and that it decides from the turn alone.
import assert from "node:assert/strict";
import { before, test } from "node:test";
import { shared, skipWithout } from "../../../test/shared.ts";
import { type TaskId, taskId, trajectoryId } from "../../core/ids.ts";
import type { Policy } from "../../core/policy.ts";
import type { Task } from "../../core/task.ts";
import { rollout } from "../../engine/rollout/rollout.ts";
import { noisy } from "../../policies/noisy.ts";
import { loadCatalogue } from "./catalogue/load.ts";
import { stockOf } from "./catalogue/stock.ts";
import { shopper } from "./expert.ts";
import { heuristicNouns } from "./reward/nouns.ts";
import { buildIndex } from "./search/index.ts";
import { openStorefront, sessionsOf } from "./session/index.ts";
import type { Shop } from "./types.ts";

const skip = skipWithout("webshop/items_shuffle_1000.json.gz");
const MAX_STEPS = 15;

let shop: Shop;
before(async () => {
  if (skip) return;
  const catalogue = await loadCatalogue({ data: shared("webshop") });
  const stock = stockOf(catalogue, { kind: "synthetic", seed: 0 });
  shop = { catalogue, stock, index: await buildIndex(catalogue), nouns: heuristicNouns };
});

const taskOf = (goal: number): Task => ({
  id: taskId(`webshop/synthetic/${goal}`),
  split: "eval",
  category: "",
  instruction: shop.stock.goals[goal]!.instruction,
  data: goal,
});

async function play(policy: Policy, goals: readonly number[]) {
  const environment = sessionsOf(openStorefront(shop), ({ data }) => data as number)();
  const played = [];
  for (const goal of goals) {
    const task = taskOf(goal);
    const id = trajectoryId(String(goal));
    played.push(await rollout({ id, task, environment, policy, seed: 0, maxSteps: MAX_STEPS, successReturn: 1 }));
  }
  return played;
}

const sample = (count: number) => Array.from({ length: count }, (_, index) => 500 + index);
const wins = (played: readonly { readonly success: boolean }[]) => played.filter(({ success }) => success).length;

test("the shopper wins most goals, always buys, and takes few steps", { skip }, async () => {
  const played = await play(shopper(), sample(200));
  assert(wins(played) >= 140, `won ${wins(played)} of 200`);
  for (const { id, outcome, steps } of played) {
    assert.deepEqual(outcome, { kind: "terminated" }, `goal ${id}`);
    assert(steps.length <= MAX_STEPS);
  }
});

test("an erring shopper wins less, and finds its way back from any page", { skip }, async () => {
  const played = await play(noisy(shopper(), { errorRate: 0.3 }), sample(150));
  assert(wins(played) >= 30 && wins(played) <= 90, `won ${wins(played)} of 150`);
  assert(played.every(({ outcome }) => outcome.kind !== "failed"));
});

test("each turn can be decided alone", { skip }, async () => {
  const [trajectory] = await play(noisy(shopper(), { errorRate: 0.3 }), [501]);
  const { steps } = trajectory!;
  const decide = async (index: number) => {
    const turn = {
      task: taskOf(501),
      steps: steps.slice(0, index),
      observation: steps[index]!.observation,
      actions: async () => null,
      seed: 0,
    };
    return (await shopper().act(turn)).action;
  };
  const inOrder = [];
  for (const index of steps.keys()) inOrder.push(await decide(index));
  const backwards = [];
  for (const index of [...steps.keys()].reverse()) backwards.unshift(await decide(index));
  assert.deepEqual(backwards, inOrder);
});

test("a text that is no page gets an action that the shop knows", async () => {
  const task = { id: "t" as TaskId, split: "train", category: "", instruction: "a red shirt", data: null };
  for (const observation of ["", "hello", "Instruction: [SEP] Back to Search"]) {
    const { action } = await shopper().act({ task, steps: [], observation, actions: async () => null, seed: 0 });
    assert.match(action, /^(search|click)\[.+\]$/);
  }
});
