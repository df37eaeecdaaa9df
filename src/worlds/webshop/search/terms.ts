/**
 * The dictionary of an index: each term has a number, counted from 0 in order of first sight. A hash table in typed
 * arrays, so that millions of terms load as fast as they are read and cost no objects.
 */
import { growing } from "./growing.ts";

/** Plain data, as it is saved. */
export interface Dictionary {
  /** The UTF-16 units of all terms, one after the other. */
  readonly units: Uint16Array;
  /** Where each term begins in `units`; one more entry at the end. */
  readonly starts: Uint32Array;
  /** Hash table with a power of two of places: number of the term + 1, 0 = free. At least one place is free. */
  readonly slots: Uint32Array;
}

/** FNV-1a over UTF-16 units. */
function hashOf(term: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < term.length; i++) hash = Math.imul(hash ^ term.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}

function isTerm({ units, starts }: Omit<Dictionary, "slots">, number: number, term: string): boolean {
  const start = starts[number]!;
  if (starts[number + 1]! - start !== term.length) return false;
  for (let i = 0; i < term.length; i++) if (units[start + i] !== term.charCodeAt(i)) return false;
  return true;
}

/** The place of `term`, or the free one where it belongs. */
function slotOf(dictionary: Dictionary, term: string): number {
  const mask = dictionary.slots.length - 1;
  let slot = hashOf(term) & mask;
  for (let entry = dictionary.slots[slot]!; entry > 0; entry = dictionary.slots[slot]!) {
    if (isTerm(dictionary, entry - 1, term)) break;
    slot = (slot + 1) & mask;
  }
  return slot;
}

/** The number of `term`, or undefined. */
export function numberOf(dictionary: Dictionary, term: string): number | undefined {
  const entry = dictionary.slots[slotOf(dictionary, term)]!;
  return entry === 0 ? undefined : entry - 1;
}

/** A dictionary in the making. */
export interface TermCollector {
  /** The number of `term`, which is added if it is new. */
  add(term: string): number;
  readonly size: number;
  /** The dictionary so far. */
  dictionary(): Dictionary;
}

export function termCollector(): TermCollector {
  const units = growing(Uint16Array);
  const starts = growing(Uint32Array);
  starts.push(0);
  let slots = new Uint32Array(1024);
  const current = (): Dictionary => ({ units: units.buffer, starts: starts.buffer, slots });
  const term = (number: number): string =>
    String.fromCharCode(...units.buffer.subarray(starts.buffer[number], starts.buffer[number + 1]));

  return {
    get size() {
      return starts.length - 1;
    },
    add(text) {
      const slot = slotOf(current(), text);
      const entry = slots[slot]!;
      if (entry > 0) return entry - 1;
      for (let i = 0; i < text.length; i++) units.push(text.charCodeAt(i));
      const number = starts.push(units.length) - 1;
      slots[slot] = number + 1;
      // Half full at most: the search for a free place stays short.
      if (2 * (number + 1) > slots.length) {
        slots = new Uint32Array(2 * slots.length);
        for (let known = 0; known <= number; known++) slots[slotOf(current(), term(known))] = known + 1;
      }
      return number;
    },
    dictionary: () => ({ units: units.array(), starts: starts.array(), slots }),
  };
}
