/**
 * One turn of a logged conversation, whatever API it was logged from. Every spelling of a message is mapped to it and loses
 * nothing: what a mapping does not understand is refused by name.
 */
import { CliError } from "../../core/errors.ts";
import { isNothing } from "../../core/json.ts";
import type { Message, Tool, ToolCall } from "../../core/message.ts";
import { writtenMember } from "../../core/written-json.ts";
import { objectOf, shown, textOf } from "../reader.ts";
import type { ToldEnd } from "../row.ts";

/** A message and where it was found. An API's message of several results is several turns. */
export interface ChatTurn extends Message {
  /** Where it stands in its record, for errors: `messages[3]`. */
  readonly place: string;
  /** Kinds of parts that are left out, each as often as it occurred: pictures, sounds, thoughts that nobody can read. */
  readonly leftOut?: readonly string[];
  /** The agent did not say this in this run (an example, a copy, somebody else's turn): it is read and never learned. */
  readonly isContext?: true;
}

/** A conversation as an API has it. */
export interface Api {
  /** For messages to the user: `OpenAI chat`. */
  readonly name: string;
  /** What its messages look like, for messages to the user: `role and content`. */
  readonly shape: string;
  /**
   * What in these messages only this API has: `a part of type tool_use`. undefined: nothing. `[]`-safe and without
   * exceptions, whatever the list holds.
   */
  evidence(list: readonly unknown[]): string | undefined;
  /** The turns of the list, in order. `place` names it in errors. Throws CliError naming what it does not understand. */
  turns(list: readonly unknown[], place: string): ChatTurn[];
}

/** The members of an object, each of which must be understood. */
export type Fields = Readonly<Record<string, unknown>>;

/**
 * `value` as an object that has none but `known` members; others may be there if they hold nothing. Throws CliError naming
 * the first other one.
 */
export function fieldsOf(value: unknown, place: string, known: ReadonlySet<string>): Fields {
  const fields = objectOf(value, `known members in ${place}`);
  for (const [name, member] of Object.entries(fields)) {
    if (known.has(name) || isNothing(member)) continue;
    throw new CliError(`${place}.${name}: expected only members that are understood, found ${shown(member)}`);
  }
  return fields;
}

export { isNothing };

/** Whether `value` is an object with something under `name`. */
export const hasMember = (value: unknown, name: string): boolean =>
  typeof value === "object" && value !== null && Object.hasOwn(value, name) && !isNothing((value as Fields)[name]);

/** Whether a message's `content` (or what stands under `name`) is a list with a part for which `is` holds. */
export const hasPart = (message: unknown, is: (part: Fields) => boolean, name = "content"): boolean => {
  const content = typeof message === "object" && message !== null ? (message as Fields)[name] : undefined;
  return Array.isArray(content) && content.some((part) => typeof part === "object" && part !== null && is(part));
};

/** The role that an API's name for it stands for. Throws CliError naming `place` and the names that the API has. */
export function roleOf(
  name: unknown,
  roles: Readonly<Record<string, ChatTurn["role"]>>,
  place: string,
): ChatTurn["role"] {
  if (typeof name === "string" && Object.hasOwn(roles, name)) return roles[name]!;
  throw new CliError(`${place}.role: expected one of ${Object.keys(roles).join(", ")}, found ${shown(name)}`);
}

/** Whether a log says so; it may be silent. Throws CliError for what is neither true nor false. */
export function truthOf(value: unknown, place: string): boolean {
  if (isNothing(value) || typeof value === "boolean") return value === true;
  throw new CliError(`${place}: expected true or false, found ${shown(value)}`);
}

/** Text that may be absent. */
export const optionalText = (value: unknown, place: string): string =>
  value === undefined || value === null ? "" : textOf(value, place, "text");

/**
 * The arguments of a call, the member `name` of `holder`, as text: text as the model wrote it, anything else as JSON as it was
 * written (`writtenJson`). Throws CliError where there are none.
 */
export function argumentsOf(holder: Fields, name: string, place: string): string {
  const value = holder[name];
  if (typeof value === "string") return textOf(value, `${place}.${name}`, "arguments");
  if (value === undefined) throw new CliError(`${place}.${name}: expected arguments, found nothing`);
  return writtenMember(holder, name);
}

/** What the arguments of a call say, where they are a JSON object; else undefined. */
export function argumentsIn(call: Pick<ToolCall, "arguments">): Fields | undefined {
  try {
    const value: unknown = JSON.parse(call.arguments);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Fields) : undefined;
  } catch {
    return undefined;
  }
}

/** What a record tells of a conversation, before anybody asks which world it was. */
export interface LoggedChat extends ToldEnd {
  readonly turns: readonly ChatTurn[];
  /** What could be called; undefined: the log does not tell. */
  readonly tools?: readonly Tool[] | undefined;
}
