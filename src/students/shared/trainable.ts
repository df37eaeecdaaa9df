/**
 * What of a training set can be trained exactly. A learned message that begins with white space may run into what stands
 * before it: where a template heads it with a line break and the tokenizer makes one token of several, the policy wrote
 * other tokens than those of the conversation. Such examples are left out by name; anything else that cannot be labelled
 * is a fault of the template or the limit, concerns every example, and stops the training (rows.ts).
 */
import { TrainerError } from "../../core/errors.ts";
import type { Demonstration, LeftOut, Preference, TrainingSet, WeightedMessage } from "../../core/training.ts";
import type { ChatTokenizer } from "../../tokenizers/chat-tokenizer.ts";
import { StraddledError } from "../../tokenizers/labels.ts";

export interface Trainable {
  readonly set: TrainingSet;
  readonly leftOut: readonly LeftOut[];
}

/** Throws TrainerError if nothing is left. */
export function trainable(set: TrainingSet, tokenizer: ChatTokenizer): Trainable {
  const leftOut: LeftOut[] = [];
  const isKept = (sources: LeftOut["sources"], label: () => unknown) => {
    const reason = straddleIn(label);
    if (reason !== undefined) leftOut.push({ sources, reason });
    return reason === undefined;
  };
  const demonstrationIsKept = (example: Demonstration) =>
    !beginsWithSpace(example.messages) || isKept([example.source], () => tokenizer.demonstration(example));
  const preferenceIsKept = (pair: Preference) =>
    !beginsWithSpace([...pair.chosen, ...pair.rejected]) || isKept(pair.sources, () => tokenizer.preference(pair));
  const kept: TrainingSet =
    set.kind === "sft"
      ? { ...set, examples: set.examples.filter(demonstrationIsKept) }
      : { ...set, examples: set.examples.filter(preferenceIsKept) };
  if (kept.examples.length === 0 && leftOut.length > 0) {
    const [{ sources, reason }] = leftOut as [LeftOut];
    throw new TrainerError(
      `no example can be trained exactly; the first (${sources.join(", ")}) cannot because of ${reason}`,
    );
  }
  return { set: kept, leftOut };
}

const beginsWithSpace = (messages: readonly WeightedMessage[]) =>
  messages.some(({ weight, content }) => weight === 1 && /^\s/.test(content));

function straddleIn(label: () => unknown): string | undefined {
  try {
    label();
    return undefined;
  } catch (error) {
    // Others are found again, and told, by rows.ts.
    return error instanceof StraddledError ? error.message : undefined;
  }
}
