import assert from "node:assert/strict";
import { test } from "node:test";
import { bounded, expectedOneOf, listing, quoted, suggestion, unknownName } from "./wording.ts";

test("a value is quoted as JSON, and cut", () => {
  assert.deepEqual(
    [quoted(undefined), quoted("a\nb"), quoted(Number.NaN), quoted({ a: 1 })],
    ["nothing", '"a\\nb"', "NaN", '{"a":1}'],
  );
  assert.equal(quoted("x".repeat(201)).length, `"${"x".repeat(199)}…" (201 characters)`.length);
  assert(quoted(Array(1e5).fill("item")).length < 210);
  const circle: unknown[] = [];
  circle.push(circle);
  assert.equal(quoted(circle), "a list");
});

test("what another program says is cut in its middle", () => {
  const whole = "x".repeat(1500) + "y".repeat(500);
  assert.equal(bounded(whole), whole);
  const [head, left, tail] = bounded(`${whole}y`).split(" … ");
  assert.deepEqual([head, left, tail], ["x".repeat(1500), "(1 characters left out)", "y".repeat(500)]);
});

test("the likeliest name is suggested, and none where none is near", () => {
  const known = ["workshop", "webshop", "alfworld", "scienceworld"];
  const meant = (word: string) => /"(.*)"/.exec(suggestion(word, known))?.[1];
  assert.equal(meant("workshp"), "workshop");
  assert.equal(meant("wokrshop"), "workshop");
  assert.equal(meant("WEBSHOP"), "webshop");
  assert.equal(meant("alf-world"), "alfworld");
  for (const far of ["", "x", "minecraft", "__proto__", "webshop"]) assert.equal(meant(far), undefined, far);
  assert.equal(suggestion("x".repeat(1e6), known), "");
  assert.equal(suggestion(3, known), "");
});

test("what there is, is listed", () => {
  assert.equal(expectedOneOf(["trl", "eto"], "tlr"), 'expected one of trl, eto, got "tlr" (did you mean "trl"?)');
  assert.equal(
    unknownName("split", "tests", ["test"]),
    'unknown split "tests": expected one of test (did you mean "test"?)',
  );
  assert.match(listing(Array.from({ length: 50 }, (_, at) => `n${at}`)), /^n0, n1, .*, n39 and 10 more$/);
});
