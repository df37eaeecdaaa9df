/**
 * ALFWorld in few words, for students that learn every word from scratch: "shelf 8" is one word, and an answer says only
 * what its action did not say already.
 *
 *     put some keychain on drawer.              put keychain drawer
 *     go to shelf 8                             go shelf_8
 *     On the shelf 8, you see a remotecontrol 3.   remotecontrol_3
 *     You pick up the keychain 1 from …         ok
 */
import type { CompactRendering } from "../../core/environment.ts";
import { namesNeeded, readCommand, VERBS, type Verb, type Wording, writeCommand } from "./commands.ts";
import { readObservation } from "./observations.ts";

/** Words of a task's sentence that say nothing about the goal. */
const STOP_WORDS = new Set("a an the some it them and in on to of under with at from".split(" "));

/** Most words kept of a text that is none of ALFWorld's. */
const MAX_WORDS = 60;

/** `wording`: which commands `parse` gives; both are understood. */
export function compactRendering(wording: Wording): CompactRendering {
  return {
    instruction: (task) => wordsOf(task.instruction),
    observation: compactObservation,
    action(action) {
      const command = readCommand(action.trim());
      return command ? [command.verb, ...command.names.map(unit)].join(" ") : action;
    },
    parse(compact) {
      const [verb = "", ...units] = compact.trim().split(/\s+/);
      const isCommand = isVerb(verb) && units.length === namesNeeded(verb) && units.every(isUnit);
      return isCommand ? writeCommand({ verb, names: units.map((name) => name.replace("_", " ")) }, wording) : compact;
    },
  };
}

function compactObservation(text: string): string {
  const reading = readObservation(text);
  switch (reading.kind) {
    case "room":
      return units(reading.receptacles);
    case "contents":
    case "carrying":
      return units(reading.things);
    case "facing":
      return ["facing", ...reading.receptacles.map(unit), ...reading.things.map(unit)].join(" ");
    case "qualities":
      return reading.words.join(" ") || "plain";
    case "done":
      return "ok";
    case "closed":
    case "failed":
    case "help":
      return reading.kind;
    case "other":
      return wordsOf(text);
  }
}

/** "shelf 8" → "shelf_8" */
const unit = (name: string): string => name.replace(" ", "_");
const units = (names: readonly string[]): string => names.map(unit).join(" ") || "nothing";
const isUnit = (word: string): boolean => /^[^\s_]+_\d+$/.test(word);
const isVerb = (word: string): word is Verb => (VERBS as readonly string[]).includes(word);

/** The telling words of any text, a name with its number as one. */
function wordsOf(text: string): string {
  const words = text
    .slice(0, 10_000)
    .toLowerCase()
    .replace(/([a-z]+) (\d+)/g, "$1_$2")
    .match(/[\p{L}\d_]+/gu);
  return (words ?? [])
    .filter((word) => !STOP_WORDS.has(word))
    .slice(0, MAX_WORDS)
    .join(" ");
}
