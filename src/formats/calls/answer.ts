/** What a model that was asked with tools answers in text: what it says, and what it calls. */
import { CliError } from "../../core/errors.ts";
import type { Tool, ToolCall } from "../../core/message.ts";
import { callsInTags, type FoundCalls } from "./tags.ts";

/**
 * The calls in a model's raw answer, in whatever spelling its chat template taught it, and the text around them. A text
 * without calls is all said. A call whose JSON is broken is a call whose arguments cannot be read.
 */
export function calledIn(
  answer: string,
  tools: readonly Tool[],
): { readonly text: string; readonly toolCalls?: readonly ToolCall[] } {
  const found = callsIn(answer, new Map(tools.map((tool) => [tool.name, tool])));
  if (!found) return { text: answer };
  return { text: [found.before, found.behind].filter((part) => part !== "").join("\n"), toolCalls: found.calls };
}

function callsIn(answer: string, tools: ReadonlyMap<string, Tool>): FoundCalls | undefined {
  try {
    return callsInTags(answer, { tools, place: "the answer" });
  } catch (error) {
    // A call with members that no call has: nobody can say what is called.
    if (error instanceof CliError) return undefined;
    throw error;
  }
}
