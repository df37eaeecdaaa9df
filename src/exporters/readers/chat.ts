/** Conversations of `{ role, content, … }` as the tools that read them see them. */
import type { Tool, ToolCall } from "../../core/message.ts";
import { listOf, objectOf, type ReadTurn, roleOf, textOf } from "./reader.ts";

/** What a tool learns of one message, given its role and its other members. */
export type WeightRule = (message: Readonly<Record<string, unknown>>, place: string) => number;

/** The messages of a list of `{ role, content, … }`, each with the weight that `rule` gives it. Throws ReadError. */
export function chatTurns(value: unknown, place: string, rule: WeightRule): ReadTurn[] {
  return listOf(value, place).map((entry, index) => {
    const at = `${place}, message ${index}`;
    const message = objectOf(entry, at);
    const calls = message.tool_calls;
    return {
      role: roleOf(message.role, at),
      content: textOf(message.content, at),
      ...(calls !== undefined && { toolCalls: listOf(calls, at).map((call) => toolCall(call, at)) }),
      ...(message.tool_call_id !== undefined && { toolCallId: textOf(message.tool_call_id, at) }),
      weight: rule(message, at),
    };
  });
}

function toolCall(value: unknown, place: string): ToolCall {
  const { id, function: called } = objectOf(value, place);
  const { name, arguments: given } = objectOf(called, place);
  return { id: textOf(id, place), name: textOf(name, place), arguments: textOf(given, place) };
}

/** What can be called, as a member of an example; nothing if the row does not say. Throws ReadError. */
export function toolsOf({ tools }: Readonly<Record<string, unknown>>, place: string): { readonly tools?: Tool[] } {
  if (tools === undefined) return {};
  return {
    tools: listOf(tools, place).map((tool) => objectOf(objectOf(tool, place).function, place) as unknown as Tool),
  };
}

export const context: WeightRule = () => 0;
export const everything: WeightRule = () => 1;
export const assistantOnly: WeightRule = ({ role }) => (role === "assistant" ? 1 : 0);
