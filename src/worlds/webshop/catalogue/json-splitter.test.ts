import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { type JsonShape, jsonSplitter, keysInOrder } from "./json-splitter.ts";

/** Cuts `text` in chunks of these sizes, over and over. */
function split(text: string | Uint8Array, shape: JsonShape, sizes: readonly number[] = [1 << 20]): string[] {
  const bytes = Buffer.from(text);
  const splitter = jsonSplitter(shape);
  const members: string[] = [];
  for (let start = 0, i = 0; start < bytes.length; start += sizes[i % sizes.length]!, i++) {
    members.push(...splitter.push(bytes.subarray(start, start + sizes[i % sizes.length]!)));
  }
  splitter.end();
  return members;
}

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
  assert.deepEqual(split('["\\",", [1, {"a": [2, 3]}]]', "array"), ['"\\","', ' [1, {"a": [2, 3]}]']);
});

test("refuses what is no whole array or object", () => {
  const refuses = (text: string | Uint8Array, shape: JsonShape, message: RegExp) =>
    assert.throws(() => split(text, shape), { name: "SyntaxError", message });
  refuses("", "array", /empty, expected an array/);
  refuses("[1, 2", "array", /ends in the middle of the array/);
  refuses('["a', "array", /ends in the middle/);
  refuses("[[1, 2]", "array", /ends in the middle/);
  refuses("{}", "array", /found "\{", expected an array/);
  refuses("[1]", "object", /found "\[", expected an object/);
  refuses("[1] x", "array", /found "x", expected nothing after the array/);
  refuses("\ufeff[1]", "array", /expected an array/);
  refuses("[1}", "array", /ends in the middle/);
  refuses(Buffer.from([0x5b, 0x22, 0xff, 0x22, 0x5d]), "array", /not UTF-8/);
});

test("a member without end is given up before it fills the memory", () => {
  const splitter = jsonSplitter("array");
  const chunk = Buffer.alloc(2 ** 20, "x");
  splitter.push(Buffer.from('["'));
  assert.throws(
    () => {
      for (let i = 0; i < 100; i++) splitter.push(chunk);
    },
    { name: "SyntaxError", message: /longer than/ },
  );
});
