/**
 * Which part of a rendered conversation Axolotl takes for a turn: what changes when a placeholder stands in its place, thought
 * and calls gone; and the token that ends the turn right behind. What a template writes around any turn is no part of that, so
 * where it opens thoughts itself the opening is not learned, and where it closes answers with a mark, that is not.
 *
 * Source: axolotl 0.19.0, axolotl/prompt_strategies/chat_template.py (`_find_turn_from_text`, `_diff_char_span`,
 * `_build_dummy_turn`, `_tokenize_single_prompt`)
 */
import type { Message } from "../core/message.ts";
import type { Demonstration } from "../core/training.ts";
import type { ChatTokenizer } from "../tokenizers/chat-tokenizer.ts";

const PLACEHOLDERS = ["[[dummy_message]]", "zzdummymessagezz"];

/** The first learned message of which Axolotl would learn another part than the policy wrote; undefined if there is none. */
export function otherTurn(row: Demonstration, tokenizer: ChatTokenizer): string | undefined {
  const { messages, tools } = row;
  // More rows than one are refused before (rendering.ts).
  const [only] = tokenizer.demonstration(row).rows;
  const lengths = stretchesOf(only!.labels);
  const whole = tokenizer.render(messages, false, tools);
  let turn = 0;
  for (const [index, { weight }] of messages.entries()) {
    if (weight === 0) continue;
    const expected = lengths[turn++]!;
    const start = tokenizer.render(messages.slice(0, index), true, tools).length;
    const found = changedSpan({ messages, index, whole, render: (some) => tokenizer.render(some, false, tools) });
    const isSame = found.start === start && tokenizer.encode(whole.slice(start, found.end)).length + 1 === expected;
    if (!isSame) {
      const learned = JSON.stringify(whole.slice(found.start, found.end).slice(0, 40));
      return `message ${index}: with this chat template Axolotl would learn another part of the turn, which begins ${learned}`;
    }
  }
  return undefined;
}

/** How many tokens each learned stretch has. Two learned turns have something between them. */
function stretchesOf(labels: readonly number[]): number[] {
  const lengths: number[] = [];
  for (const [at, label] of labels.entries()) {
    if (label < 0) continue;
    if (at === 0 || labels[at - 1]! < 0) lengths.push(1);
    else lengths[lengths.length - 1]!++;
  }
  return lengths;
}

interface SpanRequest {
  readonly messages: readonly Message[];
  readonly index: number;
  readonly whole: string;
  render(messages: readonly Message[]): string;
}

function changedSpan({ messages, index, whole, render }: SpanRequest): {
  readonly start: number;
  readonly end: number;
} {
  const spans = PLACEHOLDERS.map((content) => {
    const { role } = messages[index]!;
    const other = render(messages.with(index, { role, content }));
    const limit = Math.min(whole.length, other.length);
    let start = 0;
    while (start < limit && whole[start] === other[start]) start++;
    let same = 0;
    while (same < limit - start && whole[whole.length - 1 - same] === other[other.length - 1 - same]) same++;
    return { start, end: whole.length - same };
  });
  return { start: Math.min(...spans.map(({ start }) => start)), end: Math.max(...spans.map(({ end }) => end)) };
}
