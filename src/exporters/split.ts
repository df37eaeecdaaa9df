/**
 * Several rows in place of one, for tools that cannot mask a turn where it stands, and for chat templates that write earlier
 * turns otherwise. Each row repeats the conversation up to the message that it learns, so the same decisions are learned, each
 * once, at the price of reading the rest again.
 */
import type { Message } from "../core/message.ts";
import type { Demonstration, WeightedMessage } from "../core/training.ts";

/** What splitting cost. */
export interface SplitCost {
  readonly examples: number;
  readonly rows: number;
  /** Characters to read, as a multiple of what they were. */
  readonly reading: number;
}

/** A row for each learned message. */
export function inTurns(demonstration: Demonstration): Demonstration[] {
  const { messages } = demonstration;
  const learned = messages.flatMap(({ weight }, index) => (weight === 1 ? [index] : []));
  return learned.map((last) => ({
    ...demonstration,
    messages: messages.slice(0, last + 1).map((message, index) => (index < last ? unlearned(message) : message)),
  }));
}

/** What it cost to make `rows` of `examples`. */
export const splitCost = (examples: readonly Demonstration[], rows: readonly Demonstration[]): SplitCost => ({
  examples: examples.length,
  rows: rows.length,
  reading: characters(rows) / characters(examples),
});

/** The message as context: all but its weight and why it was learned. */
function unlearned(message: WeightedMessage): WeightedMessage {
  if (message.weight === 0) return message;
  const { weight: _, provenance: _why, ...context } = message;
  return { ...context, weight: 0 };
}

const characters = (examples: readonly Demonstration[]): number =>
  examples.reduce((sum, { messages }) => sum + messages.reduce((inner, message) => inner + lengthOf(message), 0), 0);

const lengthOf = ({ content, reasoning = "", toolCalls = [] }: Message): number =>
  toolCalls.reduce(
    (sum, { name, arguments: given }) => sum + name.length + given.length,
    content.length + reasoning.length,
  );
