import assert from "node:assert/strict";
import { test } from "node:test";
import type { Environment } from "../../core/environment.ts";
import { CliError } from "../../core/errors.ts";
import { trajectoryId } from "../../core/ids.ts";
import type { Policy } from "../../core/policy.ts";
import type { Task } from "../../core/task.ts";
import { rollout } from "../../engine/rollout/rollout.ts";
import { noisy } from "../../policies/noisy.ts";
import { workshop, workshopExpert } from "./index.ts";
import { KINDS } from "./tasks.ts";

const benchmark = workshop();
const environment = await benchmark.open();

const play = (policy: Policy, task: Task, world: Environment = environment) =>
  rollout({
    id: trajectoryId(`${policy.name} on ${task.id}`),
    task,
    environment: world,
    policy,
    seed: 0,
    maxSteps: benchmark.maxSteps,
    successReturn: benchmark.successReturn,
  });

/** Share of tasks won, by category, in the order of the lengths. */
async function winRates(policy: Policy, tasks: readonly Task[]) {
  const wins = new Map<string, boolean[]>();
  for (const task of tasks)
    wins.set(task.category, [...(wins.get(task.category) ?? []), (await play(policy, task)).success]);
  return [...wins.entries()].sort().map(([, won]) => won.filter(Boolean).length / won.length);
}

test("the expert wins every order in at most 19 steps", async () => {
  for (const kind of KINDS) {
    for (const task of await workshop({ kind, testTasks: 300 }).tasks("test")) {
      const { success, steps, outcome } = await play(benchmark.expert!, task);
      assert(success, task.id);
      assert.equal(outcome.kind, "terminated");
      assert(steps.length <= 19, `${task.id}: ${steps.length} steps`);
    }
  }
});

test("the expert recovers from whatever others did, as long as the piece is whole", async () => {
  const task = (await benchmark.tasks("test"))[5]!;
  const { steps } = await play(benchmark.expert!, task);
  const detours = ["go attic", "sing a song", "go barn"];
  await environment.reset(task, 0);
  let count = 0;
  const lost: Policy = {
    ...benchmark.expert!,
    async act(turn) {
      count += 1;
      if (count <= 6 && count % 2 === 0)
        return { thought: "", action: detours[count / 2 - 1]!, completion: "", usage: null };
      return benchmark.expert!.act(turn);
    },
  };
  const trajectory = await play(lost, task);
  assert(trajectory.success);
  assert(trajectory.steps.length > steps.length);
});

test("with an error rate of 0.25 its wins fall with the length of the order as published", async () => {
  const tasks = await workshop({ testTasks: 3000 }).tasks("test");
  const rates = await winRates(noisy(benchmark.expert!, { errorRate: 0.25 }), tasks);
  const published = [0.69, 0.56, 0.43, 0.3, 0.22, 0.21];
  assert.equal(rates.length, published.length);
  rates.forEach((rate, i) => {
    const text = `${i + 1} words: ${rate}, expected about ${published[i]}`;
    assert(Math.abs(rate - published[i]!) < 0.09, text);
  });
});

test("wrong beliefs are held about the same words all the time, and cost wins", async () => {
  const tasks = (await benchmark.tasks("test")).slice(0, 120);
  const expert = workshopExpert({ beliefs: 0.3, seed: 1 });
  const rates = await winRates(expert, tasks);
  assert(rates[0]! > rates[5]!, `${rates}`);
  assert.deepEqual(await winRates(workshopExpert({ beliefs: 0.3, seed: 1 }), tasks), rates);
  assert.notDeepEqual(await winRates(workshopExpert({ beliefs: 0.3, seed: 2 }), tasks), rates);
  assert.equal(expert.name, "expert/workshop+beliefs-0.3");
  assert.throws(() => workshopExpert({ beliefs: 30 }), CliError);
});

test("every state along an erring expert's run can be saved and reached again", async () => {
  const expert = noisy(benchmark.expert!, { errorRate: 0.25 });
  for (const task of (await workshop({ ruin: "silent" }).tasks("train")).slice(0, 24)) {
    const { steps } = await play(expert, task);
    const snapshots = [];
    await environment.reset(task, 0);
    for (const { action } of steps) {
      snapshots.push(JSON.parse(JSON.stringify(await environment.snapshot())));
      await environment.step(action);
    }
    for (const [i, snapshot] of snapshots.entries()) {
      assert.equal(await environment.restore(task, snapshot), steps[i]!.observation);
      for (const [j, step] of steps.entries()) {
        if (j < i) continue;
        const { observation, reward } = await environment.step(step.action);
        assert.equal(reward, step.reward);
        assert.equal(observation, steps[j + 1]?.observation ?? observation);
      }
    }
  }
});
