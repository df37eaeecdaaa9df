/**
 * Text → terms, as Anserini's English analyzer does on Lucene 8.11: tokens, without a possessive 's, in lower case,
 * without stop words, stemmed. Products and queries go through the same function.
 */
import { segmentsOf } from "./segmentation.ts";
import { stemOf } from "./stemmer.ts";

const STOP_WORDS: ReadonlySet<string> = new Set(
  (
    "a an and are as at be but by for if in into is it no not of on or such that the their then there these they " +
    "this to was will with"
  ).split(" "),
);

const POSSESSIVE = /['\u2019\uFF07][sS]$/;
const ASCII = /^[\x20-\x7e]*$/;

/** Lower case character by character, as Java does it: the dotted capital I becomes a plain i. */
function lowerCase(word: string): string {
  if (ASCII.test(word)) return word.toLowerCase();
  return Array.from(word, (character) => (character === "\u0130" ? "i" : character.toLowerCase())).join("");
}

/** null: a stop word. */
function termOf(token: string): string | null {
  const word = lowerCase(token.replace(POSSESSIVE, ""));
  return STOP_WORDS.has(word) ? null : stemOf(word);
}

/** Terms by token. Most tokens of a catalogue are few words over and over; the rest must not fill the memory. */
const known = new Map<string, string | null>();
const MOST_KNOWN = 100_000;

function knownTermOf(token: string): string | null {
  let term = known.get(token);
  if (term === undefined) {
    term = termOf(token);
    if (known.size >= MOST_KNOWN) known.clear();
    known.set(token, term);
  }
  return term;
}

/** The terms of any text, in order, with repeats. */
export function analyze(text: string): string[] {
  const terms: string[] = [];
  for (const token of segmentsOf(text)) {
    const term = knownTermOf(token);
    if (term !== null) terms.push(term);
  }
  return terms;
}
