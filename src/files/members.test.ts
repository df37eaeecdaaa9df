import assert from "node:assert/strict";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { scratchFolder } from "../../test/logs.ts";
import { readMembers } from "./members.ts";
import { MAX_RECORD_BYTES, type RawRecord } from "./record.ts";

const { write } = scratchFolder();

async function read(content: string | Uint8Array, name = "a.json"): Promise<RawRecord[]> {
  const records: RawRecord[] = [];
  for await (const record of readMembers(write(name, content), "paths")) records.push(record);
  return records;
}
const keyed = (values: readonly unknown[]) => Object.fromEntries(values.map((value, key) => [key, value]));
const parsed = (records: readonly RawRecord[]) => records.map(({ text }) => JSON.parse(text!));

const text = fc.string({ unit: fc.constantFrom("a", '"', "\\", "[", "]", "{", "}", ",", ":", "\n", "é", "😀") });
const episode = fc.record({ name: text, steps: fc.array(fc.record({ action: text }), { maxLength: 3 }) });
const spaces = fc.constantFrom(undefined, 2);

test("each value of an object comes back, however it is printed or packed", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.record({ index: fc.nat(), history: episode })), spaces, async (values, indent) => {
      const content = JSON.stringify(keyed(values), null, indent);
      const expected = Object.values(JSON.parse(content));
      assert.deepEqual(parsed(await read(content)), expected);
      assert.deepEqual(parsed(await read(gzipSync(content), "a.json.gz")), expected);
    }),
    { numRuns: 40 },
  );
});

test("each element of a value's list comes back with what stands before the list", async () => {
  const value = fc.record({ task: text, paths: fc.array(episode, { maxLength: 4 }), left: fc.constant([{ out: 1 }]) });
  await fc.assert(
    fc.asyncProperty(fc.array(value, { maxLength: 4 }), spaces, async (values, indent) => {
      const content = JSON.stringify(keyed(values), null, indent);
      const plain = Object.values(JSON.parse(content)) as typeof values;
      const expected = plain.flatMap(({ task, paths }) => paths.map((path) => ({ task, paths: [path] })));
      const records = await read(content);
      assert.deepEqual(parsed(records), expected);
      assert.deepEqual(
        records.map(({ record }) => record),
        expected.map((_, index) => index + 1),
      );
    }),
    { numRuns: 40 },
  );
});

test("a record is where it begins", async () => {
  const records = await read('{\n"1": {"a": 1},\n "2": {"paths": [\n{}, {\n}]},\n\n"3": {}}\n');
  assert.deepEqual(
    records.map(({ line, record }) => [line, record]),
    [
      [2, 1],
      [4, 2],
      [4, 3],
      [7, 4],
    ],
  );
});

test("another list in a value is part of it, and other values are passed over", async () => {
  const value = { other: [{ a: [1] }], b: "paths" };
  const records = await read(JSON.stringify({ x: 1, y: [{ z: 1 }], 1: value, w: "{" }));
  assert.deepEqual(parsed(records), [value]);
});

test("a record that spans many chunks is whole, one too long is told of and the next is read", async () => {
  const long = { text: `${"x".repeat(200_000)}]},{[${"😀".repeat(50_000)}` };
  const records = await read(JSON.stringify({ 1: { a: 1 }, 2: { paths: [long, {}] } }));
  assert.deepEqual(parsed(records), [{ a: 1 }, { paths: [long] }, { paths: [{}] }]);
  const [tooLong, next] = await read(`{"1":{"a":"${"x".repeat(MAX_RECORD_BYTES)}"},"2":{}}`);
  assert.match((tooLong as { problem: string }).problem, /at most 16 MiB/);
  assert.equal(next?.text, "{}");
});

test("a file that is cut off says so", async () => {
  const [whole, cut] = await read('{"1": {},\n"2": {"a":');
  assert.equal(whole?.text, "{}");
  assert.deepEqual(
    [cut?.line, cut?.text, (cut as { problem: string }).problem],
    [2, null, "the file ends inside the object: expected a whole JSON file"],
  );
  await assert.rejects(read(gzipSync('{"1":{}}').subarray(0, 15), "cut.json.gz"), {
    message: /cut\.json\.gz: damaged gzip/,
  });
});
