/**
 * ScienceWorld in few words, for students that learn every word from scratch: a name is one word, what contains other
 * things has them in brackets, and an answer says only what its action did not say already.
 *
 *     open door to art studio                       open_door art_studio
 *     move substance in pot to stove                move substance_in_pot stove
 *     a table. On the table is: a glass cup (containing nothing), a battery.     table ( glass_cup battery )
 *     You move to the hallway.                      ok
 */
import type { CompactRendering } from "../../core/environment.ts";

/** Most words kept of a text. */
const MAX_WORDS = 120;

/** How actions are written: the short verb, and the simulator's phrase with X and Y for names. */
const PHRASES: readonly (readonly [verb: string, phrase: string])[] = [
  ["open_door", "open door to X"],
  ["close_door", "close door to X"],
  ["open", "open X"],
  ["close", "close X"],
  ["go", "go to X"],
  ["teleport", "teleport to X"],
  ["look", "look around"],
  ["look_at", "look at X"],
  ["look_in", "look in X"],
  ["examine", "examine X"],
  ["read", "read X"],
  ["take", "pick up X"],
  ["put", "put down X"],
  ["drop", "drop X"],
  ["move", "move X to Y"],
  ["pour", "pour X into Y"],
  ["dunk", "dunk X into Y"],
  ["mix", "mix X"],
  ["connect", "connect X to Y"],
  ["disconnect", "disconnect X"],
  ["use", "use X on Y"],
  ["use", "use X"],
  ["activate", "activate X"],
  ["deactivate", "deactivate X"],
  ["focus", "focus on X"],
  ["eat", "eat X"],
  ["flush", "flush X"],
  ["reset", "reset task"],
];

const PATTERNS = PHRASES.map(([verb, phrase]) => ({
  verb,
  phrase,
  names: phrase.match(/\b[XY]\b/g)?.length ?? 0,
  pattern: new RegExp(`^${phrase.replace(/\b[XY]\b/g, "(.+)")}$`),
}));

export const compactRendering: CompactRendering = {
  instruction: ({ category, instruction }) => [category, ...wordsOf(instruction)].slice(0, MAX_WORDS).join(" "),
  observation: (text) => observationOf(text).slice(0, MAX_WORDS).join(" "),
  action(action) {
    for (const { verb, pattern } of PATTERNS) {
      const found = pattern.exec(action);
      if (!found) continue;
      const compact = [verb, ...found.slice(1).map(unit)].join(" ");
      return parse(compact) === action ? compact : action;
    }
    return action;
  },
  parse,
};

function parse(compact: string): string {
  const [verb, ...units] = compact.trim().split(/\s+/);
  const known = PATTERNS.find((each) => each.verb === verb && each.names === units.length);
  if (!known) return compact;
  const names = units.map((each) => each.replaceAll("_", " "));
  return known.phrase.replace(/\b[XY]\b/g, () => names.shift()!);
}

const unit = (name: string): string => name.trim().replace(/\s+/g, "_");

/** Answers that say no more than that the action was done. */
const DONE = [
  /^(?:\([^)]*\))?You (?:move|focus|pour|put|take|dunk|teleport|eat|reset|decide to wait)\b/,
  /\bis now (?:open|closed|activated|deactivated|connected|disconnected)\b/,
  /\bhas been disconnected$/,
];
/** Other answers that are not about things. */
const ANSWERS: readonly (readonly [pattern: RegExp, compact: string])[] = [
  [/^No known action/, "unknown"],
  [/^The .* is already /, "already"],
  [/^Mixing the contents of .* anything new/, "unmixed"],
];
/** A list of things, or one; everything else is prose. */
const THINGS =
  /^(?:This (?:room|outside location) is|In your inventory|Inside the|A (?:door|book|recipe)|an?|the|some)\b/;
/** Prose of no more words is a name. */
const MAX_NAME_WORDS = 4;

