// Actions as calls: what is read out of a turn, and how it goes back.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { corridor, walk, winning } from "../../test/corridor.ts";
import type { Message } from "../core/message.ts";
import type { Task } from "../core/task.ts";
import type { Trajectory } from "../core/trajectory.ts";
import { demonstration } from "./demonstration.ts";
import { withExamples } from "./few-shot.ts";
import { conversation } from "./format.ts";
import { formatFor } from "./named.ts";
import { turnMessage, turnText } from "./tools.ts";
import { verbatim } from "./verbatim.ts";

const format = formatFor("tools", corridor);
const [task] = (await corridor.tasks("train")) as [Task];
const act = (given: string, name = "act") => ({ name, arguments: given });

test("the first call is the action, what is said beside it the thought; everything else is nonsense to the world", () => {
  const read = (content: string, ...calls: { name: string; arguments: string }[]) => {
    const { thought, action } = format.parse(turnText(content, calls));
    return [thought, action];
  };
  assert.deepEqual(read("A key. ", act('{"action": " take key "}')), ["A key.", "take key"]);
  assert.deepEqual(read("", act('{"action":"look","why":1}'), act('{"action":"back"}')), ["", "look"]);
  assert.deepEqual(read(" take key\n"), ["", "take key"]);
  assert.deepEqual(read("so", act("take key")), ["so", "take key"]);
  assert.deepEqual(read("so", act('{"action": 3}')), ["so", '{"action": 3}']);
  assert.deepEqual(read("so", act('{"to":"door"}', "open")), ["so", 'open {"to":"door"}']);
  assert.deepEqual(format.parse("take key\n"), { thought: "", action: "take key" });
});

test("any text gives some action and some message that a server takes", () => {
  const call = fc.record({ name: fc.constantFrom("act", "other"), arguments: fc.oneof(fc.string(), fc.json()) });
  const turn = fc
    .tuple(fc.string(), fc.array(call, { maxLength: 2 }))
    .map(([content, calls]) => turnText(content, calls));
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.json(), turn), (text) => {
      const { action } = format.parse(text);
      const { role, toolCalls = [] } = turnMessage(text, 3);
      assert.equal(role, "assistant");
      for (const { id, name, arguments: given } of toolCalls) {
        assert.deepEqual([id, name], ["call00003", "act"]);
        assert.equal(JSON.parse(given).action.trim(), action);
      }
    }),
  );
});

test("what it writes it reads; a turn that a model wrote goes back with its own arguments", () => {
  const words = fc.stringMatching(/^[a-z"\\]( ?[a-zé"]){0,9}$/);
  fc.assert(
    fc.property(words, words, (thought, action) => {
      assert.deepEqual(format.parse(format.assistant({ thought, action })), { thought, action });
    }),
  );
  const own = verbatim(format);
  const completion = turnText("Hm.", [act('{ "action":  "look" }')]);
  const decision = { thought: "Hm.", action: "look" };
  assert.equal(own.assistant({ ...decision, completion }), completion);
  assert.equal(turnMessage(completion, 0).toolCalls![0]!.arguments, '{ "action":  "look" }');
  // An expert that only acts, or writes in another format.
  const rendered = turnText("Hm.", [act('{"action":"look"}')]);
  assert.equal(own.assistant({ ...decision, completion: "Thought: Hm.\nAction: look" }), rendered);
});

/** Every call is answered by the next message, and no two have one id. */
function assertAnswered(messages: readonly Message[]): void {
  const calls = messages.flatMap(({ toolCalls = [] }) => toolCalls.map(({ id }) => id));
  assert.equal(new Set(calls).size, calls.length);
  messages.forEach(({ toolCalls }, index) => {
    if (!toolCalls || index === messages.length - 1) return;
    assert.equal(toolCalls.length, 1);
    assert.deepEqual([messages[index + 1]!.role, messages[index + 1]!.toolCallId], ["tool", toolCalls[0]!.id]);
  });
  assert.equal(
    messages.filter(({ role }) => role === "tool").length,
    messages.at(-1)!.toolCalls ? calls.length - 1 : calls.length,
  );
}

test("observations answer calls, in examples too; a turn without a call is answered by the user", async () => {
  const own = await walk(3, winning(3));
  const shown = withExamples(format, [
    { task, trajectory: await walk(2, winning(2)) },
    { task, trajectory: own },
  ]);
  for (const each of [format, shown]) assertAnswered(conversation(each, task, own.steps, "Now?"));
  const { messages, tools } = demonstration({ format: shown, task, trajectory: own, learnFrom: 1, reason: "r" });
  assert.deepEqual(tools, format.tools);
  assertAnswered(messages);
  assert.equal(messages.filter(({ weight }) => weight === 1).length, own.steps.length - 1);
  const [first] = own.steps as [Trajectory["steps"][0]];
  const silent = { ...first, thought: "", action: "I wait", completion: turnText("I wait", []) };
  const roles = conversation(verbatim(format), task, [silent], "Nothing.").map(({ role }) => role);
  assert.deepEqual(roles, ["system", "user", "assistant", "user"]);
});
