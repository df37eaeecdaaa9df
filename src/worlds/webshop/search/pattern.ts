/**
 * Regular expressions over named sets of characters, matched by longest match as scanner generators do. Each character
 * is looked at once per attempt, whatever the pattern: the states of the automaton are sets of places in the pattern,
 * worked out when a text first leads there. JavaScript's own expressions prefer the first alternative to the longest and may
 * take exponential time. Not here: captures, look-around.
 */
import { type CharacterSet, setsOf } from "./characters.ts";

export type Pattern =
  | { readonly kind: "one"; readonly set: CharacterSet }
  | { readonly kind: "sequence"; readonly parts: readonly Pattern[] }
  | { readonly kind: "either"; readonly choices: readonly Pattern[] }
  | { readonly kind: "many"; readonly part: Pattern };

/** One character of the set. */
export const one = (set: CharacterSet): Pattern => ({ kind: "one", set });
export const sequence = (...parts: readonly Pattern[]): Pattern => ({ kind: "sequence", parts });
export const either = (...choices: readonly Pattern[]): Pattern => ({ kind: "either", choices });
/** Any number of times, none included. */
export const many = (part: Pattern): Pattern => ({ kind: "many", part });
/** At least once. */
export const some = (part: Pattern): Pattern => sequence(part, many(part));
export const maybe = (part: Pattern): Pattern => either(part, sequence());

/** Where a match may stand in the pattern: before a character, before several places at once, or at the end. */
type Place =
  | { readonly kind: "one"; readonly set: CharacterSet; readonly next: number }
  | { readonly kind: "fork"; readonly next: number[] }
  | { readonly kind: "end" };

function placesOf(pattern: Pattern): { places: readonly Place[]; first: number } {
  const places: Place[] = [{ kind: "end" }];
  const add = (place: Place) => places.push(place) - 1;
  /** The place from which `part` leads to `next`. */
  const before = (part: Pattern, next: number): number => {
    switch (part.kind) {
      case "one":
        return add({ kind: "one", set: part.set, next });
      case "sequence":
        return part.parts.reduceRight((following, inner) => before(inner, following), next);
      case "either":
        return add({ kind: "fork", next: part.choices.map((choice) => before(choice, next)) });
      case "many": {
        const ways = [next];
        const fork = add({ kind: "fork", next: ways });
        ways.push(before(part.part, fork));
        return fork;
      }
    }
  };
  return { first: before(pattern, 0), places };
}

/** `text`, from where, and where to stop; gives the end of the longest match, `start` if there is none. */
export type Matcher = (text: string, start: number, stop: number) => number;

/** Numbers of states; 0 = not worked out yet. */
const DEAD = 1;
const START = 2;
/** More than any pattern here needs: kinds of characters that it tells apart, states of its automaton. */
const MAX_KINDS = 256;
const MAX_STATES = 1024;

/** A matcher of `pattern`; it keeps what it learns about characters and states (1.6 MB). */
export function matcher(pattern: Pattern): Matcher {
  const { places, first } = placesOf(pattern);
  // Characters that belong to the same sets are of one kind; 0 = not looked at yet.
  const kindOf = new Uint8Array(0x110000);
  const kinds: (readonly CharacterSet[])[] = [[]];
  const kindBySets = new Map<string, number>();
  const states: (readonly number[])[] = [[], []];
  const stateByPlaces = new Map<string, number>([["", DEAD]]);
  const following = new Uint16Array(MAX_STATES * MAX_KINDS);
  const accepting = new Uint8Array(MAX_STATES);

  const classify = (codePoint: number): number => {
    const sets = setsOf(codePoint);
    const key = sets.join();
    let kind = kindBySets.get(key);
    if (kind === undefined) {
      kind = kinds.push(sets) - 1;
      if (kind >= MAX_KINDS) throw new Error(`expected fewer than ${MAX_KINDS} kinds of characters`);
      kindBySets.set(key, kind);
    }
    kindOf[codePoint] = kind;
    return kind;
  };
  const stateAt = (entered: readonly number[]): number => {
    const reached = new Set<number>();
    const open = [...entered];
    for (let at = open.pop(); at !== undefined; at = open.pop()) {
      if (reached.has(at)) continue;
      reached.add(at);
      const place = places[at]!;
      if (place.kind === "fork") open.push(...place.next);
    }
    const members = [...reached].filter((at) => places[at]!.kind !== "fork").sort((a, b) => a - b);
    const key = members.join();
    const known = stateByPlaces.get(key);
    if (known !== undefined) return known;
    const state = states.push(members) - 1;
    if (state >= MAX_STATES) throw new Error(`expected fewer than ${MAX_STATES} states`);
    accepting[state] = reached.has(0) ? 1 : 0;
    stateByPlaces.set(key, state);
    return state;
  };
  const follow = (state: number, kind: number): number => {
    const sets = kinds[kind]!;
    const next = states[state]!.flatMap((at) => {
      const place = places[at]!;
      return place.kind === "one" && sets.includes(place.set) ? [place.next] : [];
    });
    return (following[state * MAX_KINDS + kind] = stateAt(next));
  };

  stateAt([first]);
  return (text, start, stop) => {
    let state = START;
    let end = start;
    for (let at = start; at < stop; ) {
      let codePoint = text.charCodeAt(at++);
      if (codePoint >= 0xd800 && codePoint < 0xdc00 && at < stop) {
        const low = text.charCodeAt(at);
        if (low >= 0xdc00 && low < 0xe000) {
          codePoint = ((codePoint - 0xd800) << 10) + (low - 0xdc00) + 0x10000;
          at++;
        }
      }
      const kind = kindOf[codePoint]! || classify(codePoint);
      state = following[state * MAX_KINDS + kind]! || follow(state, kind);
      if (state === DEAD) break;
      if (accepting[state]) end = at;
    }
    return end;
  };
}
