/**
 * Files of token ids against the stored training set. Each row is decoded piece by piece: the text must be the rendered
 * conversation, and the learned stretches must be the learned messages with the token that ends the turn, each right behind
 * what the policy would have been prompted with.
 */
import type { Demonstration, TrainingSet } from "../core/training.ts";
import type { ChatTokenizer } from "../tokenizers/chat-tokenizer.ts";
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
  for (const [index, example] of set.examples.entries()) stored.add(storedKey(example, tokenizer), index);
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

/** The text up to the last learned message, and where each learned message begins and what it says. */
function storedKey({ messages, tools }: Demonstration, { render, encode, decode }: ChatTokenizer): string {
  const learned = messages.flatMap(({ weight }, index) => (weight === 1 ? [index] : []));
  const stretches = learned.map((index) => {
    const start = render(messages.slice(0, index), true, tools).length;
    const { content, toolCalls } = messages[index]!;
    if (!toolCalls) return `${start} ${content.trim()}`;
    // Only the template knows how a call is written: everything but the token that ends the turn.
    const written = render(messages.slice(0, index + 1), false, tools)
      .slice(start)
      .trimEnd();
    return `${start} ${decode(encode(written).slice(0, -1)).trim()}`;
  });
  const text = render(messages.slice(0, (learned.at(-1) ?? -1) + 1), false, tools);
  return digest(text, ...stretches);
}

function readKey({ ids, learned }: ReadTokens, { decode }: ChatTokenizer): string {
  const stretches: string[] = [];
  for (let start = 0; start < ids.length; ) {
    let end = start;
    while (end < ids.length && learned[end] === learned[start]) end++;
    // The last token of a learned stretch ends the turn.
    if (learned[start])
      stretches.push(`${decode(ids.slice(0, start)).length} ${decode(ids.slice(start, end - 1)).trim()}`);
    start = end;
  }
  return digest(decode(ids), ...stretches);
}
