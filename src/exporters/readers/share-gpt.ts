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

/** Throws ReadError unless the messages alternate, beginning with the user's; a system message may come first. */
export function expectAlternating(messages: readonly Message[], place: string): void {
  const turns = messages.slice(messages[0]?.role === "system" ? 1 : 0);
  const wrong = turns.findIndex(({ role }, index) => role !== ["user", "assistant"][index % 2]);
  if (wrong >= 0) throw new ReadError(`${place}: the conversation does not alternate, so the row would be skipped`);
}
