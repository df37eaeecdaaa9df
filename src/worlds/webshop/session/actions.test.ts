// The grammar against the original's regular expression, and in time that does not explode.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { parseAction } from "./actions.ts";

/** Python's `.` excludes only the line feed. */
const ORIGINAL = /^([^\n]+)\[([^\n]+)\]/;

test("actions are read as the original reads them", () => {
  const cases: readonly (readonly [string, readonly [string, string] | null])[] = [
    ["search[Foo Bar] please", ["search", "foo bar"]],
    ["search[a [b] c]", ["search[a ", "b] c"]],
    ["click[< Prev]", ["click", "< prev"]],
    [" click[ x ]", [" click", " x "]],
    ["search[]", null],
    ["search[foo\nbar]", null],
    ["search[foo]\nbar]", ["search", "foo"]],
    ["search[a\u2028b]", ["search", "a\u2028b"]],
    ["\nsearch[foo]", null],
    ["[foo]", null],
    ["a[]]", ["a", "]"]],
    ["a[[b]", ["a[", "b"]],
    ["think[hello]", ["think", "hello"]],
    ["", null],
  ];
  for (const [text, expected] of cases) {
    const action = parseAction(text);
    assert.deepEqual(action && [action.name, action.argument], expected, JSON.stringify(text));
  }
});

test("any text is read as by the original's expression", () => {
  const piece = fc.constantFrom("[", "]", "\n", "\r", "a", "B", " ", "search", "click", "\u2028", "İ", "\ud800");
  const text = fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join(""));
  const property = fc.property(text, (action) => {
    const [, name, argument] = ORIGINAL.exec(action) ?? [];
    const expected = name === undefined ? null : { name, argument: argument!.toLowerCase() };
    assert.deepEqual(parseAction(action), expected);
  });
  fc.assert(property, { numRuns: 3000 });
});

test("a megabyte of brackets is read in one pass", () => {
  const size = 1_000_000;
  assert.equal(parseAction("[".repeat(size)), null);
  assert.equal(parseAction("]".repeat(size)), null);
  assert.equal(parseAction(`${"[".repeat(size)}]`)?.name.length, size - 2);
  assert.equal(parseAction(`a${"[]".repeat(size)}`)?.argument, "][");
  assert.equal(parseAction(`search[${"x ".repeat(size / 2)}]`)?.argument.length, size);
});
