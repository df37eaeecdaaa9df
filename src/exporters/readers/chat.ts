/** Conversations of `{ role, content, … }` as the tools that read them see them. */
import { messageOf } from "../../core/errors.ts";
import type { Tool, ToolCall } from "../../core/message.ts";
import { parseWritten, writtenJson } from "../../core/written-json.ts";
import { listOf, objectOf, ReadError, type ReadTurn, roleOf, textOf } from "./reader.ts";

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
      // A null is dropped before a template sees it.
      ...((message.reasoning_content ?? undefined) !== undefined && {
        reasoning: textOf(message.reasoning_content, at),
      }),
      ...(calls !== undefined && { toolCalls: listOf(calls, at).map((call) => toolCall(call, at)) }),
      ...(message.tool_call_id !== undefined && { toolCallId: textOf(message.tool_call_id, at) }),
      weight: rule(message, at),
    };
  });
}

function toolCall(value: unknown, place: string): ToolCall {
  const { id, function: called } = objectOf(value, place);
  const { name, arguments: given } = objectOf(called, place);
  return { id: textOf(id, place), name: textOf(name, place), arguments: argumentsText(given, place) };
}

/** Arguments as text, or as an object whose numbers stay as they stand in the file. */
export function argumentsText(value: unknown, place: string): string {
  return typeof value === "string" ? value : writtenJson(objectOf(value, place));
}

/** A call that a tool reads from a text: `{ name, arguments }`, without an id. Throws ReadError. */
export function callIn(value: unknown, place: string): ToolCall {
  const { name, arguments: given } = objectOf(value, place);
  return { id: "", name: textOf(name, place), arguments: writtenJson(objectOf(given, place)) };
}

/** What can be called, as a member of an example; nothing if the row does not say. Throws ReadError. */
export function toolsOf({ tools }: Readonly<Record<string, unknown>>, place: string): { readonly tools?: Tool[] } {
  if (tools === undefined) return {};
  const list = listOf(typeof tools === "string" ? parsedText(tools, place) : tools, place);
  return {
    tools: list.map((tool) => {
      const described = objectOf(objectOf(tool, place).function, place);
      const { parameters } = described;
      const schema = typeof parameters === "string" ? parsedText(parameters, place) : parameters;
      return { ...described, parameters: schema } as unknown as Tool;
    }),
  };
}

/** JSON within a text. Throws ReadError. */
export function parsedText(text: string, place: string): unknown {
  try {
    return parseWritten(text);
  } catch (error) {
    throw new ReadError(`${place}: ${messageOf(error)}`);
  }
}

export const context: WeightRule = () => 0;
export const everything: WeightRule = () => 1;
export const assistantOnly: WeightRule = ({ role }) => (role === "assistant" ? 1 : 0);
