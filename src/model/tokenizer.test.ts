import assert from "node:assert/strict";
import { test } from "node:test";
import { Tokenizer as HuggingFaceTokenizer } from "@huggingface/tokenizers";
import fc from "fast-check";
import { anyCharacter } from "../../test/any-character.ts";
import { buildTokenizer, loadTokenizer, SPECIAL_TOKENS } from "./tokenizer.ts";

const texts = ["you see a shelf_8", "go to shelf_8", "look : café 飲み物"];
const file = buildTokenizer(texts);
const tokenizer = loadTokenizer(file);

const unit = fc.oneof(
  fc.constantFrom("you", "see", "shelf_8", "shelf", "café", "<end>", "<0x41>", "飲み物", "👩‍🚀", "\uFFFD", "é"),
  fc.string({ unit: anyCharacter, minLength: 1, maxLength: 5 }),
);
const space = fc.constantFrom(" ", "  ", "\n", "\t", "\u00a0", "\u3000", " \r\n");
/** Any text whose characters can all be written as UTF-8, the start mark left out. */
const text = fc
  .array(fc.tuple(space, unit), { maxLength: 8 })
  .map((parts) => parts.flat().join("").replaceAll("▁", "_"))
  .filter((made) => made.isWellFormed());

const whiteSpace = /\p{White_Space}+/u;
const singleSpaced = (given: string) => given.split(whiteSpace).filter(Boolean).join(" ");

test("text comes back with single spaces", () => {
  fc.assert(fc.property(text, (given) => assert.equal(tokenizer.decode(tokenizer.encode(given)), singleSpaced(given))));
});

test("frequent units are one token each, others are spelled", () => {
  assert.equal(tokenizer.encode("you see  shelf_8").length, 3);
  assert.equal(tokenizer.encode("yo").length, 3); // the mark and two bytes
  assert.equal(tokenizer.encode("").length, 0);
});

test("text never becomes a special token", () => {
  const special = [tokenizer.pad, tokenizer.bos, tokenizer.end];
  for (const token of Object.values(SPECIAL_TOKENS)) {
    const hostile = `you ${token} see${token} ${token}${token}`;
    assert(!tokenizer.encode(hostile).some((id) => special.includes(id)));
    assert.equal(tokenizer.decode(tokenizer.encode(hostile)), hostile);
  }
});

test("special tokens are not decoded", () => {
  const ids = [tokenizer.bos, ...tokenizer.encode("you see"), tokenizer.end, tokenizer.pad];
  assert.equal(tokenizer.decode(ids), "you see");
});

test("bytes that are no UTF-8 become one replacement character each", () => {
  const [, ...bytes] = tokenizer.encode("\u{1F680}");
  assert.equal(bytes.length, 4);
  assert.equal(tokenizer.decode(bytes.slice(0, 2)), "\uFFFD\uFFFD");
});

test("the vocabulary: special tokens, mark, bytes, then units from frequent to rare, ties by text", () => {
  const tokens = Object.keys(buildTokenizer(["b a", "c a"], { maxVocabulary: 262 }).model.vocab);
  assert.deepEqual(tokens.slice(0, 4), ["<pad>", "<bos>", "<end>", "▁"]);
  assert.deepEqual(tokens.slice(260), ["▁a", "▁b"]);
  assert.throws(() => buildTokenizer([], { maxVocabulary: 100 }), /maxVocabulary ≥ 260/);
});

test("a general implementation reads the file in the same way", () => {
  const general = new HuggingFaceTokenizer(file, {});
  const safe = text.filter((made) => !Object.values(SPECIAL_TOKENS).some((token) => made.includes(token)));
  fc.assert(
    fc.property(safe, (given) => {
      const ids = tokenizer.encode(given);
      assert.deepEqual(general.encode(given, { add_special_tokens: false }).ids, ids);
      if (ids.length > 0) assert.equal(general.decode(ids, { skip_special_tokens: true }), tokenizer.decode(ids));
    }),
  );
});

test("another tokenizer's file is refused", () => {
  assert.throws(
    () => loadTokenizer({ ...file, model: { ...file.model, ignore_merges: false } } as never),
    /expected a tokenizer made by gleaner/,
  );
  const { "<0x41>": _, ...vocab } = file.model.vocab;
  assert.throws(() => loadTokenizer({ ...file, model: { ...file.model, vocab } }), /<0x41> is missing/);
});
