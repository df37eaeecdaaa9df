/**
 * JSON with marks where JavaScript would change what is written: at names that are whole numbers, which would change places,
 * and at NaN and Infinity, which Python writes and JSON does not have.
 */

/** Stands before each marked name; a name that begins with it is marked, too. */
export const MARK = "\u0001";
const WRITTEN_MARK = "\\u0001";

const WORD = /-?Infinity\b|-?\bNaN\b/g;
/** Numbers that stand for Python's words. */
const NAN = "0e77701";
const INFINITY = "1e77701";
/** By the number that stands for it: NaN, Infinity, -Infinity. */
export const WORDS: ReadonlyMap<string, string> = new Map([
  [NAN, "NaN"],
  [INFINITY, "Infinity"],
  [`-${INFINITY}`, "-Infinity"],
]);
/** Of names that are whole numbers, with their quotes: JavaScript sorts those below 2³² only. */
const LONGEST_NAME = 80;

const [ZERO, NINE, BACKSLASH] = [0x30, 0x39, 0x5c];
/** Whether `text` has one of these numbers, or what looks like one. */
export const hasWordNumber = (text: string): boolean => text.includes(NAN) || text.includes(INFINITY);

/**
 * `text` with marks: JSON, if it was JSON but for Python's words. In linear time, and without a pattern that walks over
 * strings: they may have millions of characters.
 */
export function markedJson(text: string): string {
  const parts: string[] = [];
  for (let at = 0; at < text.length; ) {
    const quote = text.indexOf('"', at);
    const outside = text.slice(at, quote < 0 ? text.length : quote);
    parts.push(outside.replace(WORD, (word) => (word === "NaN" ? NAN : word.replace("Infinity", INFINITY))));
    if (quote < 0) break;
    at = behindString(text, quote + 1);
    const string = text.slice(quote, at);
    parts.push(isChanged(string) && isName(text, at) ? `"${WRITTEN_MARK}${string.slice(1)}` : string);
  }
  return parts.join("");
}

/**
 * Whether what stands between two strings may have a number that JavaScript writes otherwise: 20.0, 1e-7, -0, long ones. JSON
 * has its numbers behind a colon, a comma or a bracket, or alone.
 */
const ODD_NUMBER = /[:,[]\s*-?(?:0(?![.\d])(?<=-0)|\d+\.\d*0(?!\d)|\d+(?:\.\d+)?[eE]|\d[\d.]{15})|^\s*-?\d/;

/** What of a JSON text JavaScript may change: the places of names, and then maybe numbers as well; numbers alone; nothing. */
export function changesOf(text: string): "names" | "numbers" | "none" {
  let hasOddNumber = false;
  for (let at = 0; at < text.length; ) {
    const quote = text.indexOf('"', at);
    const end = quote < 0 ? text.length : quote;
    hasOddNumber ||= hasDigit(text, at, end) && ODD_NUMBER.test(text.slice(at, end));
    if (quote < 0) break;
    at = behindString(text, quote + 1);
    if (mayBeChanged(text, quote, at) && isChanged(text.slice(quote, at)) && isName(text, at)) return "names";
  }
  return hasOddNumber ? "numbers" : "none";
}

function hasDigit(text: string, from: number, to: number): boolean {
  for (let at = from; at < to; at++) {
    const code = text.charCodeAt(at);
    if (code >= ZERO && code <= NINE) return true;
  }
  return false;
}

/** Told without making a text of the string. */
function mayBeChanged(text: string, quote: number, end: number): boolean {
  const first = text.charCodeAt(quote + 1);
  return first === BACKSLASH || (first >= ZERO && first <= NINE && end - quote < LONGEST_NAME);
}

/** Whether a string, quotes and all, may be a whole number (digits, maybe escaped ones), or begins with the mark. */
const isChanged = (string: string): boolean =>
  string.startsWith(`"${WRITTEN_MARK}`) || (string.length < LONGEST_NAME && /^"(?:\d|\\u003\d)+"$/.test(string));

/** Whether the string that ends at `at` is the name of a member. */
function isName(text: string, at: number): boolean {
  let next = at;
  while (" \t\n\r".includes(text[next] ?? "x")) next += 1;
  return text[next] === ":";
}

/** Behind the closing quote of the string that goes on at `from`; the text's end if it has none. */
function behindString(text: string, from: number): number {
  for (let at = text.indexOf('"', from); at >= 0; at = text.indexOf('"', at + 1)) {
    let slashes = 0;
    while (text[at - 1 - slashes] === "\\") slashes += 1;
    if (slashes % 2 === 0) return at + 1;
  }
  return text.length;
}

/** The names of all members in a JSON text, at any depth, in the order of the text. */
export function namesIn(json: string): string[] {
  const names: string[] = [];
  for (let at = json.indexOf('"'); at >= 0; at = json.indexOf('"', at)) {
    const end = behindString(json, at + 1);
    if (isName(json, end)) names.push(JSON.parse(json.slice(at, end)) as string);
    at = end;
  }
  return names;
}

/**
 * A name that stands twice in one object of `json`, whose `value` has it once; undefined: none does. Of most texts it is known
 * without looking at each string: as many names end as there are members.
 */
export function repeatedName(json: string, value: unknown): string | undefined {
  if (nameEndsIn(json) === membersIn(value)) return undefined;
  const left = new Map<string, number>();
  for (const names of namesByObject(value)) for (const name of names) left.set(name, (left.get(name) ?? 0) + 1);
  return namesIn(json).find((name) => {
    const times = (left.get(name) ?? 0) - 1;
    left.set(name, times);
    return times < 0;
  });
}

/**
 * How often a quote that is not escaped stands right before a colon: at the end of each name but those with a space behind it,
 * and where a text begins with a colon.
 */
function nameEndsIn(json: string): number {
  let ends = 0;
  for (let at = json.indexOf('":'); at >= 0; at = json.indexOf('":', at + 2)) {
    let slashes = 0;
    while (json.charCodeAt(at - 1 - slashes) === BACKSLASH) slashes += 1;
    if (slashes % 2 === 0) ends += 1;
  }
  return ends;
}

/** How many members the objects in a value have together, however deep they are. */
function membersIn(value: unknown): number {
  let sum = 0;
  for (const { length } of namesByObject(value)) sum += length;
  return sum;
}

/** The names of each object in a value, in no order. Not by recursion: values may be nested deeper than calls may be. */
function* namesByObject(value: unknown): Generator<readonly string[]> {
  const open: unknown[] = [value];
  while (open.length > 0) {
    const one = open.pop();
    if (typeof one !== "object" || one === null) continue;
    if (!Array.isArray(one)) yield Object.keys(one);
    for (const member of Array.isArray(one) ? one : Object.values(one))
      if (typeof member === "object") open.push(member);
  }
}

/** The names of all members in a parsed value, at any depth, in its order: `namesIn` has more where one stands twice. */
export function namesOf(value: unknown, names: string[] = []): string[] {
  if (typeof value !== "object" || value === null) return names;
  for (const [name, member] of Object.entries(value)) {
    if (!Array.isArray(value)) names.push(name);
    namesOf(member, names);
  }
  return names;
}
