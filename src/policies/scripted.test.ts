// The policies that need no model: erring, random, recorded.
import assert from "node:assert/strict";
import { test } from "node:test";
import { CliError, PolicyError } from "../core/errors.ts";
import { taskId, trajectoryId } from "../core/ids.ts";
import type { Turn } from "../core/policy.ts";
import { rollout } from "../engine/rollout/rollout.ts";
import { workshop } from "../worlds/workshop/index.ts";
import { noisy } from "./noisy.ts";
import { randomPolicy } from "./random.ts";
import { recorded } from "./recorded.ts";

const benchmark = workshop();
const task = await benchmark.task(taskId("workshop/train/front-0-5"));
const expert = benchmark.expert!;

/** A first turn with these listed actions. */
const turnOf = (seed: number, listed: readonly string[] | null): Turn => ({
  task,
  steps: [],
  observation: "",
  actions: async () => listed,
  seed,
});

/** What `policy` does in the same situation with many seeds. */
async function choices(policy: typeof expert, listed: readonly string[], count = 2000) {
  const counts: Record<string, number> = {};
  for (let seed = 0; seed < count; seed++) {
    const { action } = await policy.act(turnOf(seed, listed));
    counts[action] = (counts[action] ?? 0) + 1;
  }
  return counts;
}

const LISTED = ["go barn", "go mill", "go attic", "use axe", "deliver piece"];

test("noise slips at its rate, to the same verb, each other object as likely", async () => {
  const right = (await expert.act(turnOf(0, LISTED))).action;
  const counts = await choices(noisy(expert, { errorRate: 0.25 }), LISTED);
  const others = LISTED.filter((action) => action.startsWith("go ") && action !== right);
  assert.equal(others.length, 2);
  assert(Math.abs(counts[right]! / 2000 - 0.75) < 0.03, `${counts[right]}`);
  for (const action of others) assert(Math.abs(counts[action]! / 2000 - 0.125) < 0.03, `${action}: ${counts[action]}`);
  assert.deepEqual(Object.keys(counts).sort(), [right, ...others].sort());
});

test("noise of any verb slips to every other action", async () => {
  const counts = await choices(noisy(expert, { errorRate: 1, slip: "any" }), LISTED);
  const right = (await expert.act(turnOf(0, LISTED))).action;
  assert.deepEqual(Object.keys(counts).sort(), LISTED.filter((action) => action !== right).sort());
});

test("where there is nothing to slip to, the right action stays", async () => {
  const right = await expert.act(turnOf(0, LISTED));
  const listed = [right.action, "deliver piece"];
  assert.deepEqual(await noisy(expert, { errorRate: 1 }).act(turnOf(0, listed)), right);
});

test("noise that can hardly slip says so once, when it is closed", async () => {
  const said: string[] = [];
  const right = (await expert.act(turnOf(0, LISTED))).action;
  const hear = async (slip: "same-verb" | "any", ...turns: (readonly string[])[]) => {
    said.length = 0;
    const policy = noisy(expert, { errorRate: 1, slip, say: (line) => said.push(line) });
    for (const [seed, listed] of turns.entries()) await policy.act(turnOf(seed, listed));
    await policy.close();
    await policy.close();
    return said.join("\n");
  };
  assert.equal(
    await hear("same-verb", [right, "deliver piece"]),
    "expert/workshop+noise-1: it never slipped, since the world listed no other action with the same verb; a slip of kind any takes every listed action",
  );
  assert.match(await hear("same-verb", [right], [right], LISTED), /noise-1: 2 of 3 slips did not happen, since/);
  assert.equal(
    await hear("any", [right]),
    "expert/workshop+noise-1-any: it never slipped, since the world listed no other action",
  );
  assert.equal(await hear("any", LISTED, LISTED, [right]), "");
  assert.equal(await hear("any"), "");
});

test("noise follows from the turn's seed and its own", async () => {
  const actions = async (seed: number) => {
    const policy = noisy(expert, { errorRate: 0.5, seed });
    const turns = Array.from({ length: 40 }, (_, turn) => policy.act(turnOf(turn, LISTED)));
    return (await Promise.all(turns)).map(({ action }) => action);
  };
  assert.deepEqual(await actions(1), await actions(1));
  assert.notDeepEqual(await actions(1), await actions(2));
});

test("noise has a name, a range and needs listed actions", async () => {
  assert.equal(noisy(expert, { errorRate: 0.25 }).name, "expert/workshop+noise-0.25");
  for (const errorRate of [-0.1, 1.1, Number.NaN]) assert.throws(() => noisy(expert, { errorRate }), CliError);
  await assert.rejects(noisy(expert, { errorRate: 1 }).act(turnOf(0, null)), PolicyError);
});

test("the random policy takes every listed action, and needs some", async () => {
  const counts = await choices(randomPolicy(), LISTED);
  for (const action of LISTED) assert(Math.abs(counts[action]! / 2000 - 0.2) < 0.04, `${action}: ${counts[action]}`);
  await assert.rejects(randomPolicy().act(turnOf(0, null)), PolicyError);
  await assert.rejects(randomPolicy().act(turnOf(0, [])), PolicyError);
});

test("a recorded trajectory is done again, and not a step more", async () => {
  const environment = await benchmark.open();
  const options = { task, environment, seed: 0, maxSteps: 30, successReturn: 1 };
  const first = await rollout({ ...options, id: trajectoryId("first"), policy: noisy(expert, { errorRate: 0.1 }) });
  const policy = recorded(first);
  const again = await rollout({ ...options, id: trajectoryId("again"), policy });
  assert.deepEqual({ ...again, id: first.id }, first);
  await assert.rejects(policy.act({ ...turnOf(0, LISTED), steps: first.steps }), PolicyError);
});
