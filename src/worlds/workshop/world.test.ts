// One test for each rule of the world, then the texts it speaks in.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { Environment, Snapshot } from "../../core/environment.ts";
import { EnvironmentError } from "../../core/errors.ts";
import { taskId } from "../../core/ids.ts";
import type { Json } from "../../core/json.ts";
import type { Task } from "../../core/task.ts";
import { workshop } from "./index.ts";
import { type Ruin, type TaskData, taskOf } from "./tasks.ts";
import { ACCEPTED, DONE, NOTHING, placeIn, placeText, REFUSED, RUINED, START } from "./texts.ts";
import { toolsByWord, WORKSHOP } from "./words.ts";

const TOOLS = toolsByWord(WORKSHOP);

/** An order for the last two stages: colour and pack. */
async function twoStages(ruin: Ruin = "ends") {
  const task = taskOf({ split: "train", kind: "front", ruin, seed: 0, index: 1 }, WORKSHOP);
  const environment = await workshop().open();
  await environment.reset(task, 0);
  const { stages } = task.data as unknown as TaskData;
  const right = (stage: number) => `use ${TOOLS.get(stages[stage]!.word!)}`;
  const wrong = (stage: number) => `use ${stages[stage]!.tray.find((tool) => right(stage) !== `use ${tool}`)}`;
  return { task, environment, stages, right, wrong, go: (stage: number) => `go ${stages[stage]!.room}` };
}

/** The last answer to `actions`. */
async function after(environment: Environment, ...actions: readonly string[]) {
  let result = await environment.step(actions[0]!);
  for (const action of actions.slice(1)) result = await environment.step(action);
  return result;
}

test("an episode starts outside every room, with every room to go to", async () => {
  const { task, environment } = await twoStages();
  assert.equal(await environment.reset(task, 0), START);
  const rooms = WORKSHOP.stages.flatMap((stage) => stage.rooms.map((room) => `go ${room}`));
  assert.deepEqual(await environment.actions(), [...rooms, "deliver piece"]);
});

test("a room shows its stage's tray, the stage's other room is empty", async () => {
  const { environment, stages, go } = await twoStages();
  const { room, tray } = stages[4]!;
  const other = WORKSHOP.stages[4]!.rooms.find((name) => name !== room)!;
  assert.deepEqual(await environment.step(`go ${other}`), {
    observation: `You are in the ${other}. There is no tray here.`,
    reward: 0,
    terminated: false,
  });
  const { observation } = await environment.step(go(4));
  assert.deepEqual(placeIn(observation), { room, tray });
  const listed = (await environment.actions())!;
  assert.equal(listed.length, 11 + 3 + 1);
  assert(!listed.includes(go(4)), "one cannot go where one is");
  for (const tool of tray) assert(listed.includes(`use ${tool}`));
});

test("the needed tools in their order, then delivery: reward 1", async () => {
  const { environment, go, right } = await twoStages();
  assert.equal((await after(environment, go(4), right(4))).observation, DONE);
  assert.equal((await after(environment, go(5), right(5))).observation, DONE);
  assert.deepEqual(await environment.step("deliver piece"), { observation: ACCEPTED, reward: 1, terminated: true });
});

test("tools of other stages do nothing: too early, already done, or not needed", async () => {
  const { environment, stages, go, right } = await twoStages();
  assert.equal((await after(environment, go(5), right(5))).observation, NOTHING);
  assert.equal((await after(environment, go(0), `use ${stages[0]!.tray[0]}`)).observation, NOTHING);
  assert.equal((await after(environment, go(4), right(4), right(4))).observation, NOTHING);
  assert.equal((await after(environment, go(5), right(5), right(5))).observation, NOTHING);
  assert.equal((await environment.step("deliver piece")).reward, 1);
});

test("ruin ends: a wrong tool of the current stage ends the episode", async () => {
  const { environment, go, wrong } = await twoStages("ends");
  assert.deepEqual(await after(environment, go(4), wrong(4)), { observation: RUINED, reward: 0, terminated: true });
});

test("ruin silent: a wrong tool looks right and is found out at delivery", async () => {
  const { environment, go, wrong, right } = await twoStages("silent");
  assert.deepEqual(await after(environment, go(4), wrong(4)), { observation: DONE, reward: 0, terminated: false });
  const delivery = await after(environment, go(5), right(5), "deliver piece");
  assert.deepEqual(delivery, { observation: REFUSED, reward: 0, terminated: true });
});

