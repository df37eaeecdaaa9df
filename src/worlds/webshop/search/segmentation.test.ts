import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { segmentsOf } from "./segmentation.ts";

const CASES: Readonly<Record<string, readonly [text: string, segments: readonly string[]]>> = {
  "blanks and punctuation separate": ["solid (fir) wood/pine - 9-inch!", ["solid", "fir", "wood", "pine", "9", "inch"]],
  "a colon or point joins letters": [
    "Description:Solid U.S.A. e.g. it's a:1",
    ["Description:Solid", "U.S.A", "e.g", "it's", "a", "1"],
  ],
  "a comma, point or semicolon joins digits": [
    "3,000.50 24.136 1;2 a,b 4.x",
    ["3,000.50", "24.136", "1;2", "a", "b", "4", "x"],
  ],
  "digits and letters stand together": ["4k 8x6ft x.5 5.x", ["4k", "8x6ft", "x", "5", "5", "x"]],
  "underscores join, but are no word": ["_a_b__1_ __ _", ["_a_b__1_"]],
  "one sign joins, two do not": ["a..b 1.,2 a'_b", ["a", "b", "1", "2", "a", "_b"]],
  "marks belong to what they follow": [
    "e\u0301te\u0301 a\u0300:\u0301b \u0301",
    ["e\u0301te\u0301", "a\u0300:\u0301b"],
  ],
  "zero-width space separates, soft hyphen does not": ["a\u200Bb a\u00ADb", ["a", "b", "a\u00ADb"]],
  "dingbats that were emoji in Emoji 11 are tokens": ["★new ♬☛ • ✓", ["★", "new", "♬", "☛"]],
  "emoji sequences are one token": [
    "👨‍👩‍👧 👍🏽👍 ❤️x #️⃣ 🏴\u{E0067}\u{E007F}",
    ["👨‍👩‍👧", "👍🏽", "👍", "❤️", "x", "#️⃣", "🏴\u{E0067}\u{E007F}"],
  ],
  "flags come in pairs": ["🇩🇪🇫🇷🇮", ["🇩🇪", "🇫🇷"]],
  "ideographs and hiragana one by one, katakana and hangul together": [
    "漢字ひらカタ한국",
    ["漢", "字", "ひ", "ら", "カタ", "한국"],
  ],
  "Thai letters together, Thai digits as digits": ["สวัสดี๑๒", ["สวัสดี", "๑๒"]],
  "Hebrew quotation marks": ['צה"ל ב\' א"', ['צה"ל', "ב'", "א"]],
  "half a surrogate pair separates": ["a\uD83Db\uDE00c", ["a", "b", "c"]],
};

for (const [what, [text, segments]] of Object.entries(CASES)) {
  test(what, () => assert.deepEqual(segmentsOf(text), segments));
}

test("a token has 255 units at most; what is left begins anew", () => {
  assert.deepEqual(
    segmentsOf("a".repeat(600)).map((token) => token.length),
    [255, 255, 90],
  );
  // The scanner does not see the b, so that the point joins nothing.
  assert.deepEqual(segmentsOf(`${"a".repeat(254)}.b`), ["a".repeat(254), "b"]);
  assert.deepEqual(segmentsOf(`${"a".repeat(254)}\u{10400}`), ["a".repeat(254), "\u{10400}"]);
  assert.deepEqual(segmentsOf(`${"_".repeat(600)}a`), [`${"_".repeat(254)}a`]);
});

test("segments are disjoint pieces of the text, in order", () => {
  const any = fc.nat({ max: 0x10ffff }).map((code) => String.fromCodePoint(code));
  const sign = fc.constantFrom(
    ..."ab1_.,:;'\" \u200D\uFE0F\u20E3#\u0301\u05D0カ漢ก★",
    "👨",
    "🏽",
    "🇩",
    "\uD83D",
    "\uDE00",
  );
  fc.assert(
    fc.property(fc.string({ unit: fc.oneof(sign, any), maxLength: 40 }), (text) => {
      let at = 0;
      for (const segment of segmentsOf(text)) {
        assert(segment.length > 0);
        const found = text.indexOf(segment, at);
        assert(found >= 0);
        at = found + segment.length;
      }
    }),
    { numRuns: 1000 },
  );
});
