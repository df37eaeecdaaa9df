/** ScienceWorld served as AgentGym serves it: which variation an index means, a reset that looks around, scores. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { taskId } from "../../src/core/ids.ts";
import { scienceworld } from "../../src/worlds/scienceworld/index.ts";
import { gymClient, gymServed } from "../agentgym-client.ts";
import { skip } from "./scienceworld.ts";

test("an episode of ScienceWorld as AgentGym's client plays it", { skip }, async () => {
  const benchmark = await scienceworld({ processes: 1 });
  const server = await gymServed(benchmark);
  const { get, sound, post } = gymClient(server);
  const { id } = await sound("/create");
  const task = await benchmark.task(taskId("scienceworld/melt/1"));
  const world = await benchmark.open();
  await world.reset(task, 0);
  const { observation } = await world.step("look around");
  assert.deepEqual(await sound("/reset", { data_idx: 31, id }), {
    ...{ task_name: "melt", var_num: 1, task_description: task.instruction, observation, reward: 0, score: 0 },
    ...{ done: false, deleted: false },
  });
  assert.equal((await get(`/observation?id=${id}`)).body, observation);
  const fatal = await sound("/step", { action: "focus on air", id });
  assert.deepEqual([fatal.reward, fatal.score, fatal.done], [-100, -100, true]);
  assert.match((await sound("/step", { action: "look around", id })).error, /has finished/);
  assert.match((await sound("/reset", { data_idx: 100_000, id })).error, /data_idx: no variation has the index 100000/);
  assert.match((await sound("/reset", { data_idx: -1, id })).error, /data_idx: no variation/);
  assert.equal((await get(`/goals?id=${id}`)).status, 501);
  assert.equal((await post("/reset", { id })).status, 422);
  assert.equal(await sound("/close", { id }), true);
  assert.equal(server.count(), 0);
  await world.close();
});
