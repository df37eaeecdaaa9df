/** Conversations as they are compared with a tool's files: without what the tool has no word for. */
import { canonicalJson } from "../core/json.ts";
import type { Message, ToolCall } from "../core/message.ts";
import type { Calls } from "./exporter.ts";

/**
 * The same messages, of which only that is left which the tool says: where it has no ids, calls are numbered and answers
 * belong to them in order; where it reads arguments as objects, blanks and the order of keys are nothing, while numbers
 * count as they are written.
 */
export function comparable<Turn extends Message>(turns: readonly Turn[], calls: Calls | undefined): readonly Turn[] {
  if (!calls || (calls.ids && calls.arguments === "text")) return turns;
  let made = 0;
  let owed: string[] = [];
  return turns.map((turn) => {
    if (turn.role === "tool" && !calls.ids) return { ...turn, toolCallId: owed.shift() ?? "to no call" };
    if (!turn.toolCalls) return turn;
    const toolCalls = turn.toolCalls.map((call): ToolCall => {
      const id = calls.ids ? call.id : `call ${made++}`;
      return { ...call, id, arguments: calls.arguments === "object" ? canonical(call.arguments) : call.arguments };
    });
    owed = toolCalls.map(({ id }) => id);
    return { ...turn, toolCalls };
  });
}

/** Numbers as they are written; they and objects are wrapped, so that nothing else looks like them. */
function canonical(text: string): string {
  const reviver = (_key: string, value: unknown, context?: { readonly source?: string }) =>
    typeof value === "number"
      ? { number: context!.source! }
      : typeof value === "object" && value !== null && !Array.isArray(value)
        ? { object: value }
        : value;
  try {
    return canonicalJson(JSON.parse(text, reviver as (this: unknown, key: string, value: unknown) => unknown));
  } catch {
    return `no JSON: ${text}`;
  }
}
