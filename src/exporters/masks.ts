/** Whether a tool can be told which of the assistant's messages are learned. */
import type { Demonstration, WeightedMessage } from "../core/training.ts";
import type { Exporter, Expresses } from "./exporter.ts";
import { isMasked } from "./problems.ts";

/** What holds of the masks of all demonstrations together. */
export interface Masks {
  /** Whether `--split-turns` makes a row of each learned message: one setting holds for a whole file. */
  readonly areSplit: boolean;
  /** What the demonstration says that the tool's masks cannot; undefined if they can express it. */
  problemOf(example: Demonstration): string | undefined;
}

/** The masks of these demonstrations in the exporter's files. */
export function masksOf({ tool, expresses }: Exporter, examples: readonly Demonstration[]): Masks {
  const { masks } = expresses;
  if (masks === "each") return { areSplit: false, problemOf: () => undefined };
  // Either every turn of all rows is learned, or the last one of each.
  const isUnfit =
    masks === "last" && examples.every(({ messages }) => learnedIn(messages) === 1)
      ? () => false
      : ({ messages }: Demonstration) =>
          masks === "suffix" ? isMaskedAfterLearned(messages) : messages.some(isMasked);
  return {
    areSplit: masks === "suffix" || (masks === "last" && examples.some(isUnfit)),
    problemOf(example) {
      if (!isUnfit(example)) return undefined;
      const turns = example.messages.filter(({ role }) => role === "assistant").length;
      const way =
        masks === "none"
          ? ", and its format has no way to say otherwise"
          : "; --split-turns writes a row for each learned message instead";
      return `it learns ${learnedTurns(example)} of its ${turns} assistant messages; ${tool} ${LIMITS[masks]}${way}`;
    },
  };
}

const LIMITS: Readonly<Record<Exclude<Expresses["masks"], "each">, string>> = {
  suffix: "would learn everything from the first learned one on",
  last: "learns every one of them or only the last",
  none: "learns every one of them",
};

/** How many messages are learned. */
export const learnedTurns = ({ messages }: Demonstration): number => learnedIn(messages);

const learnedIn = (messages: readonly WeightedMessage[]) => messages.filter(({ weight }) => weight === 1).length;

function isMaskedAfterLearned(messages: readonly WeightedMessage[]): boolean {
  const first = messages.findIndex(({ weight }) => weight === 1);
  return messages.some((message, index) => index > first && isMasked(message));
}
