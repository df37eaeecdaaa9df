import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { type JsonShape, jsonSplitter, keysInOrder, type Member } from "./splitter.ts";

/** What the splitter makes of `text` cut in chunks of these sizes, over and over. */
function membersOf(text: string | Uint8Array, shape: JsonShape, sizes: readonly number[] = [1 << 20]): Member[] {
  const bytes = Buffer.from(text);
  const splitter = jsonSplitter(shape);
  const members: Member[] = [];
  for (let start = 0, i = 0; start < bytes.length; start += sizes[i % sizes.length]!, i++) {
    members.push(...splitter.push(bytes.subarray(start, start + sizes[i % sizes.length]!)));
  }
  return [...members, ...splitter.end()];
}

const split: (...options: Parameters<typeof membersOf>) => string[] = (...options) =>
  membersOf(...options).map((member) => {
    if (member.text === null) throw new SyntaxError(member.problem);
    return member.text;
  });

const sizes = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 4 });
const indent = fc.constantFrom("", " ", "\n\t");

test("the members of any array, however it is cut into chunks", () => {
  const array = fc.array(fc.jsonValue(), { maxLength: 6 });
  fc.assert(
    fc.property(array, indent, sizes, (values, space, cuts) => {
      const members = split(`\n${JSON.stringify(values, null, space)} `, "array", cuts);
      assert.deepEqual(
        members.map((member) => JSON.parse(member)),
        JSON.parse(JSON.stringify(values)),
      );
    }),
    { numRuns: 300 },
  );
});

test("the entries of any object, in the order of the text", () => {
  const entries = fc.uniqueArray(fc.tuple(fc.oneof(fc.string(), fc.nat(99).map(String)), fc.jsonValue()), {
    selector: ([key]) => key,
    maxLength: 6,
  });
  fc.assert(
    fc.property(entries, sizes, (pairs, cuts) => {
      const text = `{${pairs.map(([key, value]) => `${JSON.stringify(key)}: ${JSON.stringify(value)}`).join(" , ")}}`;
      const members = split(text, "object", cuts).map((member) => Object.entries(JSON.parse(`{${member}}`))[0]);
      assert.deepEqual(members, JSON.parse(JSON.stringify(pairs)));
      assert.deepEqual(
        keysInOrder(`{"n": 1, "wanted": ${text}}`, "wanted"),
        pairs.map(([key]) => key),
      );
    }),
    { numRuns: 300 },
  );
});

test("an empty array and an empty object have no members", () => {
  assert.deepEqual(split("[ \n]", "array"), []);
  assert.deepEqual(split("{}", "object"), []);
});

test("what is between two commas is a member, so that JSON.parse refuses it", () => {
  assert.deepEqual(split("[1,]", "array"), ["1", ""]);
  assert.deepEqual(split("[1,,2]", "array"), ["1", "", "2"]);
  assert.deepEqual(split('["\\",", [1, {"a": [2, 3]}]]', "array"), ['"\\","', '[1, {"a": [2, 3]}]']);
});

test("a place is the member's line and number, however the text is cut", () => {
  const text = '\ufeff[\n 1,\n\n\n"a\\"]\\\\",[\n2],\n\n{"b": "\n"}, 3\n]\n';
  fc.assert(
    fc.property(sizes, (cuts) => {
      const places = membersOf(text, "array", cuts).map(({ line, record, text }) => [line, record, text?.trim()]);
      assert.deepEqual(places, [
        [2, 1, "1"],
        [5, 2, '"a\\"]\\\\"'],
        [5, 3, "[\n2]"],
        [8, 4, '{"b": "\n"}'],
        [9, 5, "3"],
      ]);
    }),
  );
});

test("what is no whole array or object is told of, where it is and once", () => {
  const problem = (text: string | Uint8Array, shape: JsonShape, cuts?: readonly number[]) => {
    const members = membersOf(text, shape, cuts);
    const broken = members.filter((member) => member.text === null);
    assert.equal(broken.length, 1);
    assert.equal(members.at(-1), broken[0]);
    return broken.map((each) => `${each.line}/${each.record}: ${(each as { problem: string }).problem}`)[0];
  };
  const cut = "the file ends inside the array: expected a whole JSON array";
  for (const cuts of [[1], [1 << 20]]) {
    assert.equal(problem("", "array", cuts), "1/1: empty, expected an array");
    assert.equal(problem("[", "array", cuts), `1/1: ${cut}`);
    assert.equal(problem("[1,\n 2", "array", cuts), `2/2: ${cut}`);
    assert.equal(problem("[1,\n", "array", cuts), `2/2: ${cut}`);
    assert.equal(problem('["a', "array", cuts), `1/1: ${cut}`);
    assert.equal(problem("[[1, 2]", "array", cuts), `1/1: ${cut}`);
    assert.equal(problem("[1}", "array", cuts), `1/1: ${cut}`);
    assert.equal(problem("{}", "array", cuts), '1/1: found "{", expected an array, which begins with [');
    assert.equal(problem('\n"[1]"', "array", cuts), '2/1: found "\\"", expected an array, which begins with [');
    assert.equal(problem("[1]", "object", cuts), '1/1: found "[", expected an object, which begins with {');
    const behind = "text after the array: expected one array in the file";
    assert.equal(problem("[1]\nx [2]", "array", cuts), `2/2: ${behind}`);
  }
});

test("a member that is not UTF-8 leaves the others readable", () => {
  const bytes = Buffer.concat([Buffer.from('[1, "'), Buffer.from([0xff]), Buffer.from('", 3]')]);
  const members = membersOf(bytes, "array", [2, 3]);
  assert.deepEqual(
    members.map(({ text }) => text),
    ["1", null, "3"],
  );
  assert.partialDeepStrictEqual(members[1], { line: 1, record: 2, problem: "not UTF-8 text" });
});

test("a member that is too long is told of before it fills the memory, once, and the next is read", () => {
  const splitter = jsonSplitter("array", 4 * 2 ** 20);
  const chunk = Buffer.alloc(2 ** 20, "x");
  assert.deepEqual([...splitter.push(Buffer.from('[\n"'))], []);
  const told = Array.from({ length: 20 }, () => [...splitter.push(chunk)]);
  assert.deepEqual(
    told.map((members) => members.length),
    told.map((_, index) => (index === 3 ? 1 : 0)),
  );
  assert.partialDeepStrictEqual(told[3], [
    { line: 2, record: 1, text: null, problem: "expected a record of at most 4 MiB, found a longer one" },
  ]);
  assert.partialDeepStrictEqual(
    [...splitter.push(Buffer.from('", 2]')), ...splitter.end()],
    [{ record: 2, text: "2" }],
  );
});
