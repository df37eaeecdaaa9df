// A world's own tools: actions are calls, in every format, and a chat of calls is read back as it was written.
import assert from "node:assert/strict";
import { test } from "node:test";
import { benchmark } from "../../examples/own-tools.ts";
import { actionOfCall, callInAction } from "../core/calls.ts";
import type { Trajectory } from "../core/trajectory.ts";
import { messages } from "../importers/readers/messages.ts";
import { chatMessage } from "./chat-message.ts";
import { demonstration } from "./demonstration.ts";
import { conversation } from "./format.ts";
import { formatFor } from "./named.ts";
import { turnText } from "./tools.ts";

const format = formatFor("tools", benchmark);
const [task] = (await benchmark.tasks("train")) as [Awaited<ReturnType<typeof benchmark.task>>];
const find = 'find_order({"order_id":"A-1"})';
const refund = 'refund({"order_id":"A-1","cents":500})';

async function played(actions: readonly string[]): Promise<Trajectory> {
  const world = await benchmark.open();
  let observation = await world.reset(task, 0);
  const steps = [];
  for (const action of actions) {
    const thought = "Hm.";
    const next = await world.step(action);
    steps.push({ observation, thought, action, completion: "", reward: next.reward, usage: null });
    observation = next.observation;
  }
  const parts = {
    id: "t",
    taskId: task.id,
    policy: "p",
    seed: 0,
    fork: null,
    success: true,
    outcome: { kind: "terminated" },
  };
  return { ...parts, steps, finalObservation: observation, return: 1 } as unknown as Trajectory;
}

test("a model that calls acts by its call, one that speaks says something, and the world answers both", async () => {
  assert.deepEqual(
    format.parse(turnText(" Hm. ", [{ name: "refund", arguments: '{ "order_id": "A-1", "cents": 500 }' }])),
    {
      thought: "Hm.",
      action: refund,
    },
  );
  assert.deepEqual(format.parse(turnText("Hello?", [])), { thought: "", action: "Hello?" });
  const broken = format.parse(turnText("", [{ name: "refund", arguments: "{" }])).action;
  assert.deepEqual([broken, callInAction(broken)], ["refund({)", undefined]);
  const { steps, finalObservation } = await played(["Hello?", find, refund]);
  assert.deepEqual(
    [...steps.slice(1).map(({ observation }) => observation), finalObservation],
    ["?", '{"order":"A-1","cents":500}', "Paid."],
  );
});

test("numbers in arguments stay as the model wrote them", () => {
  const given = '{"price":20.0,"e":1e-7,"id":12345678901234567890}';
  const action = actionOfCall({ name: "pay", arguments: given });
  assert.equal(action, `pay(${given})`);
  assert.equal(callInAction(action)!.arguments, given);
});

test("what a policy reads and what is learned are the world's own calls; read back, they are the same actions", async () => {
  const trajectory = await played([find, refund]);
  const asked = conversation(format, task, trajectory.steps, trajectory.finalObservation);
  assert.deepEqual(asked[2], {
    role: "assistant",
    content: "Hm.",
    toolCalls: [{ id: "call00000", name: "find_order", arguments: '{"order_id":"A-1"}' }],
  });
  const learned = demonstration({ format, task, trajectory, learnFrom: 1, reason: "r" });
  assert.deepEqual([learned.tools, learned.messages.map(({ weight }) => weight)], [benchmark.tools, [0, 0, 0, 0, 1]]);
  const row = { messages: asked.map(chatMessage), task: task.id, reward: 1 };
  const episode = messages({ benchmark }).read(JSON.parse(JSON.stringify(row)));
  assert.deepEqual(
    episode.steps.map(({ thought, action }) => [thought, action]),
    [
      ["Hm.", find],
      ["Hm.", refund],
    ],
  );
});
