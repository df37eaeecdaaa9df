// How files hold their records: by what stands in them, not by their names or lines.
import assert from "node:assert/strict";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { scratchFolder } from "../../test/logs.ts";
import { MAX_RECORD_BYTES, type RawRecord } from "./record.ts";
import { type Layout, readRecords, skimRecords } from "./records.ts";
import { shapeOf } from "./shape.ts";

const { write } = scratchFolder();
const shape = (content: string | Uint8Array) => shapeOf(write("any.json", content));

async function read(content: string | Uint8Array, layout?: Layout): Promise<RawRecord[]> {
  const file = write("records.json", content);
  const records: RawRecord[] = [];
  for await (const record of readRecords(file, layout)) records.push(record);
  let count = 0;
  for await (const _ of skimRecords(file, undefined, layout)) count++;
  assert.equal(count, records.length);
  return records;
}
const texts = (records: readonly RawRecord[]) => records.map(({ text }) => text);

test("one value, a list, lines, or values over several lines each", async () => {
  const cases: readonly (readonly [content: string, shape: string])[] = [
    ['{"a": 1}', "object"],
    ['\ufeff\n\n{\n"a": [\n{"b": 1}\n]}\n \n', "object"],
    ['[{"a": 1}]', "array"],
    ["[]", "array"],
    ['[\n{"a": 1},\n{"a": 2}\n]', "array"],
    ["[[1], [2]]", "array"],
    ['{"a": 1}\n{"a": 2}\n', "lines"],
    ['[{"a": 1}]\n[{"a": 2}]\n', "lines"],
    ['["a"]\n{"a": 2}', "lines"],
    ['{"a": 1} {"a": 2}', "lines"],
    ['{\n"a": 1\n}\n{\n"a": 2\n}\n', "values"],
    ["[\n1\n]\n\n[2]", "values"],
    ["", "lines"],
    [" \n", "lines"],
    ["7\n8\n", "lines"],
    ["no JSON", "lines"],
  ];
  for (const [content, expected] of cases) {
    assert.equal(await shape(content), expected, content);
    assert.equal(await shape(gzipSync(content)), expected, content);
  }
});

test("where the first value is damaged, the lines behind it tell", async () => {
  const cases: readonly (readonly [content: string, shape: string])[] = [
    ['{"a": 1, "b\n{"a": 2}\n{"a": 3}\n', "lines"],
    ['{"a": {"b": 1}\n{"a": 2}\n', "lines"],
    ['{"a": 1}}\n{"a": 2}\n', "lines"],
    ['{"a" 1}\n{"a": 2}\n', "lines"],
    ['[{"a": 1}\n[{"a": 2}]\n[{"a": 3}]\n', "lines"],
    ['{\n"a": [\n{"b": 1},\n{"b": 2}\n', "object"],
    ['{\n"a" [\n{"b": 1},\n{"b": 2}\n]}', "object"],
    ['[\n{"b": 1},\n{"b" 2},\n{"b": 3}\n]', "array"],
    ['[{"a": 1}, {"b"', "array"],
    ['{"a": 1', "object"],
  ];
  for (const [content, expected] of cases) assert.equal(await shape(content), expected, content);
});

test("values that are longer than a record", async () => {
  const long = "x".repeat(MAX_RECORD_BYTES);
  assert.equal(await shape(`{"a": "${long}", "b": [{}]}`), "object");
  assert.equal(await shape(`{"a": "${long}",\n"b": [{}]}\n`), "object");
  assert.equal(await shape(`[{"a": "${long}"}, 2]`), "array");
  assert.equal(await shape(`{"a": "${long}"}\n{"a": 2}\n`), "lines");
  assert.equal(await shape(`{"a": "\n{"b": "${long}"}\n{"a": 2}\n`), "lines");
  assert.equal(await shape(`{\n"a": "${long}"}\n{\n"a": 2}\n`), "values");
  const lines = await read(`{"a": "${long}"}\n{"a": 2}\n`);
  assert.deepEqual(texts(lines), [null, '{"a": 2}']);
  assert.partialDeepStrictEqual(lines, [
    { line: 1, problem: "expected a record of at most 16 MiB, found a longer one" },
  ]);
});