test("ruin off: a wrong tool does nothing", async () => {
  const { environment, go, wrong, right } = await twoStages("off");
  assert.deepEqual(await after(environment, go(4), wrong(4)), { observation: NOTHING, reward: 0, terminated: false });
  assert.equal((await after(environment, right(4), go(5), right(5), "deliver piece")).reward, 1);
});

test("delivering too early ends the episode without reward", async () => {
  const { environment, go, right } = await twoStages();
  const result = await after(environment, go(4), right(4), "deliver piece");
  assert.deepEqual(result, { observation: REFUSED, reward: 0, terminated: true });
});

test("any text that is no listed action does nothing", async () => {
  const { environment, go, right, stages } = await twoStages();
  await environment.step(go(4));
  const property = fc.asyncProperty(fc.string(), async (text) => {
    fc.pre(!(await environment.actions())!.includes(text));
    assert.deepEqual(await environment.step(text), { observation: NOTHING, reward: 0, terminated: false });
  });
  await fc.assert(property);
  for (const text of [go(4), "use", "go moon", `use ${stages[5]!.tray[0]}`, right(4).toUpperCase(), ` ${right(4)}`]) {
    assert.equal((await environment.step(text)).observation, NOTHING, text);
  }
  assert.equal((await environment.step(right(4))).observation, DONE);
});

test("after the end there is nothing to do, and doing something is an error", async () => {
  const { environment } = await twoStages();
  await environment.step("deliver piece");
  assert.deepEqual(await environment.actions(), []);
  await assert.rejects(environment.step("deliver piece"), EnvironmentError);
});

test("a task with other data, or a snapshot with another state, is refused", async () => {
  const { environment, task } = await twoStages();
  await assert.rejects(environment.reset({ ...task, data: { stages: [] } }, 0), EnvironmentError);
  await environment.reset(task, 0);
  const snapshot = (await environment.snapshot()) as Extract<Snapshot, { kind: "state" }>;
  for (const state of [{}, [], 3, { ...(snapshot.state as object), stagesDone: 7 }]) {
    await assert.rejects(environment.restore(task, { ...snapshot, state: state as Json }), EnvironmentError);
  }
  await assert.rejects(environment.restore(task, { ...snapshot, kind: "replay" } as never), EnvironmentError);
});

test("what a room shows can be read back", () => {
  const word = fc.stringMatching(/^[a-z]{1,9}$/).filter((text) => text !== "and");
  const tray = fc.oneof(fc.constant([]), fc.array(word, { minLength: 2, maxLength: 4 }));
  const place = fc.record({ room: word, tray }, { noNullPrototype: true });
  fc.assert(fc.property(place, (shown) => assert.deepEqual(placeIn(placeText(shown)), shown)));
  assert.equal(
    placeText({ room: "attic", tray: ["awl", "brace", "crimper"] }),
    "You are in the attic. In the tray: an awl, a brace and a crimper.",
  );
  for (const text of [START, DONE, "", "You are in the attic."]) assert.equal(placeIn(text), null);
});

test("the compact rendering has six words for an order and the tray's tools for a room", () => {
  const { compact } = workshop();
  const task = (kind: "front" | "back") => taskOf({ split: "train", kind, ruin: "ends", seed: 0, index: 1 }, WORKSHOP);
  assert.match(compact!.instruction(task("front")), /^- - - - [a-z]+ [a-z]+$/);
  assert.match(compact!.instruction(task("back")), /^[a-z]+ [a-z]+ - - - -$/);
  const shown = [
    "You are in the attic. In the tray: an awl, a brace and a crimper.",
    "You are in the attic. There is no tray here.",
  ];
  const texts = [...shown, START, DONE, NOTHING, RUINED, ACCEPTED, REFUSED, "anything else"];
  assert.deepEqual(
    texts.map((text) => compact!.observation(text)),
    ["awl brace crimper", "empty", "", "done", "nothing", "ruined", "done", "ruined", "anything else"],
  );
});

test("another list of words under another name is another world", async () => {
  const kitchen = {
    name: "kitchen",
    stages: WORKSHOP.stages.map((stage) => ({ ...stage, tools: [...stage.tools].reverse() })),
  };
  const benchmark = workshop({ words: kitchen });
  const task: Task = await benchmark.task(taskId("kitchen/test/any-silent-3-5"));
  assert.equal(benchmark.name, "kitchen");
  assert.equal(task.split, "test");
  assert.equal(await (await benchmark.open()).reset(task, 0), START);
});
