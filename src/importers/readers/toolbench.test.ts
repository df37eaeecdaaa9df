// Answers of ToolBench: the last list is the run; what it lacks is counted.
import assert from "node:assert/strict";
import { test } from "node:test";
import { withoutWorld } from "../../worlds/none/index.ts";
import { toolbench } from "./toolbench.ts";

const reader = toolbench({ benchmark: withoutWorld() });
const asked = [
  { role: "system", content: "Use the functions." },
  { role: "user", content: "Find it." },
];
const again = { role: "user", content: "This is not the first time." };
const find = { role: "assistant", content: "I look.", function_call: { name: "find", arguments: '{"n": 1.0}' } };
const found = { role: "function", name: "find", content: "here", valid: false };
const finish = {
  role: "assistant",
  content: null,
  function_call: { name: "Finish", arguments: '{"final_answer": "x"}' },
};
const tool = {
  name: "find",
  description: "",
  parameters: { type: "object", properties: {}, required: [], optional: [] },
};
const answer = (lists: readonly unknown[], more: object = {}) => ({
  ...{ win: true, answer_generation: { valid_data: true, query: "Find it.", function: [tool], train_messages: lists } },
  ...more,
});

test("a run with its tools; messages of one call alone and other branches are counted", () => {
  const tree = { tree: { children: [{ children: [] }, { children: [{ children: [] }] }] } };
  const row = answer(
    [
      [...asked, again, find],
      [...asked, find, found, finish],
    ],
    { tree },
  );
  const { chat, leftOut, claimed } = reader.read(row);
  assert.deepEqual(
    chat!.messages.map(({ role, content, toolCalls = [] }) => [role, content, toolCalls.map((one) => one.name).join()]),
    [
      ["system", "Use the functions.", ""],
      ["user", "Find it.", ""],
      ["assistant", "I look.", "find"],
      ["tool", "here", ""],
      ["assistant", "", "Finish"],
    ],
  );
  assert.deepEqual(leftOut, ["message of one call alone", "branch that the search left"]);
  assert.deepEqual([claimed, chat!.tools!.length], ["won", 1]);
});

test("a search that found no valid answer has no run", () => {
  assert.throws(() => reader.read(answer([])), {
    name: "CliError",
    message: /^answer_generation\.train_messages: expected a run, found none/,
  });
});
