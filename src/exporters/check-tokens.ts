/**
 * Files of token ids against the stored training set. A row must have the ids of a row of a stored conversation: the same text
 * in other tokens is none that the policy reads or writes. Decoded piece by piece, its learned stretches must be the learned
 * messages with the token that ends the turn, each right behind what the policy would have been prompted with.
 */
import type { Demonstration, TrainingSet } from "../core/training.ts";
import type { ChatTokenizer } from "../tokenizers/chat-tokenizer.ts";
import type { Row } from "../tokenizers/rows.ts";
import { type Difference, digest, tally } from "./decisions.ts";
import type { ReadTokens } from "./readers/tokens.ts";

/** What does not hold; empty if the files teach what is stored. */
export async function compareTokens(
  set: TrainingSet,
  tokenizer: ChatTokenizer,
  rows: AsyncIterable<ReadTokens>,
): Promise<Difference[]> {
  if (set.kind === "dpo") return [{ place: "files", what: "demonstrations; the stored set has preferences" }];
  const stored = tally();
  for (const [index, example] of set.examples.entries()) {
    for (const row of tokenizer.demonstration(example).rows) stored.add(storedKey(example, row, tokenizer), index);
  }
  const differences: Difference[] = [];
  for await (const row of rows) {
    if (!row.learned.includes(true)) differences.push({ place: row.place, what: "nothing of this row is learned" });
    else if (!stored.take(readKey(row, tokenizer))) {
      differences.push({ place: row.place, what: "no stored example has this text and learns these parts of it" });
    }
  }
  for (const index of stored.left()) {
    differences.push({ place: `stored example ${index}`, what: "the files do not teach it, or not as it is stored" });
  }
  return differences;
}

/** The ids of a row, and where each learned message begins and what it says with the token that ends the turn. */
function storedKey(
  { messages, tools }: Demonstration,
  { inputIds, labels, shows }: Row,
  tokenizer: ChatTokenizer,
): string {
  const stretches = stretchesOf({ ids: inputIds, learned: labels.map((label) => label >= 0) }, tokenizer);
  const texts = shows.learned.map((index, at) => {
    const start = tokenizer.render(messages.slice(0, index), true, tools).length;
    const { content, toolCalls, reasoning } = messages[index]!;
    const { text } = stretches[at] ?? { text: "" };
    // Only the template knows how a call or a thought is written, and what it heads a turn with.
    const isWritten = toolCalls || reasoning || text.includes(content.trim());
    return `${start} ${isWritten ? text : content.trim()}`;
  });
  return digest(inputIds.join(" "), ...texts);
}

function readKey(row: ReadTokens, tokenizer: ChatTokenizer): string {
  const stretches = stretchesOf(row, tokenizer).map(({ start, text }) => `${start} ${text}`);
  return digest(row.ids.join(" "), ...stretches);
}

interface Stretch {
  /** Where it begins, in the row's text. */
  readonly start: number;
  readonly text: string;
}

function stretchesOf({ ids, learned }: Omit<ReadTokens, "place">, { decode }: ChatTokenizer): Stretch[] {
  const stretches: Stretch[] = [];
  for (let start = 0; start < ids.length; ) {
    let end = start;
    while (end < ids.length && learned[end] === learned[start]) end++;
    if (learned[start]) {
      stretches.push({ start: decode(ids.slice(0, start)).length, text: decode(ids.slice(start, end)) });
    }
    start = end;
  }
  return stretches;
}