function observationOf(text: string): string[] {
  if (text.startsWith("Ambiguous request")) return ["which", ...(text.match(/^\d+(?=:)/gm) ?? [])];
  if (DONE.some((pattern) => pattern.test(text))) return ["ok"];
  const answer = ANSWERS.find(([pattern]) => pattern.test(text));
  if (answer) return [answer[1]];
  const [, product] = /mix to produce (?:an? )?([^.]*)/.exec(text) ?? [];
  if (product) return ["made", unit(product)];
  const isName = /^[\w ]+$/.test(text) && text.split(" ").length <= MAX_NAME_WORDS;
  return THINGS.test(text) || isName ? thingsIn(text) : wordsOf(text);
}

/** How the simulator tells of things, as names in brackets and commas. The order matters. */
const REWRITTEN: readonly (readonly [RegExp, string])[] = [
  [/^(?:This room|This outside location) is called the ([^.]*)\.(?: In it| Here),? you see: */, "$1:"],
  [/^In your inventory, you see: */, "inventory:"],
  [/^Inside the ([^:]*) is: */, "$1:"],
  [/\bYou also see:/, ":"],
  [/\bA (book|recipe)((?: \([^)]*\))?) titled [^,()\n]*/g, "$1"],
  [/\bA door to the ([^()\n]*) \(that is (\w+)\)\.?/g, "$1,$2,"],
  [/\. The [^.\n]* door is (\w+)(?=\.)/g, ",$1"],
  [/\. (?:On|In) the [^:(\n]* is: ([^\n]*?)\.?$/gm, " ($1)"],
  [/\. (?:On|In) the [^:\n]* (?:is|you see): /g, ","],
  [/,? which is (?:turned )?/g, ","],
  [/,? currently reading a temperature of /g, ","],
  [/\bmeasures a temperature of /g, ","],
  [/ degrees celsius/g, ""],
  [/\. The time reads (\d+) ticks/g, ",$1"],
  [/,? with: /g, ","],
  [/ approximately (\d+)% down the plane/g, ",$1"],
  [/ in the ([\w ]+) stage/g, ",$1"],
  [/ with a (\w+) height/g, ",$1"],
  [/\(containing /g, "("],
];

/** Not worth a word: they are everywhere, or nothing. */
const LEFT_OUT = new Set(["", "agent", "air", "nothing"]);

function thingsIn(text: string): string[] {
  const rewritten = REWRITTEN.reduce((rest, [pattern, by]) => rest.replace(pattern, by), text.slice(0, 10_000));
  const units = rewritten
    .split(/([():])|[,;.\n\t]/)
    .map((part) =>
      (part ?? "")
        .trim()
        .toLowerCase()
        .replace(/^(?:an?|the|some) /, "")
        .replace(/^substance called /, ""),
    )
    .filter((part) => !LEFT_OUT.has(part))
    .map(unit);
  return units.length > 0 ? withoutEmpty(units) : ["nothing"];
}

/** Drops brackets and colons with nothing between them. */
function withoutEmpty(units: readonly string[]): string[] {
  const kept: string[] = [];
  for (const each of units) {
    if (each === ")" && kept.at(-1) === "(") kept.pop();
    else if (each !== ":" || kept.at(-1) !== ":") kept.push(each);
  }
  return kept;
}

/** Words of a task's sentence that say nothing about the goal. */
const STOP_WORDS = new Set(
  "your task is to a an the of for that which it its in on and or if from be you are this also will then them n what".split(
    " ",
  ),
);

/** The telling words of any text, a box with its colour as one. */
function wordsOf(text: string): string[] {
  const words = text
    .slice(0, 10_000)
    .toLowerCase()
    .replace(/(\w+) box\b/g, "$1_box")
    .match(/-?\d+(?:\.\d+)?|\p{L}[\p{L}\d_-]*/gu);
  return (words ?? []).filter((word) => !STOP_WORDS.has(word));
}
