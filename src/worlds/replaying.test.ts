import assert from "node:assert/strict";
import { test } from "node:test";
import type { Environment } from "../core/environment.ts";
import { EnvironmentError } from "../core/errors.ts";
import { taskId } from "../core/ids.ts";
import { type ReplaySnapshot, replaying } from "./replaying.ts";
import { workshop } from "./workshop/index.ts";

const benchmark = workshop();
const task = await benchmark.task(taskId("workshop/train/front-0-5"));

/** A world whose rooms are seen through fog (a suffix) that this test chooses, so that it can be made to differ. */
function foggy(inner: Environment, fog: { text: string }): Environment {
  return {
    ...inner,
    reset: async (...start) => (await inner.reset(...start)) + fog.text,
    async step(action) {
      const result = await inner.step(action);
      return { ...result, observation: result.observation + (action === "go attic" ? fog.text : "") };
    },
  };
}

async function walked(fog = { text: "" }) {
  const environment = replaying(foggy(await benchmark.open(), fog));
  await environment.reset(task, 0);
  for (const action of ["go barn", "go attic", "go mill"]) await environment.step(action);
  return { environment, fog, snapshot: await environment.snapshot() };
}

test("a snapshot is the way back, and the way goes on from there", async () => {
  const { environment, snapshot } = await walked();
  assert(snapshot.kind === "replay");
  assert.deepEqual(snapshot.actions, ["go barn", "go attic", "go mill"]);
  await environment.step("deliver piece");
  assert.equal(await environment.restore(task, snapshot), snapshot.observation);
  await environment.step("go barn");
  const further = await environment.snapshot();
  assert.deepEqual(further.kind === "replay" && further.actions, [...snapshot.actions, "go barn"]);
});

test("a jump needs what was seen on the way: without it the way is gone again, and the next snapshot knows it", async () => {
  const { snapshot } = await walked();
  const jumps = { mark: async () => {}, jump: async () => assert.fail("jumped") };
  const environment = replaying(await benchmark.open(), jumps);
  const { seen, ...unseen } = snapshot as ReplaySnapshot;
  assert.equal(await environment.restore(task, unseen), snapshot.observation);
  assert.deepEqual(((await environment.snapshot()) as ReplaySnapshot).seen, seen);
});

test("a difference on the way is an error that names the step and both texts", async () => {
  const { environment, fog, snapshot } = await walked();
  fog.text = " It is foggy.";
  const start = /train\/front-0-5: replay differs before step 0: expected ".*door\.", got ".*door\. It is foggy\."/;
  await assert.rejects(environment.restore(task, snapshot), (error: Error) => {
    assert(error instanceof EnvironmentError);
    assert.match(error.message, start);
    return true;
  });
  await assert.rejects(environment.step("go barn"), EnvironmentError, "a broken episode cannot be continued");
});

test("a difference in the middle is found although the end is the same, also by another environment", async () => {
  const { snapshot } = await walked();
  assert(snapshot.kind === "replay");
  const other = replaying(await benchmark.open());
  const inJson = JSON.parse(JSON.stringify(snapshot));
  inJson.seen[2] = "something else";
  await assert.rejects(
    other.restore(task, inJson),
    /before step 2: expected "something else", got "You are in the attic/,
  );
});

test("without what was seen on the way, the end alone is compared", async () => {
  const environment = replaying(await benchmark.open());
  const actions = ["go barn", "sing"];
  const snapshot = { kind: "replay", taskId: task.id, seed: 0, actions } as const;
  assert.equal(await environment.restore(task, { ...snapshot, observation: "Nothing happens." }), "Nothing happens.");
  await assert.rejects(
    environment.restore(task, { ...snapshot, observation: "Bang." }),
    /before step 2: expected "Bang."/,
  );
});

test("a replay that ends early, a state snapshot and another task's snapshot are refused", async () => {
  const environment = replaying(await benchmark.open());
  const snapshot = { kind: "replay", taskId: task.id, seed: 0, observation: "" } as const;
  const ended = environment.restore(task, { ...snapshot, actions: ["deliver piece", "go barn"] });
  await assert.rejects(ended, /replay ended after step 0 of 2/);
  const inner = await benchmark.open();
  await inner.reset(task, 0);
  await assert.rejects(environment.restore(task, await inner.snapshot()), /expected a replay snapshot, got state/);
  const other = await benchmark.task(taskId("workshop/train/front-0-4"));
  await assert.rejects(environment.restore(other, { ...snapshot, actions: [] }), EnvironmentError);
});
