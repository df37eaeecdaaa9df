/**
 * JSON whose numbers are written again as they were: 20.0, 1e-7 and 12345678901234567890 are other texts, and the last one
 * another number, once they have been numbers of JavaScript. What a model wrote must be learned as it wrote it.
 */

/** By the object or list that holds it, then by its key: the text of a number that would be written otherwise. */
const texts = new WeakMap<object, Map<string, string>>();

/**
 * Whether a text may have such a number behind a colon, a comma or a bracket, where JSON has its numbers: most have none, and
 * are parsed five times as fast without looking at each value.
 */
const SUSPECT = /[:,[]\s*-?(?:0(?![.\d])(?<=-0)|\d+\.\d*0(?!\d)|\d+(?:\.\d+)?[eE]|\d[\d.]{15})|^\s*-?\d/;

/** `JSON.parse` of what `writtenJson` writes again. Throws SyntaxError. */
export function parseWritten(text: string): unknown {
  if (!SUSPECT.test(text)) return JSON.parse(text);
  return JSON.parse(text, function (this: object, key: string, value: unknown, context?: { source?: string }) {
    const source = context?.source;
    if (typeof value === "number" && source !== undefined && source !== JSON.stringify(value)) note(this, key, source);
    return value;
  } as (this: object, key: string, value: unknown) => unknown);
}

function note(holder: object, key: string, source: string): void {
  const known = texts.get(holder);
  if (known) known.set(key, source);
  else texts.set(holder, new Map([[key, source]]));
}

/** Compact JSON of a value that `parseWritten` gave, or of a part of it; numbers as they were written. */
export function writtenJson(value: unknown): string {
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "null";
  const written = texts.get(value);
  const inner = (key: string, member: unknown) => written?.get(key) ?? writtenJson(member);
  if (Array.isArray(value)) return `[${value.map((member, index) => inner(String(index), member)).join(",")}]`;
  const members = Object.entries(value).map(([key, member]) => `${JSON.stringify(key)}:${inner(key, member)}`);
  return `{${members.join(",")}}`;
}

/** `copy`, whose numbers are written as those of `original` under the same keys. */
export function writtenLike<T extends object>(copy: T, original: object): T {
  const known = texts.get(original);
  if (known) texts.set(copy, known);
  return copy;
}
