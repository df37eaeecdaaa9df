/**
 * What a text may mean: as it stands, and read as JSON, URLs, HTML and e-mail escape characters, several times over and in any
 * order (a proxy quotes a server's JSON in its own); and the characters whose numbers it lists. Takes time in proportion to
 * the text, whatever stands in it.
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
  /\\(?:U([0-9a-fA-F]{8})|[uU]([0-9a-fA-F]{4})|[uU]\{([0-9a-fA-F]{1,6})\}|[xX]([0-9a-fA-F]{2})|(0?[0-7]{2,3})|([\s\S]))/g,
  // URLs.
  /%([0-9a-f]{2})/gi,
  // HTML.
  /&(?:#x([0-9a-f]{1,6});?|(#\d{1,7});?|([a-z]{2,8});)/gi,
  // Quoted-printable, as e-mails have it; a line that goes on in the next.
  /=([0-9a-f]{2}|\r?\n)/gi,
];
const NAMED: Readonly<Record<string, string>> = {
  ...{ n: "\n", r: "\r", t: "\t", b: "\b", f: "\f" },
  ...{ amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" },
  ...{ excl: "!", num: "#", dollar: "$", percnt: "%", lpar: "(", rpar: ")", ast: "*", midast: "*", plus: "+" },
  ...{ comma: ",", hyphen: "-", dash: "-", minus: "-", period: ".", sol: "/", colon: ":", semi: ";", equals: "=" },
  ...{ quest: "?", commat: "@", lsqb: "[", lbrack: "[", bsol: "\\", rsqb: "]", rbrack: "]", hat: "^", lowbar: "_" },
  ...{ underbar: "_", grave: "`", lcub: "{", lbrace: "{", verbar: "|", vert: "|", rcub: "}", rbrace: "}", tilde: "~" },
};
/** Numbers of characters, whatever stands around them: `[115, 107]`, `0x73 0x6b`, `U+0073 U+006B`, `\163\153`. */
const NUMBERS: readonly (readonly [base: number, numbers: RegExp])[] = [
  [10, /(?<![0-9])0*([0-9]{2,3})(?![0-9])/g],
  [16, /(?<=^|[^0-9a-f])0*([2-7][0-9a-f])(?![0-9a-f])/gi],
  [8, /(?<![0-9])0*([0-7]{2,3})(?![0-9])/g],
];

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
  const whole: Reading = { text, spanOf: (at) => [at, at + 1] };
  const all = [...found.values(), ...NUMBERS.flatMap(([base, numbers]) => numbered(whole, base, numbers) ?? [])];
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

/** The characters whose numbers stand in `reading`, and nothing else; undefined if it has none. */
function numbered(reading: Reading, base: number, numbers: RegExp): Reading | undefined {
  const spans: (readonly [start: number, end: number])[] = [];
  let text = "";
  for (const match of reading.text.matchAll(numbers)) {
    const code = Number.parseInt(match[1]!, base);
    if (code < 0x21 || code > 0x7e) continue;
    spans.push([match.index, match.index + match[0].length]);
    text += String.fromCharCode(code);
  }
  return text === "" ? undefined : { text, spanOf: (at) => spans[at]! };
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
  if (/^=\r?\n$/.test(written)) return "\0";
  const code = codeOf(found, written);
  if (code !== undefined) return code <= 0xffff ? String.fromCharCode(code) : "\ufffd";
  if (written.startsWith("&")) return (Object.hasOwn(NAMED, found.toLowerCase()) && NAMED[found.toLowerCase()]) || "&";
  return (Object.hasOwn(NAMED, found) && NAMED[found]) || found.charAt(0);
}

/** undefined where `found` is the name of a character, or the character itself. */
function codeOf(found: string, written: string): number | undefined {
  if (/^(\\[ux].|%|=|&#x)/i.test(written)) return Number.parseInt(found, 16);
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
