import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { anyCharacter } from "../../test/any-character.ts";
import { differenceLines } from "./differences.ts";

test("whitespace can be seen", () => {
  assert.deepEqual(differenceLines({ step: 3, expected: "a  b\n", got: " a b\t" }), [
    "answer to step 3",
    '  recorded  "a··b\\n"',
    '  replayed  "·a b\\t"',
  ]);
  assert.equal(differenceLines({ step: -1, expected: "", got: "x" })[0], "first observation");
});

test("JSON that has other blanks only is called so", () => {
  const where = (expected: string, got: string) => differenceLines({ step: 0, expected, got })[0];
  const same = "answer to step 0: the same JSON with other blanks";
  assert.equal(where('{"a": [1, 2], "b": "c \\" d"}', '{"a":[1,2],"b":"c \\" d"}'), same);
  for (const got of ['{"a":"b  c"}', '{"a":"bc"}', '{"a":"b c"', "a b"])
    assert.equal(where('{"a": "b c"}', got), "answer to step 0");
  assert.equal(where("12345678901234567890", "12345678901234567891"), "answer to step 0");
  assert.equal(where("[12345678901234567890]", "[12345678901234567891]"), "answer to step 0");
});

test("long texts are cut to where they differ", () => {
  const [, recorded, replayed] = differenceLines({
    step: 0,
    expected: `${"s".repeat(500)}ONE${"t".repeat(500)}`,
    got: `${"s".repeat(500)}TWO`,
  });
  assert.equal(recorded, `  recorded  …"${"s".repeat(40)}ONE${"t".repeat(157)}"…`);
  assert.equal(replayed, `  replayed  …"${"s".repeat(40)}TWO"`);
});

test("nothing that a terminal obeys is printed", () => {
  fc.assert(
    fc.property(fc.string({ unit: anyCharacter }), fc.string({ unit: anyCharacter }), (expected, got) => {
      assert(!/[\p{Cc}\p{Cf}]/u.test(differenceLines({ step: 0, expected, got }).join("")));
    }),
  );
});
