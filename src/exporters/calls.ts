/** Calls as training tools write them: arguments as an object whose numbers stay as they were written. */
import { namesIn, namesOf } from "../core/marked-json.ts";
import type { Message, Tool, ToolCall } from "../core/message.ts";
import type { TrainingSet } from "../core/training.ts";
import { chatTool } from "../formats/chat-message.ts";

type Reviver = (key: string, value: unknown, context?: { readonly source?: string }) => unknown;

/** The object that `text` is, to be written by `JSON.stringify`, numbers as in `text`; undefined if it is none. */
export function argumentsObject(text: string): object | undefined {
  const { rawJSON } = JSON as unknown as { rawJSON(text: string): unknown };
  const asWritten: Reviver = (_key, value, context) => (typeof value === "number" ? rawJSON(context!.source!) : value);
  try {
    const value: unknown = JSON.parse(text, asWritten as (this: unknown, key: string, value: unknown) => unknown);
    return typeof value === "object" && value !== null && !Array.isArray(value) && !isNumber(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Whether `argumentsObject` says all that the JSON `text` says, in its order: of a name that stands twice in an object one
 * member is lost, and names that are whole numbers ("10", "7") change places.
 */
export function keepsNames(text: string): boolean {
  const names = namesOf(JSON.parse(text));
  const written = namesIn(text);
  return written.length === names.length && written.every((name, index) => name === names[index]);
}

/** A number that is written as it was, where an object was expected. */
const isNumber = (value: object): boolean => Object.getPrototypeOf(value) === null && "rawJSON" in value;

/** `{ name, arguments }`, the arguments an object. They must be one (expressible-calls.ts). */
export const plainCall = ({ name, arguments: given }: ToolCall) => ({ name, arguments: argumentsObject(given) });

/** A message as chat templates of transformers read it: arguments as objects, thoughts as `reasoning_content`. */
export const templateMessage = ({ role, content, reasoning, toolCalls, toolCallId }: Message) => ({
  role,
  content,
  ...(reasoning !== undefined && { reasoning_content: reasoning }),
  ...(toolCalls && {
    tool_calls: toolCalls.map((call) => ({ id: call.id, type: "function", function: plainCall(call) })),
  }),
  ...(toolCallId !== undefined && { tool_call_id: toolCallId }),
});

/** What can be called, as the text of a JSON list, in a member of a row; nothing if nothing can be. */
export const toolsText = (tools: readonly Tool[] | undefined) =>
  tools && { tools: JSON.stringify(tools.map(chatTool)) };

/** Whether any conversation has calls or says what can be called. */
export function hasCalls(set: TrainingSet): boolean {
  return set.examples.some(
    (example) => example.tools !== undefined || conversationsOf(example).some((messages) => messages.some(isOfCalls)),
  );
}

/** All messages of an example, side by side. */
export const conversationsOf = (example: TrainingSet["examples"][number]): (readonly Message[])[] =>
  "messages" in example ? [example.messages] : [example.prompt, example.chosen, example.rejected];

/** Whether the message calls something or answers a call. */
export const isOfCalls = ({ role, toolCalls }: Message): boolean => role === "tool" || toolCalls !== undefined;
