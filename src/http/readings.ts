/**
 * What a text may mean: as it stands, and read as JSON, URLs and HTML escape characters, several times over and in any order
 * (a proxy quotes a server's JSON in its own). Takes time in proportion to the text, whatever stands in it.
 */

export interface Reading {
  readonly text: string;
  /** Where the character `at` of this reading stands in the text that was given: start and end. */
  spanOf(at: number): readonly [start: number, end: number];
}

/** So often one within the other. */
const DEEPEST = 3;

const ESCAPES: readonly RegExp[] = [
  // JSON, JavaScript, Rust and Python; octal in C.
  /\\(?:u([0-9a-f]{4})|u\{([0-9a-f]{1,6})\}|x([0-9a-f]{2})|(0?[0-7]{2,3})|([\s\S]))/gi,
  // URLs.
  /%([0-9a-f]{2})/gi,
  // HTML.
  /&(?:#x([0-9a-f]{1,6})|(#\d{1,7}|amp|lt|gt|quot|apos));/gi,
];
const NAMED: Readonly<Record<string, string>> = {
  ...{ n: "\n", r: "\r", t: "\t", b: "\b", f: "\f" },
  ...{ amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" },
};

/** The readings that differ from one another. `isLoose`: also without all that is no visible ASCII, such as line feeds. */
export function readings(text: string, isLoose = false): Reading[] {
  const found = new Map<string, Reading>();
  let last: Reading[] = [{ text, spanOf: (at) => [at, at + 1] }];
  for (let depth = 0; last.length > 0; depth++) {
    const fresh = last.filter((reading) => !found.has(reading.text));
    for (const reading of fresh) found.set(reading.text, reading);
    if (depth === DEEPEST) break;
    last = fresh.flatMap((reading) => ESCAPES.flatMap((escapes) => unescaped(reading, escapes) ?? []));
  }
  const all = [...found.values()];
  return isLoose ? [...all, ...all.flatMap((reading) => squeezed(reading) ?? [])] : all;
}

/** `reading` without what no key has; undefined if it has nothing of that. */
function squeezed(reading: Reading): Reading | undefined {
  const places: number[] = [];
  const starts: number[] = [];
  let text = "";
  for (const match of reading.text.matchAll(/[\x21-\x7e]+/g)) {
    places.push(text.length);
    starts.push(match.index);
    text += match[0];
  }
  if (text.length === reading.text.length) return undefined;
  return {
    text,
    spanOf(at) {
      const index = lastAtMost(places, at);
      return reading.spanOf(starts[index]! + at - places[index]!);
    },
  };
}

/** `reading` without these escapes; undefined where it has none. */
function unescaped(reading: Reading, escapes: RegExp): Reading | undefined {
  /** Where an escape became one character: its place afterwards, and before. */
  const places: number[] = [];
  const starts: number[] = [];
  const ends: number[] = [];
  let text = "";
  let done = 0;
  for (const match of reading.text.matchAll(escapes)) {
    text += reading.text.slice(done, match.index);
    done = match.index + match[0].length;
    places.push(text.length);
    starts.push(match.index);
    ends.push(done);
    text += characterOf(
      match.slice(1).filter((group) => group !== undefined),
      match[0],
    );
  }
  if (places.length === 0) return undefined;
  text += reading.text.slice(done);
  const before = (at: number): readonly [number, number] => {
    const index = lastAtMost(places, at);
    if (index < 0) return [at, at + 1];
    if (places[index] === at) return [starts[index]!, ends[index]!];
    const start = ends[index]! + at - places[index]! - 1;
    return [start, start + 1];
  };
  return {
    text,
    spanOf(at) {
      const [start, end] = before(at);
      return [reading.spanOf(start)[0], reading.spanOf(end - 1)[1]];
    },
  };
}

/** One UTF-16 unit, always: keys are ASCII. */
function characterOf([found = ""]: readonly string[], written: string): string {
  const code = codeOf(found, written);
  if (code !== undefined) return code <= 0xffff ? String.fromCharCode(code) : "\ufffd";
  return NAMED[found.toLowerCase()] ?? found.charAt(0);
}

/** undefined where `found` is the name of a character, or the character itself. */
function codeOf(found: string, written: string): number | undefined {
  if (/^(\\[ux].|%|&#x)/i.test(written)) return Number.parseInt(found, 16);
  if (/^\\\d\d/.test(written)) return Number.parseInt(found, 8);
  return found.startsWith("#") ? Number(found.slice(1)) : undefined;
}

/** The index of the last of `sorted` that is at most `value`; -1 if none is. */
function lastAtMost(sorted: readonly number[], value: number): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle]! <= value) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
