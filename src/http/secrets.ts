/**
 * API keys: read from the environment, and taken out of every text that comes back from outside. A server may quote the
 * key that it was sent, and what it says is printed and stored. Whatever enters goes through a `Redactor` first.
 */
import { CliError } from "../core/errors.ts";
import { readings } from "./readings.ts";

/** What stands where a key stood. It means the same inside JSON. */
export const REMOVED = "[API key removed]";

/**
 * A shorter key is a placeholder (`x`, `EMPTY`) rather than a secret, and taking it out of everything would garble ordinary
 * words. It is taken out of errors only, where it stands as a word.
 */
const SHORTEST_SECRET = 8;

/** The key in the variable `name`; undefined if no variable is named. Throws CliError, which never shows a key. */
export function apiKeyFrom(name: string | undefined): string | undefined {
  if (name === undefined) return undefined;
  // Who gives the key in place of the variable's name must not see it printed; and keys can look like names.
  const shown = /^[A-Z_][A-Z0-9_]{0,63}$/.test(name)
    ? `environment variable ${name}`
    : "environment variable for the API key (its name is not shown, it could be the key itself)";
  const key = process.env[name]?.trim();
  if (!key) throw new CliError(`${shown}: expected an API key, found nothing`);
  const wrong = [...key].findIndex((character) => !/[\x21-\x7e]/.test(character));
  if (wrong < 0) return key;
  const code = [...key][wrong]!.codePointAt(0)!.toString(16).toUpperCase().padStart(4, "0");
  throw new CliError(
    `${shown}: expected an API key of visible ASCII characters, got U+${code} as character ${wrong + 1} of it`,
  );
}

/** In place of an error in which a key seems to stand in a spelling that is not known here. */
export const WITHHELD = "[not shown: the API key seems to stand in it]";

export interface Redactor {
  /**
   * `text` without the keys, however they are written in it. `isError`: nothing but people read it; then a longer part of a
   * key goes, too (servers cut what they quote), and a key with blanks and line feeds in it. An error that still has the
   * characters of a key in its order, with little between each two, is withheld as a whole.
   */
  clean(text: string, isError: boolean): string;
}

/** Takes `keys` out of texts, also as JSON, URLs, HTML, base64 and hexadecimal write them, in any case of letters. */
export function redactor(...keys: readonly (string | undefined)[]): Redactor {
  const known = keys.filter((key) => key !== undefined && key !== "") as string[];
  const needles = known.filter((key) => key.length >= SHORTEST_SECRET).map(needlesOf);
  const long = known.filter((key) => key.length >= SHORTEST_SOUGHT).map(lower);
  const short = known.filter((key) => key.length < SHORTEST_SECRET).map(asWord);
  return {
    clean(text, isError) {
      const cleaned = needles.length === 0 ? text : withoutSpans(text, foundIn(text, needles, isError));
      if (!isError) return cleaned;
      if (long.some((key) => isSpread(key, lower(cleaned)))) return WITHHELD;
      if (short.length === 0) return cleaned;
      return cleaned.replace(new RegExp(short.join("|"), "giu"), REMOVED);
    },
  };
}

/** Of a shorter key, ordinary texts have the characters in their order now and then. */
const SHORTEST_SOUGHT = 16;
/** Between two characters of a key: an escape of a kind that nobody has thought of. */
const MOST_BETWEEN = 10;

/** Whether `text` has all characters of `key` in their order, each near to the one before. */
function isSpread(key: string, text: string): boolean {
  const placesIn = Map.groupBy(
    [...key].map((character, at) => [character, at] as const),
    ([character]) => character,
  );
  // By how many characters of the key are found: where the last of them stands, the latest there is.
  const ends = new Int32Array(key.length).fill(-MOST_BETWEEN - 2);
  for (let at = 0; at < text.length; at++) {
    // From the end, so that one character of the text is not taken for two of the key.
    for (const [, place] of placesIn.get(text.charAt(at))?.toReversed() ?? []) {
      if (place > 0 && at - ends[place - 1]! > MOST_BETWEEN + 1) continue;
      ends[place] = at;
      if (place === key.length - 1) return true;
    }
  }
  return false;
}

