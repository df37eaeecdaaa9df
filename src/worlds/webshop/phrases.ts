/**
 * The shop's own words in few tokens: an attribute or a search phrase is one unit (`machine_wash`), and so is an option
 * value that many products offer (`x-large`). Products and rare values, whose names mean nothing to who has not read
 * them, are numbers of a few digits, so that a student need not learn a word for each: `p3 q17`.
 */
import { wordsOf } from "./requests.ts";
import type { Catalogue } from "./types.ts";

export interface Phrases {
  /** The longest phrases of `words` in order, each as units. Single words that are no phrase stay as they are. */
  write(words: readonly string[]): string[];
  /** What one name means in units, or null if it is unknown or cannot be read back. */
  unitsOf(name: string): string | null;
  /** The text that units stand for. Inverse of `write` and `unitsOf`. */
  read(units: readonly string[]): string;
}

/** Digits are units of their own, a letter for each place: small enough that every one is seen often. */
const BASE = 48;
/** An option value that so many products offer is one unit. */
const COMMON = 3;
/** Further products are known by their full name alone. */
const MOST_PRODUCTS = 50_000;

const PRODUCT_PLACES = ["p", "q", "r"] as const;
const VALUE_PLACES = ["v", "w", "x"] as const;

export function phrasesOf(catalogue: Catalogue): Phrases {
  const offers = new Map<string, number>();
  const topics = new Set<string>();
  const asins: string[] = [];
  for (let row = 0; row < Math.min(catalogue.size, MOST_PRODUCTS); row++) {
    const { asin, options, query, attributes, instruction } = catalogue.product(row);
    asins.push(asin.toLowerCase());
    for (const phrase of [query, ...attributes, ...(instruction?.attributes ?? [])])
      topics.add(wordsOf(phrase).join(" "));
    const values = new Set(options.flatMap(({ values }) => values));
    for (const value of values) offers.set(value, (offers.get(value) ?? 0) + 1);
  }
  const rare = [...offers].filter(([, count]) => count < COMMON).map(([value]) => value);
  const units = new Map<string, string>();
  const learn = (name: string, unit: string) => {
    if (/^\S+(?: \S+)*$/.test(name) && !name.includes("_")) units.set(name, unit);
  };
  for (const topic of topics) learn(topic, topic.replaceAll(" ", "_"));
  for (const value of offers.keys()) learn(value, value.replaceAll(" ", "_"));
  numbered(rare, VALUE_PLACES, learn);
  numbered(asins, PRODUCT_PLACES, learn);
  const names = new Map([...units].map(([name, unit]) => [unit, name]));
  const longest = Math.max(1, ...[...units.keys()].map((name) => name.split(" ").length));
  return {
    write(words) {
      const written: string[] = [];
      for (let at = 0; at < words.length; ) {
        let length = Math.min(longest, words.length - at);
        while (length > 1 && !units.has(words.slice(at, at + length).join(" "))) length--;
        const phrase = words.slice(at, at + length).join(" ");
        written.push(units.get(phrase) ?? phrase);
        at += length;
      }
      return written;
    },
    unitsOf: (name) => units.get(name) ?? null,
    read(text) {
      const read: string[] = [];
      for (let at = 0; at < text.length; ) {
        let length = Math.min(PRODUCT_PLACES.length, text.length - at);
        while (length > 1 && !names.has(text.slice(at, at + length).join(" "))) length--;
        const unit = text.slice(at, at + length).join(" ");
        read.push(names.get(unit) ?? unit.replaceAll("_", " "));
        at += length;
      }
      return read.join(" ");
    },
  };
}

/** Gives each name its number, written with as many digits as the last one needs. */
function numbered(
  names: readonly string[],
  places: readonly string[],
  learn: (name: string, unit: string) => void,
): void {
  const digits = Math.max(1, Math.ceil(Math.log(names.length) / Math.log(BASE)));
  names.forEach((name, index) => {
    const written = places
      .slice(0, digits)
      .map((place, at) => `${place}${Math.floor(index / BASE ** (digits - 1 - at)) % BASE}`);
    learn(name, written.join(" "));
  });
}
