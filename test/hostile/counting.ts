/**
 * What a chat holds, counted without the readers: calls and words in its JSON, whatever API spelled it, and the same in the
 * messages that were read. The count knows where words of a conversation may stand, not how an API is read: every text counts
 * but for the few members that name, type or sign something.
 */
import type { Message } from "../../src/core/message.ts";
import type { LoggedEpisode } from "../../src/importers/reader.ts";

export interface Count {
  calls: number;
  readonly words: Map<string, number>;
}

/** Members that name, type or sign something. */
const NOT_SAID = new Set([
  ...["id", "call_id", "tool_call_id", "tool_use_id", "toolUseId", "type", "role", "from", "status", "signature"],
  ...["thought_signature", "thoughtSignature", "format", "response_metadata", "lc", "encrypted_content"],
  ...["loss_weight", "annotations"],
]);
/** Where APIs write the arguments of a call. */
const ARGUMENTS = ["arguments", "args", "input"];
const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function addWords(count: Count, text: string): void {
  for (const [word] of text.matchAll(/[\p{L}\p{N}]+/gu)) count.words.set(word, (count.words.get(word) ?? 0) + 1);
}

/** The member that holds the arguments, if it is a call. */
const argumentsIn = (value: object) =>
  Object.hasOwn(value, "name") ? ARGUMENTS.find((name) => Object.hasOwn(value, name)) : undefined;

/** Texts in JSON are read as JSON: an escaped line break is no letter. */
function addArguments(count: Count, value: unknown): void {
  const inner = typeof value === "string" ? containerIn(value) : value;
  if (inner === undefined) addWords(count, String(value));
  else if (Array.isArray(inner)) for (const one of inner) addArguments(count, one);
  else if (!isObject(inner)) addWords(count, String(inner));
  else {
    const given = argumentsIn(inner);
    if (given !== undefined) count.calls += 1;
    for (const [name, one] of Object.entries(inner)) {
      // A call in a text.
      if (given === undefined || (name !== given && name !== "name")) addWords(count, name);
      addArguments(count, one);
    }
  }
}

function containerIn(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Counts what is said in a part of a log. */
function addSaid(count: Count, value: unknown): void {
  if (typeof value === "string") addArguments(count, value);
  else if (Array.isArray(value)) for (const one of value) addSaid(count, one);
  else if (isObject(value)) {
    const given = argumentsIn(value);
    if (given !== undefined) {
      count.calls += 1;
      addWords(count, String(value.name));
    }
    for (const [name, one] of Object.entries(value)) {
      if (NOT_SAID.has(name) || name === "name") continue;
      if (name === given) addArguments(count, one);
      else addSaid(count, one);
    }
  }
}

const empty = (): Count => ({ calls: 0, words: new Map() });

export function countOfJson(chat: unknown): Count {
  const count = empty();
  addSaid(count, chat);
  return count;
}

export function countOfEpisodes(episodes: readonly LoggedEpisode[]): Count {
  const count = empty();
  for (const { chat } of episodes) for (const message of chat?.messages ?? []) addMessage(count, message);
  return count;
}

function addMessage(count: Count, { content, reasoning = "", toolCalls = [] }: Message): void {
  addArguments(count, content);
  addArguments(count, reasoning);
  for (const { name, arguments: given } of toolCalls) {
    count.calls += 1;
    addWords(count, name);
    addArguments(count, given);
  }
}

/** What `written` has and `read` has not; undefined: nothing. `isDoubled`: the spelling says some things twice. */
export function lostOf(written: Count, read: Count, isDoubled: boolean): string | undefined {
  const calls = isDoubled ? 0 : written.calls - read.calls;
  if (calls > 0) return `${calls} of ${written.calls} calls`;
  for (const [word, times] of written.words) {
    const found = read.words.get(word) ?? 0;
    if (found >= (isDoubled ? Math.min(1, times) : times)) continue;
    return `${JSON.stringify(word.slice(0, 40))}, ${times} times, read ${found} times`;
  }
  return undefined;
}
