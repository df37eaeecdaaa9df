/**
 * Any character of Unicode, as the unit of fast-check's strings. It draws what fast-check's own unit `"binary"` draws, to the
 * letter; but that one lists all 1,112,064 of them once in each process, which takes longer than most test files.
 */
import fc from "fast-check";

/** Halves of pairs of UTF-16, which are no characters. */
const HALVES = { from: 0xd800, count: 0x800 };
const LAST = 0x10ffff - HALVES.count;

const characterAt = (index: number): string => String.fromCodePoint(index < HALVES.from ? index : index + HALVES.count);

/** The index of a character; fast-check expects an error for anything else. */
function indexOf(value: unknown): number {
  const code = typeof value === "string" ? value.codePointAt(0) : undefined;
  const index = code === undefined || code < HALVES.from ? code : code - HALVES.count;
  if (index === undefined || characterAt(index) !== value) throw new Error("expected one character");
  return index;
}

export const anyCharacter: fc.Arbitrary<string> = fc.nat(LAST).map(characterAt, indexOf);
