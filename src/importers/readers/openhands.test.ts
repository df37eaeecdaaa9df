// OpenHands: events of both kinds are messages, parallel calls are one turn, and what no model read is counted.
import assert from "node:assert/strict";
import { test } from "node:test";
import { withoutWorld } from "../../worlds/none/index.ts";
import { rowsOf } from "../reader.ts";
import { openhands } from "./openhands.ts";

const reader = openhands({ benchmark: withoutWorld() });
const text = (said: string) => [{ cache_prompt: false, type: "text", text: said }];
const read = (history: readonly object[], more: object = {}) =>
  reader.read(rowsOf(reader, { instance_id: "owner__repo-1", history, ...more })[0]);
const fails = (history: readonly object[], message: RegExp) =>
  assert.throws(() => read(history), { name: "CliError", message });
const action = (id: string, answer: string, more: object = {}) => ({
  ...{
    kind: "ActionEvent",
    source: "agent",
    thought: [],
    tool_name: "terminal",
    tool_call_id: id,
    llm_response_id: answer,
  },
  ...{ tool_call: { id, name: "terminal", arguments: '{"command": "ls", "n": 1.0}', origin: "completion" }, ...more },
});
const observed = (id: string, more: object = {}) => ({
  ...{
    kind: "ObservationEvent",
    tool_call_id: id,
    observation: { content: text(`did ${id}`), is_error: false },
    ...more,
  },
});
const BEGIN = [
  { kind: "SystemPromptEvent", system_prompt: { type: "text", text: "Rules." }, tools: [{ kind: "TerminalTool" }] },
  { kind: "MessageEvent", source: "user", llm_message: { role: "user", content: text("Mend it.") } },
];

test("events since 1.0: answers in several calls, errors, rejections, reasoning, condensations", () => {
  const { chat, leftOut, taskKey, claimed } = read(
    [
      ...BEGIN,
      action("a", "r1", { thought: text("I look."), reasoning_content: "hm" }),
      action("b", "r1"),
      observed("a"),
      { kind: "AgentErrorEvent", tool_call_id: "b", error: "no such tool" },
      { kind: "Condensation", forgotten_event_ids: ["x"], summary: "…" },
      action("c", "r2", { responses_reasoning_item: { summary: ["so"], encrypted_content: "x" } }),
      { kind: "UserRejectObservation", tool_call_id: "c", rejection_reason: "not now" },
      { kind: "ConversationStateUpdateEvent", key: "k" },
      { kind: "MessageEvent", source: "agent", llm_message: { role: "assistant", content: text("Done.") } },
    ],
    { test_result: { report: { resolved: true } } },
  );
  assert.deepEqual(
    chat!.messages.map(({ role, content, reasoning, toolCalls, isError }) => [
      role,
      content,
      reasoning,
      toolCalls?.length,
      isError,
    ]),
    [
      ["system", "Rules.", undefined, undefined, undefined],
      ["user", "Mend it.", undefined, undefined, undefined],
      ["assistant", "I look.", "hm", 2, undefined],
      ["tool", "did a", undefined, undefined, undefined],
      ["tool", "no such tool", undefined, undefined, true],
      ["assistant", "", "so", 1, undefined],
      ["tool", "Action rejected: not now", undefined, undefined, undefined],
      ["assistant", "Done.", undefined, undefined, undefined],
    ],
  );
  assert.equal(chat!.messages[2]!.toolCalls![0]!.arguments, '{"command": "ls", "n": 1.0}');
  assert.deepEqual(leftOut?.toSorted(), [
    "encrypted reasoning",
    "event Condensation",
    "event ConversationStateUpdateEvent",
  ]);
  assert.deepEqual([taskKey, claimed, chat!.tools], ["owner__repo-1", "won", undefined]);
  fails(
    [...BEGIN, action("a", "r"), observed("a", { observation: { output: "x" } })],
    /history\[3\]\.observation\.content: expected text/,
  );
});

test("events before 1.0 without the model's answer are refused, those of the loop are counted", () => {
  const user = { action: "message", source: "user", args: { content: "Mend it." } };
  const recall = { action: "recall", source: "user", args: {} };
  fails(
    [user, { action: "run", source: "agent", args: { command: "ls" } }],
    /history\[1\]: an action "run" without tool_call_metadata/,
  );
  fails([{ action: "run", command: "ls" }], /history\[0\]: an action "run" without its source/);
  fails([{ thing: 1 }], /history\[0\]: expected an action or an observation, found nothing/);
  const said = { action: "message", source: "agent", args: { content: "Hello." } };
  const seen = { observation: "recall", content: "Added workspace context", source: "environment" };
  assert.deepEqual(read([user, recall, seen, said]).leftOut, ['event "recall"', 'event "recall"']);
});
