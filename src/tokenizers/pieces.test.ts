// Piece by piece, a text has the tokens that the package gives it as a whole; other kinds of tokenizers are left to the package.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Tokenizer } from "@huggingface/tokenizers";
import fc from "fast-check";
import { tokenizerJson } from "../../test/chat-checkpoint.ts";
import type { JsonObject } from "./json-file.ts";
import { byPieces } from "./pieces.ts";

const SPLIT = { type: "Split", behavior: "Isolated", invert: false };
const BYTES = { type: "ByteLevel", add_prefix_space: false, trim_offsets: true, use_regex: false };
const sequence = (...pretokenizers: object[]) => ({ type: "Sequence", pretokenizers });
const given = tokenizerJson() as { added_tokens: object[] };
const withParting = (pre_tokenizer: object, more: object = {}): JsonObject => ({ ...given, pre_tokenizer, ...more });

const WORDS = sequence({ ...SPLIT, pattern: { Regex: " ?\\p{L}+|\\s+(?!\\S)|\\s+" } }, BYTES);
const DIGITS_FIRST = sequence({ ...SPLIT, pattern: { Regex: "\\p{N}" } }, WORDS);

const text = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        "the",
        " the",
        "on",
        "\n\n",
        "  ",
        " ",
        "12",
        "¾",
        "e\u0301",
        "é",
        "Å",
        "<|im_end|>",
        "<|im_end",
        "🙂",
      ),
      fc.string({ unit: "grapheme", maxLength: 12 }),
    ),
    { maxLength: 30 },
  )
  .map((parts) => parts.join(""));

for (const [name, parts] of [
  ["bytes alone", withParting(BYTES)],
  ["words", withParting(WORDS)],
  ["digits, then words", withParting(DIGITS_FIRST)],
  ["a normaliser", withParting(WORDS, { normalizer: { type: "NFC" } })],
  [
    "one special token that begins another",
    withParting(WORDS, { added_tokens: [...given.added_tokens, added("<|im_", 900)] }),
  ],
] as const) {
  test(`${name}: the tokens of the whole`, () => {
    const tokenizer = new Tokenizer(parts, {});
    const pieces = byPieces(tokenizer, parts, {})!;
    let asked = 0;
    fc.assert(
      fc.property(text, (whole) => {
        const ids = pieces(whole);
        if (ids === undefined) return assert.notEqual(tokenizer.normalizer!(whole), whole);
        asked++;
        // Twice: the second time from what is kept.
        assert.deepEqual(ids, tokenizer.encode(whole, { add_special_tokens: false }).ids);
        assert.deepEqual(pieces(whole), ids);
      }),
      { numRuns: 300 },
    );
    assert(asked > 100);
  });
}

test("tokenizers of other forms are left to the package", () => {
  const others = [
    withParting({ ...BYTES, add_prefix_space: true }),
    withParting({ ...BYTES, use_regex: true }),
    withParting({ type: "Metaspace", replacement: "▁", prepend_scheme: "first" }),
    withParting(WORDS, { added_tokens: [{ ...added("<mask>", 900), lstrip: true }] }),
    withParting(WORDS, { normalizer: { type: "NFC" }, added_tokens: [{ ...added("<word>", 900), normalized: true }] }),
  ];
  for (const parts of others) assert.equal(byPieces(new Tokenizer(parts, {}), parts, {}), undefined);
  const plain = withParting(WORDS);
  assert.equal(byPieces(new Tokenizer(plain, {}), plain, { remove_space: true }), undefined);
});

function added(content: string, id: number) {
  return { id, content, special: true, single_word: false, lstrip: false, rstrip: false, normalized: false };
}
