/**
 * A text cut into words, numbers, ideographs and emoji as Lucene 8.11's StandardTokenizer does: the word boundaries of
 * UAX #29 with UTS #51's emoji sequences, blanks and punctuation dropped. A token has at most 255 UTF-16 units; what is
 * longer goes on as the next token.
 *
 * Facts from Lucene's StandardTokenizerImpl.jflex (branch_8_11) and UAX #29.
 */
import type { CharacterSet } from "./characters.ts";
import { either, many, matcher, maybe, one, type Pattern, sequence, some } from "./pattern.ts";

/** UTF-16 units. The scanner never sees more than that at once, so a match ends there. */
const LONGEST_TOKEN = 255;

const withMarks = (set: CharacterSet): Pattern => sequence(one(set), many(one("attached")));
const emojiWithMarks = (set: CharacterSet): Pattern => sequence(one(set), many(one("attachedToEmoji")));

const joining = withMarks("joining");

/** `part` again and again, apart by nothing, by `_`, or by one sign of `between`: `3,000.50`, `e.g`, `ready_made`. */
const chain = (part: Pattern, between?: CharacterSet): Pattern =>
  sequence(part, many(sequence(between ? either(many(joining), withMarks(between)) : many(joining), part)));

const hebrew = sequence(
  withMarks("hebrew"),
  either(withMarks("singleQuote"), sequence(withMarks("doubleQuote"), withMarks("hebrew"))),
);
const lettersAndDigits = some(
  either(hebrew, chain(withMarks("digit"), "betweenDigits"), chain(withMarks("letter"), "betweenLetters")),
);
const wordPart = either(chain(withMarks("katakana")), lettersAndDigits);
const word = sequence(many(joining), wordPart, many(sequence(some(joining), wordPart)), many(joining));

const joiners = many(one("zeroWidthJoiner"));
const emoji = either(
  sequence(joiners, emojiWithMarks("pictograph"), maybe(one("emojiStyle"))),
  sequence(maybe(sequence(joiners, emojiWithMarks("takesSkinTone"))), emojiWithMarks("skinTone")),
);
const emojiSequence = sequence(
  emoji,
  either(many(sequence(one("zeroWidthJoiner"), emoji)), sequence(some(one("tag")), one("tagEnd"))),
);
const keycap = sequence(emojiWithMarks("key"), maybe(one("emojiStyle")), emojiWithMarks("keycap"));
const flag = sequence(withMarks("flagLetter"), withMarks("flagLetter"));

const longestToken = matcher(
  either(word, some(withMarks("complex")), withMarks("han"), withMarks("hiragana"), emojiSequence, keycap, flag),
);

/**
 * How many units at `at`, where no token begins, can be passed over. Where the scanner sees nothing but one sign
 * again and again, it finds none one unit later either: a megabyte of `_` must not be scanned 255 times.
 */
function hopelessUnits(text: string, at: number): number {
  const unit = text.charCodeAt(at);
  if (text.charCodeAt(at + LONGEST_TOKEN - 1) !== unit) return 1;
  let equal = 1;
  while (text.charCodeAt(at + equal) === unit) equal++;
  return Math.max(1, equal - LONGEST_TOKEN + 1);
}

/** The tokens of `text` in order, as they are spelled. Each unit is looked at 255 times at most, whatever the text. */
export function segmentsOf(text: string): string[] {
  const segments: string[] = [];
  for (let at = 0; at < text.length; ) {
    const end = longestToken(text, at, Math.min(at + LONGEST_TOKEN, text.length));
    if (end > at) segments.push(text.slice(at, end));
    // Half a surrogate pair is no token either, so that units may be skipped one by one.
    at = end > at ? end : at + hopelessUnits(text, at);
  }
  return segments;
}
