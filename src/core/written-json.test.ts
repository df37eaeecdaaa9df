// Numbers are written again as they were.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { parseWritten, writtenJson } from "./written-json.ts";

const number = fc.oneof(
  fc.constantFrom("20.0", "1e-7", "1E+05", "12345678901234567890", "-0", "-0.0", "0.10", "1.50e2", "9007199254740993"),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => JSON.stringify(value)),
  fc.integer().map(String),
);
const text = fc.string({ unit: "binary" }).map((value) => JSON.stringify(value));
const name = fc.stringMatching(/^[a-z_]{1,6}$/);
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

test("a part of what was parsed is written as it was, and values are those of JSON.parse", () => {
  const whole = '{"a": {"price": 20.0, "e": 1e-7}, "b": [12345678901234567890]}';
  const parsed = parseWritten(whole) as { a: unknown };
  assert.equal(writtenJson(parsed.a), '{"price":20.0,"e":1e-7}');
  assert.deepEqual(parsed, JSON.parse(whole));
  assert.throws(() => parseWritten("{"), SyntaxError);
});
