// What a message consists of stays in its order, or the message is refused.
import assert from "node:assert/strict";
import { test } from "node:test";
import { readMessages } from "./apis.ts";

const user = { role: "user", content: "Go." };
const readAll = (...content: readonly object[]) =>
  readMessages([user, { role: "assistant", content }], "messages").turns.slice(1);
const read = (...content: readonly object[]) => readAll(...content)[0]!;
const text = (said: string) => ({ type: "text", text: said });
const thinking = (thought: string) => ({ type: "thinking", thinking: thought, signature: "s" });
const call = (id: string) => ({ type: "tool_use", id, name: "f", input: {} });

test("thoughts, then texts, then calls are one turn; blank text between them is no order", () => {
  const turn = read(thinking("a"), text("\n"), thinking("b"), text("c"), text("d"), call("1"), call("2"));
  assert.equal(turn.reasoning, "a\n\nb");
  assert.equal(turn.content, "\n\nc\nd");
  assert.equal(turn.toolCalls!.length, 2);
});

test("a message in another order is refused: one turn would say it in another one", () => {
  const refused = (kinds: string, ...content: readonly object[]) =>
    assert.throws(() => read(...content), {
      name: "CliError",
      message: new RegExp(`messages\\[1\\]: expected thoughts, then texts, then calls, found a ${kinds}$`),
    });
  refused("text behind a call", call("1"), text("a"));
  refused("thought behind a call", call("1"), thinking("a"), call("2"));
});

test("a thought behind a text begins a turn: models that think between their texts keep the order", () => {
  const [first, second] = readAll(thinking("a"), text("b"), thinking("c"), text("d"), call("1"));
  assert.deepEqual([first!.reasoning, first!.content, first!.toolCalls], ["a", "b", undefined]);
  assert.deepEqual([second!.reasoning, second!.content, second!.toolCalls!.length], ["c", "d", 1]);
});
