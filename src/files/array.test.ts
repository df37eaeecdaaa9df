import assert from "node:assert/strict";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { scratchFolder } from "../../test/logs.ts";
import { readArray } from "./array.ts";
import { MAX_RECORD_BYTES, type RawRecord } from "./record.ts";
import { readRecords } from "./records.ts";

const { write } = scratchFolder();

async function all(records: AsyncGenerator<RawRecord>): Promise<RawRecord[]> {
  const found: RawRecord[] = [];
  for await (const record of records) found.push(record);
  return found;
}
const read = (content: string | Uint8Array, name = "a.json") => all(readArray(write(name, content)));
const texts = (records: readonly RawRecord[]) => records.map(({ text }) => text?.trim());
const problems = (records: readonly RawRecord[]) =>
  records.flatMap((each) => (each.text === null ? [[each.line, each.record, each.problem]] : []));

test("any array of objects comes back element by element, however it is printed or packed", async () => {
  const text = fc.string({ unit: fc.constantFrom("a", '"', "\\", "[", "]", "{", "}", ",", "\n", "é", "😀", "\u2028") });
  const element = fc.dictionary(text, fc.oneof(text, fc.integer(), fc.array(text, { maxLength: 3 })), { maxKeys: 3 });
  const indent = fc.constantFrom(undefined, 2);
  await fc.assert(
    fc.asyncProperty(fc.array(element, { maxLength: 5 }), indent, async (elements, spaces) => {
      const content = JSON.stringify(elements, null, spaces);
      for (const records of [await read(content), await read(gzipSync(content), "a.json.gz")]) {
        assert.deepEqual(
          records.map((each) => JSON.parse(each.text!)),
          JSON.parse(content),
        );
        assert.deepEqual(
          records.map(({ record }) => record),
          elements.map((_, index) => index + 1),
        );
      }
    }),
    { numRuns: 40 },
  );
});

test("an element is where it begins", async () => {
  const places = (await read('\ufeff[\n  {"a": 1},\n\n  {\n"b": [2, {}]\n}\n]\n')).map(({ line, record }) => [
    line,
    record,
  ]);
  assert.deepEqual(places, [
    [2, 1],
    [4, 2],
  ]);
});

test("an element that spans many chunks is whole", async () => {
  const long = { text: `${"x".repeat(200_000)}]},{[${"😀".repeat(50_000)}` };
  const records = await read(JSON.stringify([{ a: 1 }, long, { b: 2 }]));
  assert.deepEqual(JSON.parse(records[1]!.text!), long);
  assert.deepEqual(texts([records[0]!, records[2]!]), ['{"a":1}', '{"b":2}']);
});

test("what is no text, too long, cut off or behind the array is reported; what came before it is read", async () => {
  const bytes = Buffer.concat([
    Buffer.from('[{"a": 1},\n{"b": "'),
    Buffer.from([0xff, 0xfe]),
    Buffer.from('"},\n{"c": "'),
    Buffer.alloc(MAX_RECORD_BYTES, "x"),
    Buffer.from('"},\n{"d": 4}, {"e": '),
  ]);
  const records = await read(bytes);
  assert.deepEqual(texts(records), ['{"a": 1}', undefined, undefined, '{"d": 4}', undefined]);
  assert.deepEqual(problems(records), [
    [2, 2, "not UTF-8 text"],
    [3, 3, "expected a record of at most 16 MiB, found a longer one"],
    [4, 5, "the file ends inside the array: expected a whole JSON array"],
  ]);
  assert.deepEqual(problems(await read("[{}\n")), [
    [1, 1, "the file ends inside the array: expected a whole JSON array"],
  ]);
  const behind = await read('[{"a": 1}]\n[2]');
  assert.deepEqual(texts(behind), ['{"a": 1}', undefined]);
  assert.deepEqual(problems(behind), [[2, 2, "text after the array: expected one array in the file"]]);
  assert.deepEqual(await read(" [ ] \n"), []);
});

test("the first signs tell an array from lines", async () => {
  const records = async (content: string) => texts(await all(readRecords(write("either.json", content))));
  assert.deepEqual(await records('{"a": 1}\n{"a": 2}\n'), ['{"a": 1}', '{"a": 2}']);
  assert.deepEqual(await records('\ufeff \n [\n\n {"a": 1}]'), ['{"a": 1}']);
  assert.deepEqual(await records("[]"), []);
  // No array of episodes: each line is judged for itself.
  assert.deepEqual(await records('["a"]\n{"a": 2}'), ['["a"]', '{"a": 2}']);
  assert.deepEqual(await records(""), []);
  await assert.rejects(all(readRecords("absent.json")), { message: /absent\.json: no such file/ });
  await assert.rejects(all(readRecords(write("cut.json.gz", gzipSync("[{}]").subarray(0, 12)))), {
    message: /damaged/,
  });
});