test("any values come back, whatever stands between and in them", async () => {
  const key = fc.string({ unit: fc.constantFrom("a", '"', "\\", "[", "}", "\n", "é") });
  const object = fc.dictionary(key, fc.oneof(key, fc.array(fc.dictionary(key, key), { maxLength: 2 })), {
    minKeys: 1,
    maxKeys: 3,
  });
  const values = fc.array(object, { minLength: 1, maxLength: 4 });
  const gap = fc.constantFrom("\n", "\n\n", "\r\n", "\n \n");
  await fc.assert(
    fc.asyncProperty(values, fc.nat(2), gap, fc.boolean(), async (all, indent, between, isList) => {
      const written = all.map((value) => JSON.stringify(value, null, indent));
      const content = isList ? `[${written.join(`,${between}`)}]` : written.join(between);
      const records = await read(content);
      assert.deepEqual(
        records.map(({ text }) => JSON.parse(text!)),
        JSON.parse(JSON.stringify(all)),
      );
    }),
    { numRuns: 200 },
  );
});

test("records have the places of their first lines, and what stands between values is told", async () => {
  assert.deepEqual(await read('\n{\n"a": 1}\n'), [{ line: 2, text: '{\n"a": 1}' }]);
  assert.deepEqual(await read('{\n"a": 1}\n\n{"b":\n2}'), [
    { line: 1, record: 1, text: '{\n"a": 1}' },
    { line: 4, record: 2, text: '{"b":\n2}' },
  ]);
  const odd = await read('{\n"a": 1},\n{"b": 2}\nnull, 3\n{\n"c": 3\n}{"d', { kind: "values" });
  assert.deepEqual(texts(odd), ['{\n"a": 1}', null, '{"b": 2}', null, '{\n"c": 3\n}', null]);
  const problems = odd.flatMap((each) => (each.text === null ? [[each.line, each.record, each.problem]] : []));
  const between = "text between two values: expected one JSON value behind the other";
  assert.deepEqual(problems, [
    [2, 2, between],
    [4, 4, between],
    [7, 6, "the file ends inside the value: expected a whole JSON value"],
  ]);
});

test("a list in a file's value, or in each line, value or element", async () => {
  const layout = { kind: "list", path: ["runs"] } as const;
  const object = '{"a": 1,\n"runs": [{"no": 1},\n{"no": 2}]}';
  assert.deepEqual(await read(object, layout), [
    { line: 2, record: 1, text: '{"no": 1}' },
    { line: 3, record: 2, text: '{"no": 2}' },
  ]);
  const line = '{"runs": [{"no": 1}, {"no": 2}]}';
  for (const content of [`${line}\n{"runs": []}\nno JSON\n${line}`, `[${line},\n{"runs": []},\n"no list"\n,${line}]`]) {
    assert.deepEqual(texts(await read(content, layout)), ['{"no": 1}', '{"no": 2}', null, '{"no": 1}', '{"no": 2}']);
  }
  const lines = await read(`${line}\n{"other": [1], "inner": {"list": []}}\n`, layout);
  assert.deepEqual(lines.at(-1), {
    ...{ line: 2, record: 3, text: null },
    problem: "runs: expected a list of records, found nothing; lists there: other",
  });
  assert.deepEqual(texts(await read(`[{"x": []}, ${line}]`, { kind: "list", path: [1, "runs"] })), [
    '{"no": 1}',
    '{"no": 2}',
  ]);
});

test("a value that is too long is told of once, and the next one is read", async () => {
  const long = `{\n"padding": "${"x".repeat(MAX_RECORD_BYTES)}"`;
  const problem = "expected a record of at most 16 MiB, found a longer one";
  assert.deepEqual(await read(`${long}}\n{\n"a": 1}`, { kind: "values" }), [
    { line: 1, record: 1, text: null, problem },
    { line: 3, record: 2, text: '{\n"a": 1}' },
  ]);
  assert.deepEqual(await read(long, { kind: "whole" }), [{ line: 1, text: null, problem }]);
});
