/** How messages quote what was given, and suggest what may have been meant. */

/** Characters of one quoted value. */
const LONGEST_QUOTE = 200;
const MOST_NAMES = 40;
/** Of another program's words. They often end with the place of the error. */
const [HEAD, TAIL] = [1500, 500];

/** `value` as a message shows it: as JSON, cut to about 200 characters; `nothing` for undefined. */
export function quoted(value: unknown): string {
  if (value === undefined) return "nothing";
  if (typeof value === "number" || typeof value === "bigint") return String(value);
  // A text is cut before it is written, so that an enormous one costs nothing.
  const text = typeof value === "string" ? JSON.stringify(value.slice(0, LONGEST_QUOTE + 1)) : writtenOut(value);
  if (text.length <= LONGEST_QUOTE + 2) return text;
  return typeof value === "string"
    ? `${text.slice(0, LONGEST_QUOTE)}…" (${value.length} characters)`
    : `${text.slice(0, LONGEST_QUOTE)}…`;
}

function writtenOut(value: unknown): string {
  try {
    return JSON.stringify(value) ?? String(value);
  } catch {
    return Array.isArray(value) ? "a list" : `a value of type ${typeof value}`;
  }
}

/** What another program says of an error: its first 1,500 characters and its last 500, and how many are left out. */
export function bounded(text: string): string {
  const left = text.length - HEAD - TAIL;
  return left > 0 ? `${text.slice(0, HEAD)} … (${left} characters left out) … ${text.slice(-TAIL)}` : text;
}

/** ` (did you mean "width"?)` where one of `known` is a slip away from `word`; else nothing. */
export function suggestion(word: unknown, known: readonly string[]): string {
  const found = typeof word === "string" ? closest(word, known) : undefined;
  return found === undefined ? "" : ` (did you mean ${JSON.stringify(found)}?)`;
}

/** `a, b, c`: what there is, cut after forty. */
export function listing(names: readonly string[]): string {
  const more = names.length - MOST_NAMES;
  return more > 0 ? `${names.slice(0, MOST_NAMES).join(", ")} and ${more} more` : names.join(", ");
}

/** `expected one of a, b, c, got "d" (did you mean …?)` */
export function expectedOneOf(known: readonly string[], got: unknown): string {
  return `expected one of ${listing(known)}, got ${quoted(got)}${suggestion(got, known)}`;
}

/** `unknown split "d": expected one of a, b, c (did you mean …?)` */
export function unknownName(what: string, name: string, known: readonly string[]): string {
  return `unknown ${what} ${quoted(name)}: expected one of ${listing(known)}${suggestion(name, known)}`;
}

/** The likeliest of `known`: other letters in at most a third of the places, letter case aside. */
function closest(word: string, known: readonly string[]): string | undefined {
  if (word.length > 100) return undefined;
  const given = word.toLowerCase();
  const ranked = known
    .map((name) => ({ name, edits: distance(given, name.toLowerCase()) }))
    .filter(({ name, edits }) => edits <= Math.max(1, Math.floor(Math.max(name.length, word.length) / 3)))
    .filter(({ name, edits }) => edits < name.length && name !== word)
    .sort((a, b) => a.edits - b.edits);
  return ranked[0]?.name;
}

/** Edits that make `b` of `a`: a letter more, less, changed, or two neighbours swapped (optimal string alignment). */
function distance(a: string, b: string): number {
  let [before, last] = [[] as number[], Array.from({ length: b.length + 1 }, (_, at) => at)];
  for (let row = 1; row <= a.length; row++) {
    const now = [row];
    for (let at = 1; at <= b.length; at++) {
      const isSame = a[row - 1] === b[at - 1];
      const isSwap = row > 1 && at > 1 && a[row - 1] === b[at - 2] && a[row - 2] === b[at - 1];
      const swapped = isSwap ? before[at - 2]! + 1 : Number.POSITIVE_INFINITY;
      now.push(Math.min(last[at]! + 1, now[at - 1]! + 1, last[at - 1]! + Number(!isSame), swapped));
    }
    [before, last] = [last, now];
  }
  return last[b.length]!;
}
