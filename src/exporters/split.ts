/**
 * Several rows in place of one, for tools that cannot mask a turn where it stands. Each row repeats the conversation up to
 * the messages that it learns, so the same decisions are learned, each once, at the price of reading the rest again.
 */
import type { Message } from "../core/message.ts";
import type { Demonstration, TrainingSet, WeightedMessage } from "../core/training.ts";
import type { Expresses } from "./exporter.ts";

/** What splitting cost. */
export interface SplitCost {
  readonly examples: number;
  readonly rows: number;
  /** Characters to read, as a multiple of what they were. */
  readonly reading: number;
}

/** The demonstrations that a tool with these masks can express. */
export function splitSet(
  set: Extract<TrainingSet, { kind: "sft" }>,
  masks: Expresses["masks"],
): { readonly set: TrainingSet; readonly cost: SplitCost } {
  const rowsOf = masks === "last" ? turns : blocks;
  const examples = set.examples.flatMap(rowsOf);
  const cost = {
    examples: set.examples.length,
    rows: examples.length,
    reading: characters(examples) / characters(set.examples),
  };
  return { set: { ...set, examples }, cost };
}

/** A row for each learned message. */
function turns(demonstration: Demonstration): Demonstration[] {
  const { messages } = demonstration;
  const learned = messages.flatMap(({ weight }, index) => (weight === 1 ? [index] : []));
  return learned.map((index) => upTo(demonstration, index, index));
}

/** A row for each run of learned messages without an unlearned assistant message between them. */
function blocks(demonstration: Demonstration): Demonstration[] {
  const rows: Demonstration[] = [];
  let first: number | undefined;
  let last = 0;
  demonstration.messages.forEach(({ role, weight }, index) => {
    if (weight === 1) {
      first ??= index;
      last = index;
    } else if (role === "assistant" && first !== undefined) {
      rows.push(upTo(demonstration, first, last));
      first = undefined;
    }
  });
  if (first !== undefined) rows.push(upTo(demonstration, first, last));
  return rows;
}

/** The conversation up to message `last`, learned from message `first` on. */
function upTo(demonstration: Demonstration, first: number, last: number): Demonstration {
  const messages = demonstration.messages
    .slice(0, last + 1)
    .map((message, index) => (index < first ? { ...unlearned(message), weight: 0 as const } : message));
  return { ...demonstration, messages };
}

/** All but its weight and why it was learned. */
function unlearned(message: WeightedMessage): Message {
  const { weight: _, ...rest } = message;
  if (!("provenance" in rest)) return rest;
  const { provenance: _why, ...context } = rest;
  return context;
}

const characters = (examples: readonly Demonstration[]): number =>
  examples.reduce((sum, { messages }) => sum + messages.reduce((inner, message) => inner + lengthOf(message), 0), 0);

const lengthOf = ({ content, reasoning = "", toolCalls = [] }: Message): number =>
  toolCalls.reduce(
    (sum, { name, arguments: given }) => sum + name.length + given.length,
    content.length + reasoning.length,
  );
