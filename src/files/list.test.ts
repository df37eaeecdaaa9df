import assert from "node:assert/strict";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { scratchFolder } from "../../test/logs.ts";
import { readList } from "./list.ts";
import type { RawRecord } from "./record.ts";

const { write } = scratchFolder();

async function read(content: string | Uint8Array): Promise<RawRecord[]> {
  const records: RawRecord[] = [];
  for await (const record of readList(write("list.json", content), "samples")) records.push(record);
  return records;
}

test("the list of that name in the outermost object, element by element with their lines", async () => {
  const content = `{"eval": {"samples": [{"no": 1}], "text": "\\"samples\\": [{"},
  "list": [[{"no": 2}]], "samples" : [
    {"a": "[{]}", "samples": [{}]}, 3,
    {"b": {}}], "later": [{"no": 3}]}`;
  const expected = [
    { line: 3, record: 1, text: '{"a": "[{]}", "samples": [{}]}' },
    { line: 3, record: 2, text: null, problem: "expected an object, found another value" },
    { line: 4, record: 3, text: '{"b": {}}' },
  ];
  assert.deepEqual(await read(content), expected);
  assert.deepEqual(await read(gzipSync(content)), expected);
  assert.deepEqual(await read('{"samples": []}'), []);
});

test("whatever the elements are and however they are written, they are found", async () => {
  const elements = fc.array(fc.oneof(fc.dictionary(fc.string(), fc.jsonValue()), fc.jsonValue()), { maxLength: 5 });
  await fc.assert(
    fc.asyncProperty(elements, fc.jsonValue(), fc.nat(3), async (samples, other, indent) => {
      const records = await read(JSON.stringify({ before: [other], samples, after: other }, null, indent));
      const isObject = (value: unknown) => typeof value === "object" && value !== null && !Array.isArray(value);
      const expected: unknown[] = JSON.parse(JSON.stringify(samples));
      assert.deepEqual(
        records.map(({ text }) => (text === null ? "told" : JSON.parse(text))),
        expected.map((value) => (isObject(value) ? value : "told")),
      );
      assert.deepEqual(
        records.map(({ record }) => record),
        expected.map((_, index) => index + 1),
      );
    }),
    { numRuns: 50 },
  );
});

test("a list or an end that is missing is a problem", async () => {
  const problems = async (content: string) =>
    (await read(content)).map((each) => (each.text === null ? each.problem : ""));
  assert.deepEqual(await problems('{"samples": [{"a": 1}, {"b"'), [
    "",
    "the file ends inside the object: expected a whole JSON file",
  ]);
  assert.deepEqual(await problems("{}"), ['no list "samples" in the file\'s object: expected one']);
  assert.deepEqual(await problems(""), ['no list "samples" in the file\'s object: expected one']);
  await assert.rejects(read(gzipSync('{"samples": []}').subarray(0, 12)), {
    name: "CliError",
    message: /damaged gzip/,
  });
});
