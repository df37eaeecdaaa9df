// Files as agents leave them: where their records are is found by what the format's reader understands.
import assert from "node:assert/strict";
import { test } from "node:test";
import { corridor, walk, winning } from "../../test/corridor.ts";
import { importing } from "../../test/importing.ts";
import { jsonLines, scratchFolder } from "../../test/logs.ts";
import { MAX_RECORD_BYTES } from "../files/record.ts";
import { openSqlite } from "../store/sqlite.ts";

const { write } = scratchFolder();
const played = await walk(3, winning(3));
const chat = [
  { role: "user", content: `open the door.\n\n${played.steps[0]!.observation}` },
  ...played.steps.flatMap(({ action }, index) => [
    { role: "assistant", content: action },
    { role: "user", content: played.steps[index + 1]?.observation ?? played.finalObservation },
  ]),
];
const row = { task_id: "corridor/train/halls/3", messages: chat, success: true };
const own = { task: "train/halls/3", steps: winning(3).map((action) => ({ action })) };

async function read(content: string, format = "messages") {
  const file = write("log.json", content);
  const summary = await importing({ format, benchmark: corridor, files: [file], repository: openSqlite(":memory:") });
  const problems = summary.malformed.map(({ line, record, problem }) => ({ line, record, problem }));
  return { verified: summary.verified, records: summary.lines, problems };
}
const verified = async (expected: number, content: string, format?: string) =>
  assert.deepEqual(
    await read(content, format),
    { verified: expected, records: expected, problems: [] },
    content.slice(0, 80),
  );

test("one episode in a file, however it is printed", async () => {
  for (const indent of [0, 1]) {
    await verified(1, JSON.stringify(row, null, indent));
    await verified(1, JSON.stringify(chat, null, indent));
    await verified(1, JSON.stringify({ info: {}, history: chat }, null, indent));
    await verified(1, JSON.stringify({ trajectory: chat }, null, indent));
    await verified(1, JSON.stringify(own, null, indent), "gleaner");
  }
});

test("several episodes: lists, lists of chats, lines of chats, values over several lines", async () => {
  for (const indent of [0, 1]) {
    await verified(2, JSON.stringify([row, row], null, indent));
    await verified(2, JSON.stringify([chat, chat], null, indent));
    await verified(2, [chat, row].map((each) => JSON.stringify(each, null, indent)).join("\n"));
    await verified(2, [own, own].map((each) => JSON.stringify(each, null, indent)).join("\n"), "gleaner");
  }
});

test("a list under another name is taken where it is the only one with records", async () => {
  const other = { info: { tools: [{ name: "act" }] }, tasks: [{ id: 1, steps: [{ a: 1 }] }] };
  for (const indent of [0, 1]) {
    await verified(2, JSON.stringify({ ...other, simulations: [row, row] }, null, indent));
    await verified(2, JSON.stringify({ ...other, run: { samples: [chat, chat] } }, null, indent));
    await verified(2, JSON.stringify({ ...other, samples: [own, own] }, null, indent), "gleaner");
  }
  const [broken, ...later] = [{ messages: [] }, row, row];
  const { verified: good, problems } = await read(JSON.stringify({ samples: [broken, ...later] }));
  assert.deepEqual([good, problems.length, problems[0]!.record], [2, 1, 1]);
  const large = { samples: [row, { ...row, padding: "x".repeat(MAX_RECORD_BYTES) }, row] };
  const { problems: tooLong, ...counts } = await read(JSON.stringify(large, null, 1));
  assert.deepEqual(counts, { verified: 2, records: 3 });
  assert.match(tooLong[0]!.problem, /^expected a record of at most 16 MiB, found a longer one$/);
});

test("else one message names the lists that were found", async () => {
  const only = async (content: string) => {
    const { problems, records } = await read(content);
    assert.deepEqual([records, problems.length], [1, 1], content.slice(0, 80));
    return problems[0]!.problem;
  };
  const wrapped = JSON.stringify({ info: { x: 1 }, empty: [], simulations: [{ id: 1, dialogue: chat }] }, null, 1);
  const problem = await only(wrapped);
  assert.match(problem, /^messages: expected a list of messages, found nothing; the record has info\.x, /);
  assert.match(problem, /--records names it: simulations \(1 element with id, dialogue\[11\]\)$/);
  const two = await only(JSON.stringify({ first: [row], other: { second: [chat, chat] } }));
  assert.match(
    two,
    /^records can be read from the lists first \(1 element with task_id, messages\[11\], success\), other\.second \(2 elements with \[11\]\): --records says from which$/,
  );
  assert.match(
    await only(JSON.stringify({ a: 1, b: { c: [1] } })),
    /found nothing; the record has a, b\.c\[1\]; --messages/,
  );
  assert.match(await only(`{\n"messages": [\n{"role": "user"},,\n],\n"a": 1\n}\n`), /^not JSON/);
  const padding = "x".repeat(MAX_RECORD_BYTES);
  assert.match(
    await only(JSON.stringify({ padding, runs: [{ said: chat }] })),
    /^expected a record of at most 16 MiB, found a longer one; .* runs \(1 element with said\[11\]\)$/,
  );
});

test("JSON Lines of any first line are read line by line", async () => {
  const { verified: good, problems } = await read(`{"messages": [\n${jsonLines([row, row])}`);
  assert.deepEqual([good, problems.map(({ line, record }) => [line, record])], [2, [[1, undefined]]]);
});
