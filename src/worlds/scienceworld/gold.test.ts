import assert from "node:assert/strict";
import { test } from "node:test";
import type { TaskId } from "../../core/ids.ts";
import type { Turn } from "../../core/policy.ts";
import type { Task } from "../../core/task.ts";
import { goldExpert, nextAction } from "./gold.ts";

const PATH = ["open door", "go to kitchen", "wait1", "wait1"];

test("the gold path is followed, whatever happens in between", () => {
  assert.equal(nextAction(PATH, []), "open door");
  assert.equal(nextAction(PATH, ["open door"]), "go to kitchen");
  assert.equal(nextAction(PATH, ["open door", "eat orange", "open door"]), "go to kitchen");
  assert.equal(nextAction(PATH, ["open door", "go to kitchen", "wait1"]), "wait1");
});

test("after its end the path begins again, and without one there is still an action", () => {
  assert.equal(nextAction(PATH, PATH), "open door");
  assert.equal(nextAction(PATH, [...PATH, ...PATH, "open door"]), "go to kitchen");
  assert.equal(nextAction([], ["look around"]), "look around");
});

test("a path is found once for each task, and again if that failed", async () => {
  const asked: TaskId[] = [];
  const expert = goldExpert(async ({ id }) => {
    asked.push(id);
    if (asked.length === 1) throw new Error("its JVM died");
    return PATH;
  });
  const turn: Turn = {
    task: task("boil"),
    steps: [],
    observation: "",
    actions: async () => null,
    seed: 0,
  };
  await assert.rejects(expert.act(turn), /died/);
  for (let time = 0; time < 3; time++) assert.equal((await expert.act(turn)).action, "open door");
  await expert.act({ ...turn, task: task("melt") });
  assert.deepEqual(asked, ["boil", "boil", "melt"]);
});

const task = (id: string): Task => ({ id: id as TaskId, split: "train", category: id, instruction: "", data: null });
