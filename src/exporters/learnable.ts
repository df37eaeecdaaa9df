/**
 * A training set as it is exported: what comes after the last learned message of a conversation is left out. It is the
 * context of nothing, so nothing is lost; and tools differ in what they make of it (ms-swift learns the end of a last turn
 * even where the turn itself is masked).
 */
import type { TrainingSet, WeightedMessage } from "../core/training.ts";

/** The set with every conversation, and each side of a preference, ending with a learned message. Those that learn nothing stay as they are. */
export function learnable(set: TrainingSet): TrainingSet {
  if (set.kind === "sft") {
    return { ...set, examples: set.examples.map((example) => ({ ...example, messages: upToLast(example.messages) })) };
  }
  const examples = set.examples.map((pair) => {
    return { ...pair, chosen: upToLast(pair.chosen), rejected: upToLast(pair.rejected) };
  });
  return { ...set, examples };
}

function upToLast(messages: readonly WeightedMessage[]): readonly WeightedMessage[] {
  const last = messages.findLastIndex(({ weight }) => weight === 1);
  return last < 0 || last === messages.length - 1 ? messages : messages.slice(0, last + 1);
}
