// A world's own tools: actions are calls, in every format, and a chat of calls is read back as it was written.
import assert from "node:assert/strict";
import { test } from "node:test";
import { benchmark } from "../../examples/own-tools.ts";
import { openWorld } from "../core/call-by-call.ts";
import { actionOfCall, actionOfCalls, callInAction } from "../core/calls.ts";
import type { Trajectory } from "../core/trajectory.ts";
import { messages } from "../importers/readers/messages.ts";
import { chatMessage } from "./chat-message.ts";
import { demonstration } from "./demonstration.ts";
import { withExamples } from "./few-shot.ts";
import { conversation } from "./format.ts";
import { formatFor } from "./named.ts";
import { turnText } from "./tools.ts";
import { verbatim } from "./verbatim.ts";

const format = formatFor("tools", benchmark);
const [task] = (await benchmark.tasks("train")) as [Awaited<ReturnType<typeof benchmark.task>>];
const find = 'find_order({"order_id":"A-1"})';
const refund = 'refund({"order_id":"A-1","cents":500})';

async function played(actions: readonly string[]): Promise<Trajectory> {
  const world = await openWorld(benchmark);
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

const call = (name: string, given: object) => ({ name, arguments: JSON.stringify(given) });
const both = [call("find_order", { order_id: "A-1" }), call("find_order", { order_id: "A-9" })];

test("a turn of several calls is one action and one message; each call has an answer under its id", async () => {
  const completion = turnText("Both.", both);
  const decision = { thought: "Both.", action: actionOfCalls(both) };
  assert.deepEqual(format.parse(completion), decision);
  assert.deepEqual(format.parse(format.assistant(decision)), decision);
  const trajectory = await played([decision.action, refund]);
  const messages = conversation(format, task, trajectory.steps, trajectory.finalObservation);
  assert.deepEqual(
    messages.map(({ role, toolCalls, toolCallId }) => [role, toolCalls?.map(({ id }) => id) ?? toolCallId]),
    [
      ["system", undefined],
      ["user", undefined],
      ["assistant", ["call00000", "p00100000"]],
      ["tool", "call00000"],
      ["tool", "p00100000"],
      ["assistant", ["call00001"]],
      ["tool", "call00001"],
    ],
  );
  assert.deepEqual([messages[3]!.content, messages[4]!.content], ['{"order":"A-1","cents":500}', "?"]);
  // Learned as a whole or not at all.
  const weights = (learnFrom: number) =>
    demonstration({ format, task, trajectory, learnFrom, reason: "r" }).messages.map(({ weight }) => weight);
  assert.deepEqual(weights(0), [0, 0, 1, 0, 0, 1]);
  assert.deepEqual(weights(1), [0, 0, 0, 0, 0, 1]);
});

test("what was not done says so; a turn that was stored when only its first call counted stays that call", async () => {
  const ending = actionOfCalls([call("refund", { order_id: "A-1", cents: 500 }), ...both]);
  const trajectory = await played([ending]);
  const shown = withExamples(format, [{ task, trajectory }]);
  assert.deepEqual(
    shown.preamble!.slice(-3).map(({ role, content }) => [role, content]),
    [
      ["tool", "Paid."],
      ["tool", "Not done: the episode was over before this call."],
      ["tool", "Not done: the episode was over before this call."],
    ],
  );
  const step = { ...(await played([find])).steps[0]!, thought: "Both.", completion: turnText("Both.", both) };
  const [, , said, answer] = conversation(verbatim(format), task, [step], "{}");
  assert.deepEqual(said!.toolCalls, [{ id: "call00000", ...both[0]! }]);
  assert.deepEqual(answer, { role: "tool", content: "{}", toolCallId: "call00000" });
});

test("several calls that a world answered as one are refused, and told how it is opened", async () => {
  const trajectory = await played([find]);
  const steps = [{ ...trajectory.steps[0]!, action: actionOfCalls(both) }];
  assert.throws(
    () => conversation(format, task, steps, "?"),
    /2 calls of one turn were answered by "\?", expected a list of their results, as a world gives it that openWorld opened/,
  );
});
