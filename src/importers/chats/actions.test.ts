// Which answer belongs to which call, where agents give calls the same id.
import assert from "node:assert/strict";
import { test } from "node:test";
import { callEpisode } from "./actions.ts";
import type { ChatTurn } from "./turn.ts";

const calling = (at: number, ...actions: string[]): ChatTurn => ({
  role: "assistant",
  content: "",
  toolCalls: actions.map((action) => ({ id: "same", name: "act", arguments: JSON.stringify({ action }) })),
  place: `messages[${at}]`,
});
const answering = (at: number, content: string): ChatTurn => ({
  role: "tool",
  content,
  toolCallId: "same",
  place: `messages[${at}]`,
});

test("answers to calls of one id come in the order of the calls, turn by turn", () => {
  const { messages } = callEpisode([
    { role: "user", content: "goal", place: "messages[0]" },
    calling(1, "north", "south"),
    answering(2, "at north"),
    answering(3, "at south"),
    calling(4, "east"),
    answering(5, "at east"),
  ]);
  assert.deepEqual(
    messages.map(({ action, text }) => action ?? text),
    ["goal", "north", "at north", "south", "at south", "east", "at east"],
  );
});
