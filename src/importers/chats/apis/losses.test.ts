// What would be lost is read, told as left out, or refused by name.
import assert from "node:assert/strict";
import { test } from "node:test";
import { CliError } from "../../../core/errors.ts";
import { readMessages } from "../apis.ts";

const user = { role: "user", content: "Go." };
const called = { role: "assistant", content: "", tool_calls: [{ id: "a", function: { name: "f", arguments: "{}" } }] };
const read = (...messages: readonly object[]) => readMessages(messages, "messages").turns;
const answer = (more: object) => read(user, called, { role: "tool", tool_call_id: "a", content: "out", ...more })[2]!;
const refused = (messages: readonly object[], problem: RegExp) =>
  assert.throws(
    () => read(...messages),
    (error) => error instanceof CliError && problem.test(error.message),
  );

test("a call that failed says so in its status, or beside its answer", () => {
  assert.equal(answer({ status: "error" }).isError, true);
  assert.equal(answer({ status: "success" }).isError, undefined);
  const beside = answer({ error: "exit code 1" });
  assert.deepEqual([beside.content, beside.isError, beside.leftOut], ["out", true, ["error beside an answer"]]);
  const same = answer({ error: { message: "out" } });
  assert.deepEqual([same.content, same.leftOut], ["out", undefined]);
});

test("Inspect's models read the error in place of what the tool had put out", () => {
  const { content, isError, leftOut } = answer({ error: { type: "timeout", message: "Timed out." } });
  assert.deepEqual([content, isError, leftOut], ["Timed out.", true, ["output of a call that failed"]]);
});

test("names of speakers: one is left out and told, two of one role are refused", () => {
  const [first, second] = read({ ...user, name: "ann" }, { role: "assistant", content: "Yes.", name: "bot" });
  assert.deepEqual([first!.leftOut, second!.leftOut], [["name of a speaker"], ["name of a speaker"]]);
  const others = [
    { ...user, name: "ann" },
    { role: "assistant", content: "Yes." },
    { ...user, name: "bob" },
  ];
  refused(others, /messages: expected one user, found "ann" and "bob"/);
});

test("copies of a call that differ are refused: one of them would be lost", () => {
  const raw = { id: "a", type: "function", function: { name: "f", arguments: '{"n": 2}' } };
  const message = { type: "ai", content: "", tool_calls: [{ name: "f", args: { n: 1 }, id: "a" }] };
  const human = { type: "human", content: "Go." };
  refused(
    [human, { ...message, additional_kwargs: { tool_calls: [raw] } }],
    /expected the same calls in tool_calls and/,
  );
  const part = { type: "tool_use", id: "a", name: "g", input: { n: 1 } };
  refused([human, { ...message, content: [part] }], /expected the calls of tool_calls, found another one of "a"/);
});

test("a document of a kind that is not known is refused", () => {
  const part = { type: "document", source: { type: "hologram", data: "x" } };
  const use = { type: "tool_use", id: "t", name: "f", input: {} };
  const messages = [
    { role: "user", content: [part] },
    { role: "assistant", content: [use] },
  ];
  refused(messages, /source\.type: expected text, content, base64, url, file, found "hologram"/);
});

test("a model of gpt-oss that thinks again behind what it said has two turns", () => {
  const raw =
    "<|channel|>analysis<|message|>a<|end|><|start|>assistant<|channel|>commentary<|message|>b<|end|>" +
    "<|start|>assistant<|channel|>analysis<|message|>c<|end|><|start|>assistant<|channel|>final<|message|>d<|return|>";
  const turns = read(user, { role: "assistant", content: raw });
  assert.deepEqual(
    turns.slice(1).map(({ reasoning, content }) => [reasoning, content]),
    [
      ["a", "b"],
      ["c", "d"],
    ],
  );
});
