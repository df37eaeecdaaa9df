import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { anyCharacter } from "../../test/any-character.ts";
import { canonicalJson } from "./json.ts";

/** The definition: every object is rebuilt with its keys sorted on the way into JSON. */
const byReplacer = (value: unknown) =>
  JSON.stringify(value, (_key, inner: unknown) => {
    if (inner === null || typeof inner !== "object" || Array.isArray(inner)) return inner;
    return Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
  });

test("canonical JSON is the text of sorted objects, whatever their keys and members", () => {
  const key = fc.oneof(fc.string(), fc.constantFrom("__proto__", "constructor", "10", "9", "a", "A", "é"));
  const { value } = fc.letrec((tie) => ({
    value: fc.oneof({ depthSize: "small" }, tie("leaf"), tie("list"), tie("object")),
    leaf: fc.oneof(
      fc.string({ unit: anyCharacter }),
      fc.double(),
      fc.boolean(),
      fc.constantFrom(null, undefined, new Date(0)),
    ),
    list: fc.array(tie("value"), { maxLength: 4 }),
    object: fc.dictionary(key, tie("value"), { maxKeys: 5 }),
  }));
  fc.assert(
    fc.property(value, (each) => {
      assert.equal(canonicalJson(each), byReplacer(each));
    }),
    { numRuns: 500 },
  );
});

test("what is written stays as it was", () => {
  const value = { b: [{ d: 1, c: 2 }], a: 0 };
  assert.equal(canonicalJson(value), '{"a":0,"b":[{"c":2,"d":1}]}');
  assert.deepEqual(Object.keys(value), ["b", "a"]);
  assert.deepEqual(Object.keys(value.b[0]!), ["d", "c"]);
});
