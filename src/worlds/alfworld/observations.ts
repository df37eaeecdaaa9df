/**
 * What an observation says, as data. Reads the engine's texts in both wordings, and the same texts as loggers cut them
 * (without "You arrive at loc 4. ", without the welcome line). Works on any text; what it does not know is `other`.
 */

export type Reading =
  /** The first observation: everything that can be gone to. */
  | { readonly kind: "room"; readonly receptacles: readonly string[] }
  | { readonly kind: "contents"; readonly of: string; readonly things: readonly string[] }
  | { readonly kind: "closed"; readonly of: string }
  /** Something was taken, put, cleaned, closed … */
  | { readonly kind: "done" }
  | { readonly kind: "failed" }
  | { readonly kind: "carrying"; readonly things: readonly string[] }
  /** Answer to `look`: what is here, and what lies beside it. */
  | { readonly kind: "facing"; readonly receptacles: readonly string[]; readonly things: readonly string[] }
  /** Answer to `examine`: "hot", "clean" … ; none = nothing special. */
  | { readonly kind: "qualities"; readonly words: readonly string[] }
  | { readonly kind: "help" }
  | { readonly kind: "other" };

/** Longer texts are not ALFWorld's. */
const MAX_LENGTH = 20_000;

const ROOM =
  /^(?:-= Welcome to TextWorld, ALFRED! =-\s+)?You are in the middle of a room\. Looking quickly around you, you see ([^.]*)\./;
const CONTENTS = /^(?:On the|The|This is a normal) (\S+ \d+)(?: is open\. In it|\. In it)?, you see ([^.]*)\.$/;
const CLOSED = /^The (\S+ \d+) is closed\.$/;
const DONE = /^You (?:pick up|put|move|close|clean|heat|cool|sliced|turn on|turn off) the [^.]*\.$/;
const FACING = /^You are facing the ([^.]*)\. Next to it, you see ([^.]*)\.$/;
const CARRYING = /^You are (?:carrying: ([^.]*)|not carrying anything)\.$/;
const QUALITIES = /^This is a ((?:(?:hot|cool|cold|clean|sliced|and) )+)\S+ \d+\.$/;
const SWITCH = /^This \S+ \d+ is (on|off)\.$/;

export function readObservation(observation: string): Reading {
  const text = observation
    .slice(0, MAX_LENGTH)
    .trim()
    .replace(/^You (?:arrive at|open the) [^.\n]*\. /, "");
  let match: RegExpExecArray | null;
  if (text === "Nothing happens.") return { kind: "failed" };
  if ((match = CONTENTS.exec(text))) return { kind: "contents", of: match[1]!, things: namesIn(match[2]!) };
  if ((match = CLOSED.exec(text))) return { kind: "closed", of: match[1]! };
  if (DONE.test(text) || text === "OK.") return { kind: "done" };
  if ((match = ROOM.exec(text))) return { kind: "room", receptacles: namesIn(match[1]!) };
  if ((match = FACING.exec(text))) {
    return { kind: "facing", receptacles: namesIn(match[1]!), things: namesIn(match[2]!) };
  }
  if ((match = CARRYING.exec(text))) return { kind: "carrying", things: namesIn(match[1] ?? "") };
  if ((match = QUALITIES.exec(text)))
    return { kind: "qualities", words: match[1]!.match(/hot|cool|cold|clean|sliced/g)! };
  if ((match = SWITCH.exec(text))) return { kind: "qualities", words: [match[1]!] };
  if (text.startsWith("There's nothing special about ")) return { kind: "qualities", words: [] };
  if (text.startsWith("Available commands:")) return { kind: "help" };
  return { kind: "other" };
}

/** "a book 1, and a pen 12" → book 1, pen 12. */
function namesIn(list: string): string[] {
  return [...list.matchAll(/([^\s,]+) (\d+)(?=,|$)/g)].map(([name]) => name);
}

/** "shelf 8" → "shelf". */
export const kindOf = (name: string): string => name.slice(0, name.lastIndexOf(" "));
