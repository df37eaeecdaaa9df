import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { anyCharacter } from "../../test/any-character.ts";
import { printable, printableJson, printableLines, printablePieces } from "./printable.ts";

const OBEYED = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u;
/** Every kind of text, and more often what is special. */
const texts = fc
  .oneof(
    fc.string({ unit: anyCharacter }),
    fc.array(
      fc.constantFrom(
        "\u001b",
        "\u009b",
        "\u007f",
        "\u202e",
        "\u2028",
        "\ud800",
        "\u{e0041}",
        "a",
        "\n",
        "👩",
        "\u200d",
      ),
    ),
  )
  .map((text) => (typeof text === "string" ? text : text.join("")));
const withoutEmojiJoiners = (text: string) =>
  text.replace(/(?<=\p{Extended_Pictographic})\u200d(?=\p{Extended_Pictographic})/gu, "");

test("nothing that a terminal obeys is left", () => {
  fc.assert(
    fc.property(texts, (text) => {
      assert.doesNotMatch(withoutEmojiJoiners(printable(text)), OBEYED);
      assert.doesNotMatch(withoutEmojiJoiners(printableLines(text)).replace(/[\n\t]/g, ""), OBEYED);
    }),
  );
  assert.equal(printable("\u001b[31mred\u202e\n"), "\\u{1b}[31mred\\u{202e}\\u{a}");
  assert.equal(printableLines("one\r\n\ttwo\u009b"), "one\\u{d}\n\ttwo\\u{9b}");
});

test("every character of Unicode is as its category says", () => {
  for (let code = 0; code <= 0x10ffff; code++) {
    const character = String.fromCodePoint(code);
    const expected = OBEYED.test(character) ? `\\u{${code.toString(16)}}` : character;
    if (printable(character) !== expected) assert.fail(`U+${code.toString(16)}`);
  }
});

test("an emoji of several parts stays whole; a joiner elsewhere is shown", () => {
  const [family, doctor] = ["👨‍👩‍👧", "👩🏽‍⚕️"];
  assert.equal(printable(family + doctor), family + doctor);
  assert.equal(printable("a\u200db👩\u200d"), "a\\u{200d}b👩\\u{200d}");
});

test("JSON keeps its values", () => {
  fc.assert(
    fc.property(texts, (text) => {
      const json = JSON.stringify({ [text]: [text] }, null, 2);
      assert.deepEqual(JSON.parse(printableJson(json)), JSON.parse(json));
      assert.doesNotMatch(withoutEmojiJoiners(printableJson(json)).replaceAll("\n", ""), OBEYED);
    }),
  );
  assert.equal(printableJson('"\u009b\u202e\u{e0041}"'), '"\\u009b\\u202e\\udb40\\udc41"');
});

test("the pieces of a text are what is shown of it, with the escapes set apart", () => {
  assert.deepEqual(printablePieces("a\tb\n\u001b[31mred"), [
    { text: "a\tb\n", escaped: false },
    { text: "\\u{1b}", escaped: true },
    { text: "[31mred", escaped: false },
  ]);
  assert.deepEqual(printablePieces("\u202e\ud800"), [{ text: "\\u{202e}\\u{d800}", escaped: true }]);
  fc.assert(
    fc.property(texts, (text) => {
      const pieces = printablePieces(text);
      assert.equal(pieces.map((piece) => piece.text).join(""), printableLines(text));
      for (const piece of pieces) if (piece.escaped) assert.match(piece.text, /^(\\u\{[0-9a-f]+\})+$/);
    }),
  );
});
