// What containers hold beside their messages is told as left out, or refused by name: nothing is lost without a word.
import assert from "node:assert/strict";
import { test } from "node:test";
import { scratchFolder } from "../../../test/logs.ts";
import { MAX_RECORD_BYTES } from "../../files/record.ts";
import { withoutWorld } from "../../worlds/none/index.ts";
import { type LogRecord, readLog, rowsOf } from "../reader.ts";
import { READERS } from "./registry.ts";

const { write } = scratchFolder();
const readerOf = (format: string) => READERS[format]!({ benchmark: withoutWorld() });
const read = (format: string, record: unknown) =>
  rowsOf(readerOf(format), record).map((row) => readerOf(format).read(row));
const refused = (format: string, record: unknown, message: RegExp) =>
  assert.throws(() => read(format, record), { name: "CliError", message });

const user = { id: "u", role: "user", content: "Go." };
const agent = { id: "a", role: "assistant", content: "Yes." };

test("Inspect: other wordings of a message, and messages that no model read, are counted", () => {
  const model = (input: readonly object[], message: object) => ({
    event: "model",
    input,
    output: { choices: [{ message }] },
  });
  const more = { id: "v", role: "user", content: "And?" };
  const last = { id: "b", role: "assistant", content: "No." };
  const events = [model([user], agent), model([{ ...user, content: "Go. (cut)" }, agent, more], last)];
  const messages = [{ role: "user", content: "A note." }, user, { ...agent, content: "Yes!" }, more, last];
  const [episode] = read("inspect", { id: 1, epoch: 1, messages, events, scores: {} });
  assert.deepEqual(
    episode!.chat!.messages.map(({ content }) => content),
    ["Go.", "Yes.", "And?", "No."],
  );
  assert.deepEqual([...episode!.leftOut!].sort(), [
    "message that no model read",
    "other wording of a message",
    "other wording of a message",
  ]);
});

test("events that hold a message and are of no kind that is known refuse the record", () => {
  const event = (uuid: string, type: string, message: object) => ({ type, uuid, sessionId: "s", message });
  const events = [event("1", "user", user), event("2", "assistant", agent), event("3", "oracle", user)];
  refused("claude-code", { events }, /line 3\.type: expected user or assistant beside a message, found "oracle"/);

  const spoken = { kind: "MessageEvent", llm_message: { role: "assistant", content: "Yes." } };
  const history = [{ kind: "MessageEvent", llm_message: user }, spoken];
  const odd = { kind: "OracleEvent", llm_message: user };
  refused("openhands", { history: [...history, odd] }, /history\[2\]\.kind: expected a kind that is understood beside/);
  const old = [{ action: "message", source: "user", args: { content: "Go." } }];
  refused(
    "openhands",
    { history: [...old, { action: "oracle", source: "user", args: { content: "x" } }] },
    /found "oracle"/,
  );
  refused(
    "openhands",
    { history: [...old, { observation: "run", content: "out" }] },
    /expected the call that it answers/,
  );
});

test("OpenHands: copies of an answer that differ are refused", () => {
  const call = (id: string) => ({ id, type: "function", function: { name: "run", arguments: "{}" } });
  const told = (id: string, content: string) => ({
    tool_call_id: id,
    model_response: {
      id: "m",
      choices: [{ message: { role: "assistant", content, tool_calls: [call("1"), call("2")] } }],
    },
  });
  const action = (id: string, content: string) => ({
    action: "run",
    source: "agent",
    args: {},
    tool_call_metadata: told(id, content),
  });
  const begun = { action: "message", source: "user", args: { content: "Go." } };
  refused(
    "openhands",
    { history: [begun, action("1", "a"), action("2", "b")] },
    /expected the answer "m" as before, found another/,
  );
});

test("flags that are neither true nor false are refused", () => {
  const steps = [
    { source: "user", message: "Go." },
    { source: "agent", message: "Yes.", is_copied_context: "yes" },
  ];
  refused(
    "atif",
    { schema_version: "ATIF-v1.8", steps },
    /steps\[1\]\.is_copied_context: expected true or false, found "yes"/,
  );
});

test("tau2-bench: rules that are too long to be read refuse what was played by them", async () => {
  const simulation = { task_id: "1", termination_reason: "user_stop", messages: [user, agent] };
  const info = { environment_info: { policy: "x".repeat(MAX_RECORD_BYTES) } };
  const records: LogRecord[] = [];
  const file = write("long.json", JSON.stringify({ info, tasks: [], simulations: [simulation, simulation] }));
  for await (const record of readLog(readerOf("tau2-bench"), file)) records.push(record);
  assert.deepEqual(
    records.map((record) => record.kind === "malformed" && record.problem),
    Array(2).fill("info: expected a record of at most 16 MiB, found a longer one"),
  );
});
