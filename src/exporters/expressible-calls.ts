/** Whether a tool can be told a conversation's calls, their answers, what can be called, and thoughts, exactly. */
import type { Message, Tool, ToolCall } from "../core/message.ts";
import { argumentsObject, keepsNames } from "./calls.ts";
import type { Calls, Exporter } from "./exporter.ts";

interface Conversation {
  readonly messages: readonly Message[];
  readonly tools: readonly Tool[] | undefined;
  readonly isPreference: boolean;
}

/** Names the first message with something that the tool would lose or change; undefined if there is none. */
export function problemOfCalls(
  { tool, expresses }: Exporter,
  { messages, tools, isPreference }: Conversation,
): string | undefined {
  const thought = messages.findIndex(({ reasoning }) => reasoning !== undefined);
  if (thought >= 0 && !expresses.thoughts)
    return `message ${thought} has a thought apart from what it says: ${tool} has no place for it, so it would be lost`;
  const { calls } = expresses;
  const call = messages.findIndex(({ role, toolCalls }) => role === "tool" || toolCalls !== undefined);
  if (!calls) {
    if (call >= 0)
      return `message ${call} calls a tool or answers a call: gleaner cannot write calls for ${tool}, so they would be lost`;
    return tools && tools.length > 0
      ? `it says what can be called: ${tool} has no place for it, so it would be lost`
      : undefined;
  }
  if (isPreference && !calls.preferences && (call >= 0 || tools !== undefined))
    return `it has calls, or says what can be called: of preferences ${tool} reads texts alone, so they would be lost`;
  for (const [index, message] of messages.entries()) {
    const problem = problemOf(message, messages[index - 1], calls, tool);
    if (problem !== undefined) return `message ${index} ${problem}`;
  }
  const unordered = calls.ids ? undefined : outOfOrder(messages);
  return unordered === undefined
    ? undefined
    : `message ${unordered} answers another call than its place says: ${tool} has no ids for calls`;
}

function problemOf(
  { role, content, reasoning = "", toolCalls = [] }: Message,
  before: Message | undefined,
  calls: Calls,
  tool: string,
): string | undefined {
  if (role === "tool" && before?.role === "tool" && !calls.several)
    return `is a second answer to one turn: ${tool} takes one answer to a turn`;
  if (toolCalls.length > 0 && content !== "" && !calls.beside)
    return `says something beside its calls: ${tool} has no place for it`;
  if (!reasoning.isWellFormed()) return "is no valid Unicode (half of a surrogate pair)";
  for (const call of toolCalls) {
    const problem = problemOfCall(call, calls, tool);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function problemOfCall({ name, arguments: given }: ToolCall, calls: Calls, tool: string): string | undefined {
  if (![name, given].every((text) => text.isWellFormed())) return "is no valid Unicode (half of a surrogate pair)";
  const mark = calls.reserved?.find((text) => given.includes(text));
  if (mark !== undefined)
    return `has "${mark}" in its call of ${name}, which ${tool} would take for one of its own marks`;
  if (calls.arguments === "text") return undefined;
  const read = argumentsObject(given);
  if (read === undefined) return `calls ${name} with arguments that are no JSON object, and ${tool} reads them as one`;
  if (!keepsNames(given))
    return `calls ${name} with arguments whose names stand twice or are whole numbers: ${tool} would be told others, or in another order`;
  return isWellFormed(read)
    ? undefined
    : `calls ${name} with a text that is no valid Unicode (half of a surrogate pair)`;
}

function isWellFormed(value: unknown): boolean {
  if (typeof value === "string") return value.isWellFormed();
  if (typeof value !== "object" || value === null) return true;
  return Object.entries(value).every(([key, member]) => key.isWellFormed() && isWellFormed(member));
}

/** The first answer that does not come in the order of the last turn's calls; undefined if all do. */
function outOfOrder(messages: readonly Message[]): number | undefined {
  let owed: readonly string[] = [];
  for (const [index, { role, toolCalls, toolCallId }] of messages.entries()) {
    if (role === "assistant") owed = (toolCalls ?? []).map(({ id }) => id);
    if (role !== "tool") continue;
    if (owed[0] !== toolCallId) return index;
    owed = owed.slice(1);
  }
  return undefined;
}
