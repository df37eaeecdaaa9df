// What Python's json.dumps writes and JSON does not have; everything else as JSON.parse reads it.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { parseJson } from "./python-json.ts";

test("NaN is nothing, infinite numbers stay infinite, and strings keep these words", () => {
  const value = parseJson(
    String.raw`{"a": NaN, "b": [Infinity, -Infinity,NaN], "NaN": "NaN, \"Infinity\": \\", "c": 1}`,
  );
  assert.deepEqual(value, {
    a: null,
    b: [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, null],
    NaN: 'NaN, "Infinity": \\',
    c: 1,
  });
  assert.equal(parseJson("NaN"), null);
});

test("what is no JSON is refused in JSON.parse's words", () => {
  for (const text of ["", "{", "NaNa", "-NaN", "[NaN,]", "Infinit", "aNaN", '{"a": nan}', '{"a": NaN, "b": "']) {
    assert.throws(() => parseJson(text), SyntaxError, text);
  }
});

test("any value with such numbers anywhere, beside strings of quotes and backslashes", () => {
  const text = fc.string({ unit: fc.constantFrom('"', "\\", "NaN", "-Infinity", ",", "{", "é", "\n") });
  const odd = fc.constantFrom("NaN", "Infinity", "-Infinity");
  const { value } = fc.letrec((tie) => ({
    value: fc.oneof(
      { depthSize: "small" },
      odd.map((word) => ({ written: word, read: word === "NaN" ? null : (Number(word) as unknown) })),
      text.map((string) => ({ written: JSON.stringify(string), read: string as unknown })),
      fc.array(tie("value"), { maxLength: 4 }).map((all) => {
        const members = all as { written: string; read: unknown }[];
        const written = `[${members.map((member) => member.written).join(" ,")}]`;
        return { written, read: members.map((member) => member.read) as unknown };
      }),
    ),
  }));
  fc.assert(fc.property(value, ({ written, read }) => assert.deepEqual(parseJson(written), read)));
});
