import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { analyze } from "./analyzer.ts";

test("stop words go, the rest is stemmed", () => {
  assert.deepEqual(analyze("I need the long clip-in extensions, and a box for them"), [
    ...["i", "need", "long", "clip", "extens", "box", "them"],
  ]);
  assert.deepEqual(analyze("The THE the's"), []);
});

test("a possessive s goes before lower case and stop words, whatever its apostrophe", () => {
  assert.deepEqual(analyze("women's MEN'S kid’s toy＇s boss' s's"), ["women", "men", "kid", "toi", "boss", "s"]);
});

test("lower case is taken character by character, as Java does", () => {
  assert.deepEqual(analyze("ÉTÉ ΟΔΟΣ İstanbul \u{10400}"), ["été", "οδοσ", "istanbul", "\u{10428}"]);
});

test("nothing gives nothing", () => {
  for (const text of ["", "   ", "?!", "___", "\uD800", "\uDC00\uD800", "\u0000"]) assert.deepEqual(analyze(text), []);
});

/** Any code point, halves of surrogate pairs among them; every second one ASCII. */
const sign = fc.oneof(fc.nat({ max: 127 }), fc.nat({ max: 0x10ffff })).map((code) => String.fromCodePoint(code));

test("any text has terms, none of them empty", () => {
  fc.assert(
    fc.property(fc.string({ unit: sign }), (text) => {
      assert(analyze(text).every((term) => term.length > 0 && term.length <= 256));
    }),
    { numRuns: 1000 },
  );
});

test("a megabyte of anything is analysed", () => {
  for (const [piece, terms] of [
    ["y", 3922],
    ["a.", 3907],
    ["_", 0],
    ["\u200D", 0],
    ["(.+)*[", 0],
    ["1,", 3907],
    ["\uD800", 0],
    ["a ", 0],
    ["🇩", 250_000],
  ] as const) {
    assert.equal(analyze(piece.repeat(1_000_000 / piece.length)).length, terms, piece);
  }
});
