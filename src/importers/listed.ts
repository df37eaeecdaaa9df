/**
 * What an import found in many places, within bounds: memory and the printed summary hold the first places of each kind, however
 * long the logs are. The number of all of them is kept beside.
 */

/** At most so many places are listed of each kind. */
export const MOST_LISTED = 10_000;
/** And so many characters of their texts together. */
const MOST_CHARACTERS = 4 * 2 ** 20;
/** A longer text is cut. */
export const LONGEST_TEXT = 10_000;

export interface Listed<T> {
  add(item: T): void;
  /** The first ones, with texts that may be cut. */
  readonly items: readonly T[];
  /** Of all that were added. */
  count(): number;
}

/** A list of records of texts and numbers. */
export function listed<T extends object>(): Listed<T> {
  const items: T[] = [];
  let count = 0;
  let characters = 0;
  return {
    add(item) {
      count += 1;
      if (items.length >= MOST_LISTED || characters >= MOST_CHARACTERS) return;
      const kept = Object.fromEntries(Object.entries(item).map(([name, value]) => [name, keptOf(value)])) as T;
      for (const value of Object.values(kept)) characters += typeof value === "string" ? value.length : 0;
      items.push(kept);
    },
    items,
    count: () => count,
  };
}

function keptOf(value: unknown): unknown {
  if (typeof value !== "string") return value;
  if (value.length <= LONGEST_TEXT) return ownText(value);
  return ownText(`${value.slice(0, LONGEST_TEXT)}… (${value.length - LONGEST_TEXT} more characters)`);
}

/** The same text in memory of its own: a part of a text keeps the whole of it, here a record of the log. */
export const ownText = (text: string): string => Buffer.from(text, "utf16le").toString("utf16le");
