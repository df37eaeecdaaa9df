/**
 * What `datasets` makes of JSON lines before TRL sees them. Where the messages of a column differ in their members, it keeps
 * them as JSON, to the value; where they do not, it guesses types and turns dates into others. Numbers go through ujson, which
 * fails on some.
 *
 * Source: datasets 5.2.0, datasets/packaged_modules/json/json.py (`_generate_tables`, `find_mixed_struct_types_field_paths`
 * over the first chunk of 10 MiB), tried with it.
 */
import type { Message, ToolCall } from "../core/message.ts";
import type { TrainingSet } from "../core/training.ts";
import { templateMessage } from "./calls.ts";

/** Characters at the beginning of a file by which `datasets` decides; less than its 10 MiB. */
const BEGINNING = 2 ** 20;

type Columns = Readonly<Record<string, readonly Message[]>>;

/** Why calls would not reach TRL as they are; undefined if they do. `columnsOf`: the messages of a row, by column. */
export function misreadCalls(set: TrainingSet, columnsOf: (example: never) => Columns): string | undefined {
  const examples = set.examples as readonly never[];
  for (const example of examples) {
    for (const messages of Object.values(columnsOf(example))) {
      const call = messages.flatMap(({ toolCalls = [] }) => toolCalls).find(hasExtremeNumber);
      if (call)
        return `a call of ${call.name} has a number that TRL's reader of JSON changes: ${call.arguments.slice(0, 80)}`;
    }
  }
  const names = new Set(examples.flatMap((example) => Object.keys(columnsOf(example))));
  const guessed = [...names].find((name) => isGuessed(examples, (example) => columnsOf(example)[name] ?? []));
  if (guessed === undefined) return undefined;
  return (
    `every message of the column "${guessed}" is a call, so that TRL's reader of JSON would guess the types of arguments ` +
    "and change some; add an example whose messages differ"
  );
}

/** Whether a column has calls, and its first messages all have the same members. */
function isGuessed(examples: readonly never[], messagesOf: (example: never) => readonly Message[]): boolean {
  const members = new Set<string>();
  let characters = 0;
  for (const example of examples) {
    for (const message of messagesOf(example)) {
      members.add(Object.keys(templateMessage(message)).join());
      characters += message.content.length + 100;
    }
    if (members.size > 1) return false;
    if (characters > BEGINNING) break;
  }
  return examples.some((example) => messagesOf(example).some(({ toolCalls }) => toolCalls !== undefined));
}

/** ujson reads whole numbers of 64 bits; it loses fractions near the ends of what a double holds. */
function hasExtremeNumber({ arguments: given }: ToolCall): boolean {
  let found = false;
  JSON.parse(given, (_key, value) => {
    if (typeof value !== "number") return value;
    const size = Math.abs(value);
    if (Number.isInteger(value) ? size >= 2 ** 63 : size < 1e-300) found = true;
    return value;
  });
  return found;
}
