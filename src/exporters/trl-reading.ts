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

/** Why a call would not reach TRL as it is; undefined if all do. */
export function misreadCall(columns: Columns): string | undefined {
  const call = Object.values(columns)
    .flat()
    .flatMap(({ toolCalls = [] }) => toolCalls)
    .find(hasExtremeNumber);
  return (
    call && `a call of ${call.name} has a number that TRL's reader of JSON changes: ${call.arguments.slice(0, 80)}`
  );
}

/** A column whose types `datasets` would guess, and how many messages it decides by. */
export interface GuessedColumn {
  readonly name: string;
  readonly messages: number;
}

/** The columns with calls whose first messages all have the same members. */
export function guessedColumns(set: TrainingSet, columnsOf: (example: never) => Columns): GuessedColumn[] {
  const examples = set.examples as readonly never[];
  const names = new Set(examples.flatMap((example) => Object.keys(columnsOf(example))));
  return [...names].flatMap((name) => {
    const messages = alikeFromTheStart(examples, (example) => columnsOf(example)[name] ?? []);
    return messages === undefined ? [] : [{ name, messages }];
  });
}

/** How many messages there are at the beginning; undefined if their members differ, or none of the column is a call. */
function alikeFromTheStart(
  examples: readonly never[],
  messagesOf: (example: never) => readonly Message[],
): number | undefined {
  const members = new Set<string>();
  let [characters, count] = [0, 0];
  for (const example of examples) {
    for (const message of messagesOf(example)) {
      members.add(Object.keys(templateMessage(message)).join());
      characters += message.content.length + 100;
      count++;
    }
    if (members.size > 1) return undefined;
    if (characters > BEGINNING) break;
  }
  const hasCalls = examples.some((example) => messagesOf(example).some(({ toolCalls }) => toolCalls !== undefined));
  return hasCalls ? count : undefined;
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
