import assert from "node:assert/strict";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { scratchFolder } from "../../test/logs.ts";
import { valueAt } from "./json-path.ts";
import { elementsAt, listsIn, listsInFile, readList } from "./list.ts";
import { MAX_RECORD_BYTES, type RawRecord } from "./record.ts";

const { write } = scratchFolder();

async function read(
  content: string | Uint8Array,
  path: readonly (string | number)[] = ["samples"],
): Promise<RawRecord[]> {
  const records: RawRecord[] = [];
  for await (const record of readList(write("list.json", content), path)) records.push(record);
  return records;
}

/** `text` in chunks of these sizes, over and over. */
function* cut(text: string, sizes: readonly number[]): Generator<Buffer> {
  const bytes = Buffer.from(text);
  for (let start = 0, i = 0; start < bytes.length; start += sizes[i % sizes.length]!, i++) {
    yield bytes.subarray(start, start + sizes[i % sizes.length]!);
  }
}
const sizes = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 4 });

test("the list of that name in the outermost object, element by element with their lines", async () => {
  const content = `{"eval": {"samples": [{"no": 1}], "text": "\\"samples\\": [{"},
  "list": [[{"no": 2}]], "samples" : [
    {"a": "[{]}", "samples": [{}]}, 3,
    [{"b": {}}]], "later": [{"no": 3}]}`;
  const expected = [
    { line: 3, record: 1, text: '{"a": "[{]}", "samples": [{}]}' },
    { line: 3, record: 2, text: "3" },
    { line: 4, record: 3, text: '[{"b": {}}]' },
  ];
  assert.deepEqual(await read(content), expected);
  assert.deepEqual(await read(gzipSync(content)), expected);
  assert.deepEqual(await read('{"samples": []}'), []);
});

test("a list further inside, of objects and of lists", async () => {
  const content = '{"a": {"x": [1], "b": [\n[2], {"runs": [3], "all": [{"no": 1}, {"no": 2}]}, [4]]}, "runs": [5]}';
  assert.deepEqual(await read(content, ["a", "b", 1, "all"]), [
    { line: 2, record: 1, text: '{"no": 1}' },
    { line: 2, record: 2, text: '{"no": 2}' },
  ]);
  assert.partialDeepStrictEqual(await read(content, ["a", "b", 0]), [{ text: "2" }]);
  assert.partialDeepStrictEqual(await read(`[${content}]`, [0, "runs"]), [{ text: "5" }]);
  assert.partialDeepStrictEqual(await read('{"a\\nb é": [1]}', ["a\nb é"]), [{ text: "1" }]);
});

test("any list of any value, however it is written and cut into chunks", async () => {
  const key = fc.constantFrom("a", "b", 'q"', "é\\", "");
  const { value } = fc.letrec((tie) => ({
    value: fc.oneof(
      { depthSize: "medium" },
      fc.constantFrom(1, "x", '",[{', "]}\\", null, true),
      fc.array(tie("value"), { maxLength: 3 }),
      fc.dictionary(key, tie("value"), { maxKeys: 3 }),
    ),
  }));
  const path = fc.array(fc.oneof(key, fc.nat(2)), { minLength: 1, maxLength: 3 });
  const isContainer = (found: unknown) => typeof found === "object" && found !== null;
  await fc.assert(
    fc.asyncProperty(value, path, fc.nat(2), sizes, async (whole, to, indent, cuts) => {
      const records: RawRecord[] = [];
      for await (const record of elementsAt(cut(JSON.stringify(whole, null, indent), cuts), to)) records.push(record);
      const found = valueAt(JSON.parse(JSON.stringify(whole)), to);
      if (Array.isArray(found))
        assert.deepEqual(
          records.map(({ text }) => JSON.parse(text!)),
          found,
        );
      else {
        const [{ text, ...rest }] = records as [RawRecord];
        assert.deepEqual([records.length, text], [1, null]);
        assert.match(JSON.stringify(rest), isContainer(found) ? /found an object/ : /found nothing/);
      }
    }),
    { numRuns: 500 },
  );
});

test("a list or an end that is missing is a problem, as is an element that is too long", async () => {
  const problems = async (content: string) =>
    (await read(content)).map((each) => (each.text === null ? each.problem : each.text.slice(0, 8)));
  assert.deepEqual(await problems('{"samples": [{"a": 1}, {"b"'), [
    '{"a": 1}',
    "the file ends inside the array: expected a whole JSON array",
  ]);
  assert.deepEqual(await problems('{"samples": [], "a": '), [
    "the file ends inside the object: expected a whole JSON file",
  ]);
  assert.deepEqual(await problems("{}"), ["samples: expected a list of records, found nothing"]);
  assert.deepEqual(await problems(""), ["samples: expected a list of records, found nothing"]);
  assert.deepEqual(await problems('{"samples": {"a": []}}'), ["samples: expected a list of records, found an object"]);
  assert.deepEqual(await problems(`{"samples": [["${"x".repeat(MAX_RECORD_BYTES)}"], {"a": 2}]}`), [
    "expected a record of at most 16 MiB, found a longer one",
    '{"a": 2}',
  ]);
  await assert.rejects(read(gzipSync('{"samples": []}').subarray(0, 12)), {
    name: "CliError",
    message: /damaged gzip/,
  });
});

test("the lists that a file's object has, with how many elements and the first ones", async () => {
  const content = JSON.stringify({
    info: { tools: ["a"], more: { list: [], deeper: { unseen: [1] } } },
    runs: [1, 2, 3, 4].map((no) => ({ no, inner: [no] })),
    text: "[1]",
  });
  const expected = [
    { path: "info.tools", count: 1, first: ['"a"'] },
    { path: "info.more.list", count: 0, first: [] },
    { path: "runs", count: 4, first: [1, 2, 3].map((no) => `{"no":${no},"inner":[${no}]}`) },
  ];
  assert.deepEqual(await listsIn(cut(content, [7])), expected);
  assert.deepEqual(await listsInFile(write("object.json", content)), expected);
  assert.deepEqual(await listsIn(cut("[[1], [2]]", [3])), []);
});