const asWord = (key: string) => `(?<![\\p{L}\\p{N}])${key.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&")}(?![\\p{L}\\p{N}])`;

interface Needles {
  /** In lower case. */
  readonly plain: readonly string[];
  /** In lower case, with the signs of base64 for texts: + and /. */
  readonly base64: readonly string[];
}

function needlesOf(key: string): Needles {
  const hex = Buffer.from(key).toString("hex");
  return {
    plain: [lower(key), hex, hex.replace(/..(?=.)/g, "$&:")],
    base64: [0, 1, 2].map((before) => lower(base64Core(key, before))),
  };
}

/** The characters of base64 that depend on nothing but the key, where so many bytes stand before it. */
function base64Core(key: string, before: number): string {
  const written = Buffer.from("\0".repeat(before) + key).toString("base64");
  return written.slice(Math.ceil((before * 8) / 6), Math.floor(((before + key.length) * 8) / 6));
}

/** Of ASCII only, so that no length changes. */
const lower = (text: string) => text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());

type Span = readonly [start: number, end: number];

/** Where the keys stand in `text`. */
function foundIn(text: string, needles: readonly Needles[], isError: boolean): Span[] {
  const find = isError ? stretchesOf : placesOf;
  return readings(text, isError).flatMap(({ text: read, spanOf }) => {
    const lowered = lower(read);
    const asBase64 = lowered.replaceAll("-", "+").replaceAll("_", "/");
    return needles
      .flatMap(({ plain, base64 }) => [
        ...plain.flatMap((needle) => find(needle, lowered)),
        // The ends of the word hold bits of the key.
        ...base64.flatMap((needle) => find(needle, asBase64).map((place) => widened(place, asBase64))),
      ])
      .map(([start, end]): Span => [spanOf(start)[0], spanOf(end - 1)[1]]);
  });
}

/** What a key begins with (`sk-proj-`) is no secret. */
const LONGEST_HARMLESS = 15;
const GRAIN = 4;

/** Where half of `needle` stands, or more than is harmless. Looks at every fourth place only, and from there both ways. */
function stretchesOf(needle: string, text: string): Span[] {
  const shortest = Math.min(LONGEST_HARMLESS + 1, Math.max(SHORTEST_SECRET, Math.ceil(needle.length / 2)));
  const grains = new Map<string, number[]>();
  for (let at = 0; at + GRAIN <= needle.length; at++) {
    const grain = needle.slice(at, at + GRAIN);
    grains.set(grain, [...(grains.get(grain) ?? []), at]);
  }
  const spans: Span[] = [];
  let done = 0;
  for (let at = 0; at + GRAIN <= text.length; at += GRAIN) {
    if (at < done) continue;
    for (const inNeedle of grains.get(text.slice(at, at + GRAIN)) ?? []) {
      const shift = inNeedle - at;
      let [from, to] = [at, at + GRAIN];
      while (from > 0 && from + shift > 0 && text[from - 1] === needle[from - 1 + shift]) from--;
      while (to < text.length && text[to] === needle[to + shift]) to++;
      if (to - from < shortest) continue;
      spans.push([from, to]);
      done = Math.max(done, to);
    }
  }
  return spans;
}

function placesOf(needle: string, text: string): Span[] {
  const places: Span[] = [];
  for (let at = text.indexOf(needle); at >= 0; at = text.indexOf(needle, at + needle.length)) {
    places.push([at, at + needle.length]);
  }
  return places;
}

function widened([start, end]: Span, text: string): Span {
  const isPart = (at: number) => /[a-z0-9+/=]/.test(text.charAt(at));
  let [from, to] = [start, end];
  while (start - from < 2 && isPart(from - 1)) from--;
  while (to - end < 4 && isPart(to)) to++;
  return [from, to];
}

function withoutSpans(text: string, spans: readonly Span[]): string {
  let cleaned = "";
  let done = 0;
  for (const [start, end] of [...spans].sort((a, b) => a[0] - b[0] || b[1] - a[1])) {
    // One key that was found in several readings is taken out once.
    if (start >= done) cleaned += text.slice(done, start) + REMOVED;
    done = Math.max(done, end);
  }
  return cleaned + text.slice(done);
}
