// Logs of real agents in small (shared/logs/field), as turns: what each spelling must give.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { shared, skipWithout } from "../../../test/shared.ts";
import { parseWritten } from "../../core/written-json.ts";
import { readMessages } from "./apis.ts";
import { actionInTags, hasActionTags } from "./tags.ts";

const FOLDER = "logs/field";
const skip = skipWithout(FOLDER);

interface Row {
  readonly messages?: unknown;
  readonly conversations?: unknown;
}

const chats = (name: string) =>
  readFileSync(shared(`${FOLDER}/${name}.jsonl`), "utf8")
    .split("\n")
    .filter(Boolean)
    .map((line) => {
      const { messages, conversations } = parseWritten(line) as Row;
      return readMessages(messages ?? conversations, "messages");
    });
const actions = ({ turns }: ReturnType<typeof readMessages>) =>
  turns.flatMap(({ toolCalls = [] }) => toolCalls.map(({ arguments: given }) => JSON.parse(given).action));

const WEBSHOP = ["search[teal enamel camping mug]", "click[b0tealmug1]", "click[buy now]"];
const WORKSHOP = ["go depot", "go cabin", "use basket", "deliver piece"];

for (const [name, readAs] of [
  ["01-content-blocks", "Anthropic messages (a part of type tool_use)"],
  ["03-call-in-text", "OpenAI chat, with <tool_call>, <tool_response> in texts"],
] as const)
  test(`${name}: calls, what is said before them, results`, { skip }, () => {
    const [chat] = chats(name);
    assert.equal(chat!.readAs, readAs);
    assert.deepEqual(actions(chat!), WEBSHOP);
    const said = chat!.turns.filter(({ role }) => role === "assistant").map(({ content }) => content);
    assert.deepEqual(said, [
      "Let me search for the mug.",
      "The first one fits, I open it.",
      "Colour and price are right, so I buy.",
    ]);
    const results = chat!.turns.filter(({ role }) => role === "tool");
    assert.equal(results.length, 3);
    assert.ok(results.every(({ content }) => /^(?:Instruction: \[SEP\]|Thank you for shopping)/.test(content)));
    assert.ok(!results.some(({ content }) => content.includes("tool_response")));
  });

test("10: a thought is a thought wherever the API puts it", { skip }, () => {
  const found = chats("10-reasoning-members");
  assert.equal(found.length, 4);
  for (const chat of found) {
    const [turn] = chat.turns.filter(({ role }) => role === "assistant");
    assert.equal(turn!.reasoning, "Thinking of turn 2.");
    assert.deepEqual(actions(chat), ["go depot"]);
  }
});

test("11: thoughts between tags, and actions between tags", { skip }, () => {
  const found = chats("11-think-tags").map(({ turns }) => turns.find(({ role }) => role === "assistant")!);
  assert.deepEqual(
    found.map(({ reasoning }) => reasoning),
    Array<string>(3).fill("The tool may be in the tray."),
  );
  assert.deepEqual(
    found.map(({ content }) => content),
    ["Thought: go on\nAction: go depot", "go depot", "<action>go depot</action>"],
  );
  assert.equal(hasActionTags([found[2]!]), true);
  assert.equal(actionInTags(found[2]!.content)?.action, "go depot");
});

for (const name of ["12-function-call-legacy", "13-sharegpt-tools"])
  test(`${name}: calls and the results that answer them`, { skip }, () => {
    const [chat] = chats(name);
    assert.deepEqual(actions(chat!), WORKSHOP);
    const ids = chat!.turns.flatMap(({ toolCalls = [] }) => toolCalls.map(({ id }) => id));
    const answered = chat!.turns.flatMap(({ role, toolCallId }) => (role === "tool" ? [toolCallId] : []));
    assert.deepEqual(answered, ids);
  });

test("14: parts of type and value are texts", { skip }, () => {
  const [chat] = chats("14-llamafactory-v1");
  const said = chat!.turns.filter(({ role }) => role === "assistant").map(({ content }) => content);
  assert.deepEqual(
    said,
    WORKSHOP.map((action) => `Action: ${action}`),
  );
});
