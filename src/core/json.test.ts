import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import fc from "fast-check";
import { fingerprint } from "./ids.ts";
import { canonicalJson, canonicalPieces } from "./json.ts";

const anyValue = fc.oneof(
  fc.jsonValue(),
  fc.dictionary(fc.oneof(fc.string(), fc.nat().map(String)), fc.array(fc.jsonValue())),
  fc.record({ examples: fc.array(fc.jsonValue()), kind: fc.string(), beta: fc.constant(undefined) }),
);

test("the pieces of a value are its canonical JSON, whatever the order of its keys", () => {
  fc.assert(
    fc.property(anyValue, (value) => {
      assert.equal([...canonicalPieces(value)].join(""), canonicalJson(value));
    }),
  );
  const [a, b] = [
    { b: [1, { d: 1, c: 2 }], a: 0 },
    { a: 0, b: [1, { c: 2, d: 1 }] },
  ];
  assert.deepEqual([...canonicalPieces(a)], [...canonicalPieces(b)]);
  assert.equal(canonicalJson(a), '{"a":0,"b":[1,{"c":2,"d":1}]}');
  assert.equal([...canonicalPieces([undefined, { x: undefined }])].join(""), "[null,{}]");
});

test("each element of a list is a piece of its own", () => {
  const examples = Array.from({ length: 50 }, (_, index) => ({ text: "x".repeat(100), index }));
  const pieces = [...canonicalPieces({ kind: "sft", examples })];
  assert(Math.max(...pieces.map(({ length }) => length)) < 130);
});

test("an id is a hash of the whole canonical JSON", () => {
  fc.assert(
    fc.property(anyValue, (value) => {
      const whole = createHash("sha256").update(canonicalJson(value)).digest("hex");
      assert.equal(fingerprint(value), whole.slice(0, 20));
    }),
  );
});
