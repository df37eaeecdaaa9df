/**
 * JSON that is written again as it was. 20.0, 1e-7 and 12345678901234567890 are other texts, and the last one another number,
 * once they have been numbers of JavaScript; members whose names are whole numbers ("10", "7") change places; NaN and
 * Infinity, which Python writes, are lost. What a model wrote must be learned as it wrote it.
 */
import { changesOf, hasWordNumber, MARK, markedJson, WORDS } from "./marked-json.ts";

/** By the object or list that holds it, then by its key: the text of a number that would be written otherwise. */
const texts = new WeakMap<object, Map<string, string>>();
/** By the object: its keys in the order of the text, where JavaScript has them in another one. */
const orders = new WeakMap<object, readonly string[]>();

/** `JSON.parse` of what `writtenJson` writes again. Throws SyntaxError. */
export function parseWritten(text: string): unknown {
  const changes = changesOf(text);
  // Most texts have none, and are parsed five times as fast without looking at each value.
  if (changes === "none") return JSON.parse(text);
  if (changes === "numbers") return parseNoting(text, false);
  // What is wrong is told of the text itself.
  JSON.parse(text);
  return parseNoting(markedJson(text), true);
}

/**
 * As `parseWritten`, and with the words of Python's json module: NaN is no number and becomes null, infinite numbers stay
 * infinite, and `writtenJson` writes them as they were. undefined: the text has no such word, or the
 * numbers that stand for them here. Throws SyntaxError.
 */
export function parsePythonJson(text: string): unknown {
  if (hasWordNumber(text)) return undefined;
  const marked = markedJson(text);
  return hasWordNumber(marked) ? parseNoting(marked, true, WORDS) : undefined;
}

type Reviver = (this: object, key: string, value: unknown, context?: { readonly source?: string }) => unknown;

function parseNoting(text: string, isMarked: boolean, words?: ReadonlyMap<string, string>): unknown {
  const reviver: Reviver = function (key, value, context) {
    if (typeof value === "object") return value === null || !isMarked ? value : unmarked(value);
    const source = context?.source;
    if (typeof value !== "number" || source === undefined) return value;
    const word = words?.get(source);
    if (word !== undefined || source !== JSON.stringify(value)) note(this, key, word ?? source);
    return word === "NaN" ? null : value;
  };
  return JSON.parse(text, reviver as (this: unknown, key: string, value: unknown) => unknown);
}

/** An object with its own names, their order noted. */
function unmarked(value: object): object {
  const keys = Object.keys(value);
  if (Array.isArray(value) || !keys.some((key) => key.startsWith(MARK))) return value;
  const nameOf = (key: string) => (key.startsWith(MARK) ? key.slice(MARK.length) : key);
  const own = Object.fromEntries(Object.entries(value).map(([key, member]) => [nameOf(key), member]));
  orders.set(own, keys.map(nameOf));
  const known = texts.get(value);
  if (known) texts.set(own, new Map([...known].map(([key, source]) => [nameOf(key), source])));
  return own;
}

function note(holder: object, key: string, source: string): void {
  const known = texts.get(holder);
  if (known) known.set(key, source);
  else texts.set(holder, new Map([[key, source]]));
}

/** Compact JSON of a value that `parseWritten` gave, or of a part of it: numbers and order as they were written. */
export function writtenJson(value: unknown): string {
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "null";
  if (Array.isArray(value)) return `[${value.map((_, index) => writtenMember(value, String(index))).join(",")}]`;
  const keys = orders.get(value) ?? Object.keys(value);
  return `{${keys.map((key) => `${JSON.stringify(key)}:${writtenMember(value, key)}`).join(",")}}`;
}

/** As `writtenJson`, of the member `key` of `holder`: a number that stands alone is written as it was, too. */
export const writtenMember = (holder: object, key: string): string =>
  texts.get(holder)?.get(key) ?? writtenJson((holder as Readonly<Record<string, unknown>>)[key]);

/** `copy`, whose members are written as those of `original` under the same keys. */
export function writtenLike<T extends object>(copy: T, original: object): T {
  const [known, order] = [texts.get(original), orders.get(original)];
  if (known) texts.set(copy, known);
  if (order) orders.set(copy, order);
  return copy;
}
