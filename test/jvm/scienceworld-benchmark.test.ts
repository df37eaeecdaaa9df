/** ScienceWorld as a benchmark: its tables against the simulator's, its expert, its options. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import type { Benchmark, StepResult } from "../../src/core/environment.ts";
import { type TaskId, type TrajectoryId, taskId } from "../../src/core/ids.ts";
import { rollout } from "../../src/engine/rollout/rollout.ts";
import { panelOf, readPanel } from "../../src/worlds/panel/panel.ts";
import { PANELS } from "../../src/worlds/panel/shipped.ts";
import { scienceworld } from "../../src/worlds/scienceworld/index.ts";
import { startRuntime } from "../../src/worlds/scienceworld/java.ts";
import { TASK_KINDS } from "../../src/worlds/scienceworld/tasks.ts";
import { runtime, skip } from "./scienceworld.ts";

/** The benchmark's expert at work. */
async function expertAt(benchmark: Benchmark, id: string) {
  const [task, environment] = [await benchmark.task(id as TaskId), await benchmark.open()];
  const { successReturn, expert } = benchmark;
  const maxSteps = benchmark.stepLimit!(task);
  const policy = expert!;
  const played = await rollout({ id: id as TrajectoryId, task, environment, policy, seed: 0, maxSteps, successReturn });
  await environment.close();
  return played;
}

test("the table of tasks is the simulator's", { skip }, async () => {
  const jvm = startRuntime(await runtime(), { heapMb: 512, timeoutMs: 60_000 });
  const { tasks } = await jvm.ask<{ tasks: Readonly<Record<string, number>> }>({ op: "tasks" });
  await jvm.close();
  const expected = Object.fromEntries(TASK_KINDS.map(({ name, variations }) => [name, variations]));
  assert.deepEqual(tasks, expected);
});

test("7,207 tasks, each with its own words and its step limit", { skip }, async () => {
  const benchmark = await scienceworld();
  const tasks = (await Promise.all(benchmark.splits.map((split) => benchmark.tasks(split)))).flat();
  assert.equal(tasks.length, 7207);
  assert(tasks.every(({ instruction }) => instruction.startsWith("Your task is to ")));
  assert(tasks.every((task) => benchmark.stepLimit!(task) <= benchmark.maxSteps));
  const boil = await benchmark.task(taskId("scienceworld/task-1-boil/3"));
  assert.equal(boil.id, "scienceworld/boil/3");
  assert.equal(benchmark.stepLimit!(boil), 100);
});

test("options choose tasks, variations and limits", { skip }, async () => {
  const tasks = ["task-1-melt", "mendelian-genetics-known-plant"];
  const eto = await scienceworld({ tasks, variations: 2, stepLimits: "eto" });
  const listed = await eto.tasks("test");
  assert.deepEqual(
    listed.map((task) => [task.id, eto.stepLimit!(task)]),
    [
      ["scienceworld/melt/21", 80],
      ["scienceworld/melt/22", 80],
      ["scienceworld/mendelian-genetics-known-plant/90", 230],
      ["scienceworld/mendelian-genetics-known-plant/91", 230],
    ],
  );
  const short = await scienceworld({ tasks, maxSteps: 7 });
  assert.equal(short.stepLimit!(listed[3]!), 7);
  assert.equal(short.maxSteps, 7);
  assert.deepEqual(
    (await scienceworld({ simplifications: "easy", maxSteps: 7, scoring: "best", tasks: ["boil"] })).notes,
    [
      "ScienceWorld 1.2.3, simplifications: easy; 7 steps for every task",
      "returns are the best scores reached, as ETO counts them",
    ],
  );
});

test("the gold path wins, and `info` tells what was asked for", { skip }, async () => {
  const benchmark = await scienceworld({ info: ["look", "inventory", "goal"] });
  for (const id of ["scienceworld/find-plant/0", "scienceworld/boil/3", "scienceworld/identify-life-stages-2/0"]) {
    const { success, return: sum, outcome } = await expertAt(benchmark, id);
    assert.deepEqual([success, sum, outcome.kind], [true, 100, "terminated"], id);
  }
  const environment = await benchmark.open();
  await environment.reset(await benchmark.task(taskId("scienceworld/boil/3")), 0);
  const { info } = await environment.step("open door to kitchen");
  const { score, moves, look, inventory, goal } = info as Record<string, string | number>;
  assert.deepEqual([typeof score, moves], ["number", 1]);
  assert.match(String(look), /^This .* is called the /);
  assert.match(String(inventory), /^In your inventory, you see:/);
  assert.match(String(goal), /focus/);
  await environment.close();
});

test("a win of grow-fruit tells whether the fruit was grown", { skip }, async () => {
  const benchmark = await scienceworld({ tasks: ["grow-fruit"], simplifications: "easy" });
  const environment = await benchmark.open();
  const play = async (id: string, actions: readonly string[]) => {
    await environment.reset(await benchmark.task(id as TaskId), 0);
    let last: StepResult | undefined;
    for (const action of actions) {
      last = await environment.step(action);
      if (last.terminated) break;
    }
    return last!;
  };
  const found = await play("scienceworld/grow-fruit/93", ["teleport to living room", "focus on orange"]);
  assert.equal(found.terminated, true);
  assert.deepEqual(found.info, { score: 100, moves: 2, ungrown: true });
  const { steps } = await expertAt(benchmark, "scienceworld/grow-fruit/8");
  const grown = await play(
    "scienceworld/grow-fruit/8",
    steps.map(({ action }) => action),
  );
  const { score, ungrown } = grown.info as { score: number; ungrown: boolean };
  assert.deepEqual([score, ungrown], [100, false]);
  await environment.close();
});

test("the panel of the test split: every 25th task", { skip }, async () => {
  const benchmark = await scienceworld();
  const isTaken = (_: unknown, at: number) => at % 25 === 0;
  const panel = readPanel("scienceworld-test", readFileSync(join(PANELS, "scienceworld-test.json"), "utf8"));
  const all = await benchmark.tasks("test");
  assert.deepEqual(
    panel.tasks.map(({ id }) => id),
    all.map(({ id }) => id),
  );
  const some = await panelOf({ ...benchmark, tasks: async () => all.filter(isTaken) }, { split: "test" });
  assert.deepEqual(some.tasks, panel.tasks.filter(isTaken));
});
