/**
 * `fuzz.token_set_ratio` of thefuzz 0.19, the text similarity of WebShop's reward, to the last point. The package
 * compares with one of two libraries: Python's difflib, which is what WebShop's requirements install, or
 * python-Levenshtein where that is present.
 *
 * Sources: https://github.com/seatgeek/thefuzz/tree/0.19.0, and SequenceMatcher of CPython's Lib/difflib.py.
 */
import { compareCodePoints } from "../python/text.ts";

export const RATIOS = ["difflib", "levenshtein"] as const;
export type RatioKind = (typeof RATIOS)[number];

/** Pairs remembered before the older half of them is dropped. */
const REMEMBERED = 1 << 15;

/** Similarity of two texts as sets of words: an integer in [0, 100]; 100 if one's words are all in the other. */
export function tokenSetRatio(a: string, b: string, kind: RatioKind = "difflib"): number {
  const wordsA = new Set(wordsOf(a));
  const wordsB = new Set(wordsOf(b));
  if (wordsA.size === 0 || wordsB.size === 0) return 0;
  const common = sortedText([...wordsA].filter((word) => wordsB.has(word)));
  const onlyA = sortedText([...wordsA].filter((word) => !wordsB.has(word)));
  const onlyB = sortedText([...wordsB].filter((word) => !wordsA.has(word)));
  const allA = `${common} ${onlyA}`.trim();
  const allB = `${common} ${onlyB}`.trim();
  const pairs = [
    [common, allA],
    [common, allB],
    [allA, allB],
  ] as const;
  return pairs.reduce((best, [first, second]) => Math.max(best, ratio(first, second, kind, best)), 0);
}

/** `tokenSetRatio` that remembers its last results: the same few pairs come again with every purchase. */
export function rememberedTokenSetRatio(kind: RatioKind): (a: string, b: string) => number {
  let recent = new Map<string, number>();
  let older = new Map<string, number>();
  return (a, b) => {
    const key = `${a}\u0000${b}`;
    const known = recent.get(key) ?? older.get(key);
    const score = known ?? tokenSetRatio(a, b, kind);
    if (recent.size >= REMEMBERED / 2) {
      older = recent;
      recent = new Map();
    }
    recent.set(key, score);
    return score;
  };
}

/** Latin-1's upper half is deleted, whatever is no letter, digit or underscore separates words, and case is dropped. */
function wordsOf(text: string): readonly string[] {
  const plain = text.replace(/[\u0080-\u00ff]/g, "").replace(/[^\p{L}\p{N}_]/gu, " ");
  return plain.toLowerCase().split(" ").filter(Boolean);
}

function sortedText(words: string[]): string {
  return words.sort(compareCodePoints).join(" ");
}

/** Percentage of characters that match, rounded half to even; or 0 where it cannot exceed `best`. */
function ratio(a: string, b: string, kind: RatioKind, best: number): number {
  if (a === b) return 100;
  const [first, second] = [codePoints(a), codePoints(b)];
  const total = first.length + second.length;
  const percent = (matches: number) => roundHalfEven(100 * ((2 * matches) / total));
  if (percent(Math.min(first.length, second.length)) <= best) return 0;
  return percent(kind === "difflib" ? matchingCharacters(first, second) : commonSubsequence(first, second));
}

function codePoints(text: string): Uint32Array {
  return Uint32Array.from(text, (character) => character.codePointAt(0)!);
}

function roundHalfEven(x: number): number {
  const floor = Math.floor(x);
  const isUp = x - floor > 0.5 || (x - floor === 0.5 && floor % 2 === 1);
  return isUp ? floor + 1 : floor;
}

/** A stretch of each text, ends excluded. */
interface Stretch {
  readonly startA: number;
  readonly endA: number;
  readonly startB: number;
  readonly endB: number;
}

interface Match {
  readonly inA: number;
  readonly inB: number;
  readonly length: number;
}

/** The total length of difflib's matching blocks: the longest common block, then the same to its left and right. */
function matchingCharacters(a: Uint32Array, b: Uint32Array): number {
  const places = placesIn(b);
  const waiting: Stretch[] = [{ startA: 0, endA: a.length, startB: 0, endB: b.length }];
  let total = 0;
  for (let stretch = waiting.pop(); stretch; stretch = waiting.pop()) {
    const { inA, inB, length } = longestMatch(a, b, stretch, places);
    if (length === 0) continue;
    total += length;
    const left = { ...stretch, endA: inA, endB: inB };
    const right = { ...stretch, startA: inA + length, startB: inB + length };
    for (const part of [left, right]) if (part.startA < part.endA && part.startB < part.endB) waiting.push(part);
  }
  return total;
}

const AUTOJUNK_LENGTH = 200;

/** Where each character stands in `b`, ascending. In long texts difflib leaves frequent characters out ("autojunk"). */
function placesIn(b: Uint32Array): ReadonlyMap<number, readonly number[]> {
  const places = new Map<number, number[]>();
  b.forEach((character, index) => {
    const known = places.get(character);
    if (known) known.push(index);
    else places.set(character, [index]);
  });
  if (b.length < AUTOJUNK_LENGTH) return places;
  const most = Math.floor(b.length / 100) + 1;
  return new Map([...places].filter(([, indexes]) => indexes.length <= most));
}

/** The longest block that both stretches have, the earliest in `a` and then in `b`. */
function longestMatch(
  a: Uint32Array,
  b: Uint32Array,
  { startA, endA, startB, endB }: Stretch,
  places: ReadonlyMap<number, readonly number[]>,
): Match {
  let [inA, inB, length] = [startA, startB, 0];
  // By index in b: the length of the common block that ends there and at the current character of a.
  let lengths = new Map<number, number>();
  for (let i = startA; i < endA; i++) {
    const longer = new Map<number, number>();
    for (const j of places.get(a[i]!) ?? []) {
      if (j < startB) continue;
      if (j >= endB) break;
      const size = (lengths.get(j - 1) ?? 0) + 1;
      longer.set(j, size);
      if (size > length) [inA, inB, length] = [i - size + 1, j - size + 1, size];
    }
    lengths = longer;
  }
  // Characters that were left out of `places` may still extend a block.
  while (inA > startA && inB > startB && a[inA - 1] === b[inB - 1]) [inA, inB, length] = [inA - 1, inB - 1, length + 1];
  while (inA + length < endA && inB + length < endB && a[inA + length] === b[inB + length]) length++;
  return { inA, inB, length };
}

/** The length of the longest common subsequence: what an edit distance leaves whose substitutions cost 2. */
function commonSubsequence(a: Uint32Array, b: Uint32Array): number {
  const best = new Uint32Array(b.length + 1);
  for (const character of a) {
    let diagonal = 0;
    for (let j = 1; j <= b.length; j++) {
      const above = best[j]!;
      best[j] = character === b[j - 1] ? diagonal + 1 : Math.max(above, best[j - 1]!);
      diagonal = above;
    }
  }
  return best[b.length]!;
}
