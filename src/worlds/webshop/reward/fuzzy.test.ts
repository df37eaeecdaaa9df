import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { anyCharacter } from "../../../../test/any-character.ts";
import { RATIOS, rememberedTokenSetRatio, tokenSetRatio } from "./fuzzy.ts";

test("short texts score as with thefuzz 0.19 under Python 3.11", () => {
  const recorded: readonly (readonly [a: string, b: string, score: number])[] = [
    ["", "", 0],
    ["red", "", 0],
    ["***", "red", 0],
    ["large", "x-large", 100],
    ["8", "8 wide", 100],
    ["dark red", "red dark", 100],
    ["machine wash", "machine washable", 86],
    ["('color', 'black2070')", "black", 50],
    ["café au lait", "caf au lait", 100],
    ["½ inch", "2 inch", 100],
    ["ＩＩ size", "ii size", 73],
    ["İstanbul lamp", "istanbul lamp", 96],
    ["ΣΑΣ", "σας", 100],
    ["snake_case", "snake case", 50],
    ["飲み物", "飲み物 茶", 100],
    ["😀 cup", "cup", 100],
    ["wash cold", "cold wash gentle", 100],
    ["royal blue shirt", "royal bleu shirt", 94],
    ["stainless steel", "stainles steal", 90],
    ["abcd", "bcde", 75],
    ["ab", "bc", 50],
    ["easy clean", "easy to clean", 100],
    ["zebra apple mango", "zebra appel mengo kiwi", 77],
    ['24.5" x 30"', "24 5 x 31", 89],
    ["high waist", "waist trainer", 67],
  ];
  for (const [a, b, score] of recorded) {
    for (const kind of RATIOS) assert.equal(tokenSetRatio(a, b, kind), score, `${a} | ${b} | ${kind}`);
  }
});

test("long texts score as with thefuzz 0.19, where difflib leaves frequent characters out", () => {
  const numbers = (step: number, count: number) => Array.from({ length: count }, (_, i) => 1000 + i * step).join(" ");
  const letters = (count: number, factor: number) =>
    String.fromCharCode(...Array.from({ length: count }, (_, i) => 97 + ((i * i + factor * i) % 26)));
  const recorded: readonly (readonly [a: string, b: string, difflib: number, levenshtein: number])[] = [
    [numbers(3, 80), numbers(3, 90), 100, 100],
    [numbers(7, 60), numbers(11, 60), 18, 65],
    [letters(300, 1), letters(300, 2), 0, 27],
    [letters(190, 1), letters(205, 3), 1, 31],
    [letters(205, 3), letters(190, 1), 23, 31],
    [`${numbers(13, 45)}x`, numbers(14, 45), 16, 73],
  ];
  for (const [a, b, difflib, levenshtein] of recorded) {
    assert.deepEqual([tokenSetRatio(a, b), tokenSetRatio(a, b, "levenshtein")], [difflib, levenshtein]);
  }
});

const words = fc.array(fc.constantFrom("red", "dark", "xl", "8", "é", "x-large", "cotton", "cotten"), { maxLength: 6 });
const text = fc.oneof(
  words.map((list) => list.join(" ")),
  fc.string({ unit: anyCharacter, maxLength: 30 }),
);

test("a score is an integer from 0 to 100, and order, case and repeats of words do not count", () => {
  fc.assert(
    fc.property(text, text, fc.constantFrom(...RATIOS), (a, b, kind) => {
      const score = tokenSetRatio(a, b, kind);
      assert(Number.isInteger(score) && score >= 0 && score <= 100);
    }),
  );
  fc.assert(
    fc.property(words, words, (a, b) => {
      const other = [...a, ...a].reverse().join(" ").toUpperCase();
      assert.equal(tokenSetRatio(a.join(" "), b.join(" ")), tokenSetRatio(other, b.join(" ")));
    }),
  );
});

test("remembered scores are the scores", () => {
  const remembered = rememberedTokenSetRatio("difflib");
  fc.assert(fc.property(text, text, (a, b) => assert.equal(remembered(a, b), tokenSetRatio(a, b))));
  for (let i = 0; i < 40_000; i++) remembered(String(i), "8");
  assert.equal(remembered("8 wide", "8"), 100);
});

test("texts of 20,000 characters are compared", () => {
  const long = "red dark cotton xl ".repeat(1_000);
  assert.equal(tokenSetRatio(long, `${long} blue`), 100);
  const [a, b] = ["ab".repeat(10_000), "ba".repeat(10_000)];
  assert.equal(tokenSetRatio(a, b), 0, "both characters are frequent");
  assert.equal(tokenSetRatio(a, b, "levenshtein"), 100);
});
