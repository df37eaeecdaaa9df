// Which format logs are in: told only where the records leave no doubt.
import assert from "node:assert/strict";
import { test } from "node:test";
import { CONTAINERS } from "../../../test/containers.ts";
import type { Conversation } from "../../../test/conversations.ts";
import { corridor } from "../../../test/corridor.ts";
import { jsonLines, scratchFolder } from "../../../test/logs.ts";
import { CliError } from "../../core/errors.ts";
import { withoutWorld } from "../../worlds/none/index.ts";
import { peekAt } from "../layout.ts";
import { type LogReader, recordsOf } from "../reader.ts";
import { recognise } from "./recognise.ts";
import { readersFor } from "./registry.ts";

const { write } = scratchFolder();
const readers = readersFor({ benchmark: corridor });

/** A format whose rows have a list of actions under `member`; `shout` reads them in capitals. */
function listReader(name: string, member: string, shout = false): LogReader {
  return {
    name,
    benchmark: corridor.name,
    normalize: (text) => text,
    read(row) {
      const actions = (row as Readonly<Record<string, readonly string[]>>)[member];
      if (!actions) throw new CliError(`${member}: expected a list`);
      const steps = actions.map((action) => {
        const done = shout ? action.toUpperCase() : action;
        return { thought: "", action: done, completion: done, observation: null };
      });
      return { taskKey: "1", instruction: "", firstObservation: null, steps, unusedThoughts: 0, claimed: "not told" };
    },
  };
}

test("the format that fits most records; of several that read the same steps, the first", async () => {
  const three = { one: listReader("one", "a"), two: listReader("two", "b"), same: listReader("same", "b") };
  const mixed = write("mixed.jsonl", jsonLines([{ a: ["x"] }, { b: ["x"] }, { b: ["y"] }]));
  assert.equal((await recognise([mixed], three))?.format, "two");
});

test("formats that read other steps are named, not guessed", async () => {
  const two = { quiet: listReader("quiet", "a"), loud: listReader("loud", "a", true) };
  const file = write("both.jsonl", jsonLines([{ a: ["x"] }]));
  const message = `${file}: its first records can be read as quiet or loud, which differ; expected --format with one`;
  await assert.rejects(recognise([file], two), { name: "CliError", message });
  assert.equal(
    (await recognise([write("capitals.jsonl", jsonLines([{ a: ["X"] }]))], two))?.format,
    "quiet",
    "both read the same",
  );
});

test("what nothing fits, an empty file, and files of two formats are refused by name", async () => {
  const odd = write("odd.jsonl", jsonLines([{ nothing: 1 }]));
  await assert.rejects(
    recognise([odd], readers),
    /odd\.jsonl: no format of logs fits its first records \(nearest: --format messages, but messages: expected a list of messages, found nothing; the record has nothing; --messages says where it is; --format gleaner, but .*\); expected --format/,
  );
  const empty = write("empty.jsonl", "");
  assert.equal(await recognise([empty], readers), undefined);
  assert.equal(await recognise([write("samples.json", '{"eval": {}, "status": "error"}'), empty], readers), undefined);
  await assert.rejects(recognise([empty, odd], readers), /odd\.jsonl: no format of logs fits/);
  await assert.rejects(recognise(["nowhere.jsonl"], readers), { name: "CliError", message: /nowhere\.jsonl/ });
  const own = write("own.jsonl", jsonLines([{ task: "corridor/train/halls/2", steps: [{ action: "look" }] }]));
  const chat = write(
    "chat.jsonl",
    jsonLines([
      {
        task_id: "corridor/train/halls/2",
        messages: [
          { role: "user", content: "Open the door.\n\nYou are in a hall. It is 0 o'clock." },
          { role: "assistant", content: "look" },
        ],
      },
    ]),
  );
  assert.equal((await recognise([own], readers))?.format, "gleaner");
  assert.equal((await recognise([chat], readers))?.format, "messages");
  assert.equal((await recognise([empty, odd, chat], readers))?.format, "messages");
  await assert.rejects(recognise([own, chat], readers), /own\.jsonl looks like gleaner, .*chat\.jsonl like messages/);
});

