/** Conversations of `{ from, value }` as the tools that read them see them. */
import type { Message } from "../../core/message.ts";
import { listOf, objectOf, ReadError, textOf } from "./reader.ts";

/** The messages of a list of `{ from, value }`. Throws ReadError. */
export function shareGptMessages(value: unknown, place: string): Message[] {
  return listOf(value, place).map((entry) => {
    const { from, value: content } = objectOf(entry, place);
    return { role: roleOf(from, place), content: textOf(content, place) };
  });
}

function roleOf(from: unknown, place: string): Message["role"] {
  if (from === "human") return "user";
  if (from === "gpt") return "assistant";
  if (from === "system") return "system";
  throw new ReadError(`${place}: expected human, gpt or system, found ${JSON.stringify(from)}`);
}

/**
 * Throws ReadError unless the messages alternate, beginning with the user's; a system message may come first. The answers to a
 * turn's calls, neighbours of each other, stand where the user would.
 */
export function expectAlternating(messages: readonly Message[], place: string): void {
  const all = messages.slice(messages[0]?.role === "system" ? 1 : 0);
  const turns = all.filter(({ role }, index) => role !== "tool" || all[index - 1]?.role !== "tool");
  const isRight = (role: string, index: number) =>
    index % 2 === 1 ? role === "assistant" : role === "user" || (role === "tool" && index > 0);
  const wrong = turns.findIndex(({ role }, index) => !isRight(role, index));
  if (wrong >= 0) throw new ReadError(`${place}: the conversation does not alternate, so the row would be skipped`);
}
