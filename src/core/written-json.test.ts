// Numbers are written again as they were.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { anyCharacter } from "../../test/any-character.ts";
import { parseJson } from "../files/python-json.ts";
import { repeatedName } from "./marked-json.ts";
import { parseWritten, writtenJson, writtenMember } from "./written-json.ts";

const number = fc.oneof(
  fc.constantFrom("20.0", "1e-7", "1E+05", "12345678901234567890", "-0", "-0.0", "0.10", "1.50e2", "9007199254740993"),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => JSON.stringify(value)),
  fc.integer().map(String),
);
const text = fc.string({ unit: anyCharacter }).map((value) => JSON.stringify(value));
const name = fc.oneof(
  fc.stringMatching(/^[a-z_#]{1,6}$/),
  fc.nat(20).map(String),
  fc.constantFrom("__proto__", "007", "#7"),
);
const { value } = fc.letrec<{ value: string }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    number,
    text,
    fc.constantFrom("true", "false", "null"),
    fc.array(tie("value"), { maxLength: 4 }).map((items) => `[${items.join(",")}]`),
    fc
      .uniqueArray(fc.tuple(name, tie("value")), { maxLength: 4, selector: ([key]) => key })
      .map((members) => `{${members.map(([key, member]) => `"${key}":${member}`).join(",")}}`),
  ),
}));

test("compact JSON comes back as it was, numbers, order and all", () => {
  fc.assert(
    fc.property(value, (written) => {
      // A number that stands alone has no place that could keep its text.
      const whole = `[${written}]`;
      assert.equal(writtenJson(parseWritten(whole)), whole);
    }),
    { numRuns: 500 },
  );
});

test("Python's words are written again, and so is a number that stands alone in its member", () => {
  const text = '{"b":NaN,"10":[Infinity,-Infinity,20.0],"7":20.0,"c":{"2":"NaN","1":null}}';
  const value = parseJson(text) as Record<string, unknown>;
  assert.equal(writtenJson(value), text);
  assert.equal(value.b, null);
  assert.deepEqual(value["10"], [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 20]);
  assert.equal(writtenMember(value, "7"), "20.0");
  // Names of the text itself that look like marks, and numbers that do.
  const odd = '{"\\u00017":1,"\\u0001":0e77701,"10":3,"7":"7"}';
  assert.equal(writtenJson(parseJson(odd)), odd);
  assert.throws(() => parseJson('{"a":NaN,"b":0e77701}'), SyntaxError);
});

test("a part of what was parsed is written as it was, and values are those of JSON.parse", () => {
  const whole = '{"a": {"price": 20.0, "e": 1e-7}, "b": [12345678901234567890]}';
  const parsed = parseWritten(whole) as { a: unknown };
  assert.equal(writtenJson(parsed.a), '{"price":20.0,"e":1e-7}');
  assert.deepEqual(parsed, JSON.parse(whole));
  assert.throws(() => parseWritten("{"), SyntaxError);
});

test("a name that stands twice in one object is found, at any depth and however it is written", () => {
  const found = (text: string) => repeatedName(text, JSON.parse(text));
  assert.equal(found('{"a":1,"a":2}'), "a");
  assert.equal(found('{"x":":)","b":{"y":[{"c":1,"\\u0063":2}]}}'), "c");
  assert.equal(found('{"a" : 1, "a" : 2}'), "a");
  for (const text of [
    '{"a":1,"b":{"a":2}}',
    '[{"a" : ":"},{"a":1}]',
    '{"\\\\":"\\":","\\"":1}',
    '{"__proto__":1}',
    "7",
  ])
    assert.equal(found(text), undefined, text);
});