test("every container is told from all others, by what only it has; what nearly fits is named", async () => {
  const told: Conversation = {
    ...{ system: "Rules.", asked: "Find it.", reward: 1 },
    turns: [
      {
        thought: "hm",
        said: "I look.",
        reply: "",
        calls: [{ name: "find", given: { id: 1 }, answer: "x", failed: false }],
      },
    ],
  };
  const kept = readersFor({ benchmark: withoutWorld() });
  for (const [format, { record }] of Object.entries(CONTAINERS)) {
    const row = record(told) as { readonly events?: readonly unknown[] };
    // An Inspect log has its samples in a list, a session of Claude Code its events in lines.
    const content =
      format === "claude-code"
        ? jsonLines(row.events!)
        : JSON.stringify(format === "inspect" ? { samples: [row] } : row);
    const found = await recognise([write(`${format}.json`, content)], kept);
    assert.equal(found?.format, format);
    assert.match(found!.because, format === "messages" ? /1 of the first 1 records/ : /\w/);
  }
  const odd = { schema_version: "ATIF-v1.6", steps: [{ source: "robot", message: "" }] };
  await assert.rejects(recognise([write("nearly.json", JSON.stringify(odd))], kept), {
    name: "CliError",
    message:
      /no format of logs fits its first records \(nearest: --format atif, but steps\[0\]\.source: expected system, .*\); expected --format/,
  });
  const part = { type: "hologram", tool_use: 1 };
  const use = { type: "tool_use", id: "a", name: "b", input: {} };
  const chat = {
    messages: [
      { role: "user", content: "x" },
      { role: "assistant", content: [use, part] },
    ],
  };
  await assert.rejects(recognise([write("chat.jsonl", jsonLines([chat]))], kept), {
    name: "CliError",
    message: /\(nearest: --format messages, but looks like Anthropic messages \(a part of type tool_use\); .*hologram/,
  });
});

test("many formats go through a file once to find its records", async () => {
  const rows = Array.from({ length: 3 }, (_, index) => ({ d: [`x${index}`] }));
  const file = write("wrapped.json", JSON.stringify({ info: 1, runs: rows }));
  const peek = peekAt(file);
  assert.equal(peek.shape(), peek.shape());
  assert.equal(peek.lists(), peek.lists());
  const many = Object.fromEntries([..."abcd"].map((name) => [name, listReader(name, name)]));
  assert.equal((await recognise([file], many))?.format, "d");
  const found: string[] = [];
  for await (const { text } of recordsOf(many.d!, file, peek)) found.push(text!);
  assert.deepEqual(
    found.map((text) => JSON.parse(text)),
    rows,
  );
});

test("a path that leads to nothing is told with the names that the record has, whatever else was tried", async () => {
  const chat = [
    { role: "user", content: "x" },
    { role: "assistant", content: "y" },
  ];
  const file = write("elsewhere.jsonl", jsonLines([{ id: "a", talk: chat, eval: { score: 1 } }]));
  const names = "found nothing; the record has id, talk\\[2\\], eval\\.score";
  const wrong = {
    messages: { messages: "tolk" },
    reward: { messages: "talk", reward: "eval.scores" },
    success: { messages: "talk", success: "won" },
    task: { messages: "talk", task: "name" },
  };
  for (const paths of Object.values(wrong)) {
    const told = readersFor({ benchmark: withoutWorld(), paths });
    await assert.rejects(recognise([file], told), {
      name: "CliError",
      message: new RegExp(`\\(nearest: --format messages, but (tolk|eval\\.scores|won|name): .*${names}`),
    });
  }
  const usual = write("usual.jsonl", jsonLines([{ messages: chat, reward: 1 }]));
  const told = readersFor({ benchmark: withoutWorld(), paths: { reward: "rewards" } });
  await assert.rejects(
    recognise([usual], told),
    /nearest: --format messages, but rewards: .*has messages\[2\], reward/,
  );
  const text = write("notes.txt", "It went well.\n");
  await assert.rejects(recognise([text], told), /notes\.txt: .*nearest: --format messages, but not JSON/);
});
