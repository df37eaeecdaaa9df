/**
 * Which tokens of a conversation are learned. The text of each learned message is found by rendering the messages
 * before it, with the generation prompt, which is what the policy reads when it is its turn: the learned text goes from
 * there through the end-of-turn token. White space that the template puts around or trims off a message is as rendered.
 *
 * The tokens are always those of the whole text, as Python's `apply_chat_template` gives them. Nothing is tokenised in
 * pieces and glued together: where the tokens of what is before a border are no beginning of the whole's, because a token
 * straddles the border or white space is parted otherwise, the policy never sees or writes those tokens at run time, so
 * the conversation is refused. It is refused, too, where the template renders the beginning of a conversation otherwise
 * than the whole (because it drops earlier thoughts, for example).
 */
import { CliError } from "../core/errors.ts";
import type { Message } from "../core/message.ts";
import type { WeightedMessage } from "../core/training.ts";
import { partsOfCall } from "./call-parts.ts";
import type { ChatTemplate } from "./chat-template.ts";
import type { TextTokenizer } from "./tokenizer-file.ts";

/** Token ids with a label for each: the id where the token is learned, `CONTEXT` where it is only read. */
export interface LabelledTokens {
  readonly inputIds: readonly number[];
  readonly labels: readonly number[];
}

/** The label of a token that is read and not learned, as every trainer of the ecosystem has it. */
export const CONTEXT = -100;

/** The policy wrote a learned message in other tokens than the conversation has. Concerns this conversation, not the template. */
export class StraddledError extends CliError {}

/** Part of a text: [start, end) in UTF-16 code units. */
interface Span {
  readonly message: number;
  readonly start: number;
  readonly end: number;
}

/** Labels `messages` token by token. Throws CliError naming the message that cannot be labelled exactly. */
export function labelledTokens(
  messages: readonly WeightedMessage[],
  render: ChatTemplate,
  tokenizer: TextTokenizer,
): LabelledTokens {
  const whole = render(messages, false);
  const learned = messages.flatMap(({ weight }, index) => (weight === 1 ? [index] : []));
  const spans = learned.map((index) => learnedSpan({ messages, index, whole, render, tokenizer }));
  const inputIds = tokenizer.encode(whole);
  const borders = tokensBefore({ whole, inputIds, spans, tokenizer });
  const isLearned = new Uint8Array(inputIds.length);
  for (const [start, end] of borders) isLearned.fill(1, start, end);
  return { inputIds, labels: inputIds.map((id, position) => (isLearned[position] ? id : CONTEXT)) };
}

interface SpanRequest {
  readonly messages: readonly Message[];
  readonly index: number;
  readonly whole: string;
  readonly render: ChatTemplate;
  readonly tokenizer: TextTokenizer;
}

function learnedSpan({ messages, index, whole, render, tokenizer }: SpanRequest): Span {
  const before = render(messages.slice(0, index), true);
  if (!whole.startsWith(before)) {
    throw new CliError(
      `message ${index}: the chat template renders what is before it otherwise once it is there: ${difference(before, whole)}`,
    );
  }
  const message = messages[index]!;
  if (message.toolCalls || message.reasoning) {
    return writtenSpan({ messages, index, whole, render, tokenizer }, before.length);
  }
  const text = message.content.trim();
  const textStart = skipSpace(whole, before.length);
  if (!whole.startsWith(text, textStart)) {
    throw new CliError(
      `message ${index}: the chat template changes it: ${difference(text, whole.slice(textStart, textStart + text.length))}`,
    );
  }
  const tokenStart = skipSpace(whole, textStart + text.length);
  const endOfTurn = longest(tokenizer.specialTokens.filter((token) => whole.startsWith(token, tokenStart)));
  if (endOfTurn === undefined) {
    const found = JSON.stringify(whole.slice(tokenStart, tokenStart + 20));
    throw new CliError(`message ${index}: expected a special token that ends the turn after it, found ${found}`);
  }
  const end = tokenStart + endOfTurn.length;
  return { message: index, start: before.length, end: endOfTokens({ messages, index, whole, render, tokenizer }, end) };
}

/** Some templates end a turn with several special tokens, one right behind the other; all of them are the turn's. */
function endOfTokens({ messages, index, whole, render, tokenizer }: SpanRequest, from: number): number {
  if (!tokenizer.specialTokens.some((token) => whole.startsWith(token, from))) return from;
  const through = throughTurn({ messages, index, whole, render, tokenizer });
  if (!whole.startsWith(through)) return from;
  let end = from;
  for (;;) {
    const next = longest(tokenizer.specialTokens.filter((token) => whole.startsWith(token, end)));
    if (next === undefined || end + next.length > through.length) return end;
    end += next.length;
  }
}

/**
 * The conversation as rendered through the end of a turn. Some templates end a whole conversation with one more special token,
 * which is no turn's: with another message behind it, it is gone.
 */
function throughTurn({ messages, index, render, tokenizer }: SpanRequest): string {
  const upTo = messages.slice(0, index + 1);
  const through = render(upTo, false).trimEnd();
  const endOf = (text: string) => longest(tokenizer.specialTokens.filter((token) => text.endsWith(token)));
  const without = through.slice(0, through.length - (endOf(through) ?? "").length).trimEnd();
  if (endOf(without) === undefined) return through;
  let more: string;
  try {
    more = render([...upTo, { role: "user", content: "x" }], false);
  } catch {
    return through;
  }
  return !more.startsWith(through) && more.startsWith(without) ? without : through;
}

/** The first part of which `text` has no spelling, each at a place of its own: what is said may be what is thought, too. */
function notWritten(text: string, parts: readonly (readonly string[])[]): readonly string[] | undefined {
  const length = (spellings: readonly string[]) => spellings[0]!.length;
  let rest = text;
  const missing = new Set<readonly string[]>();
  // The longest first: a short one may stand anywhere within them.
  for (const spellings of parts.toSorted((a, b) => length(b) - length(a))) {
    const found = spellings.find((spelling) => rest.includes(spelling));
    if (found === undefined) missing.add(spellings);
    else rest = rest.replace(found, () => "\0".repeat(found.length));
  }
  return parts.find((spellings) => missing.has(spellings));
}

/**
 * What is learned of a message with calls or a thought. How they are written only the template knows, so the message's text goes
 * as far as the conversation up to it is rendered, and must hold what is said and thought and every argument of the calls.
 */
function writtenSpan({ messages, index, whole, render, tokenizer }: SpanRequest, start: number): Span {
  const { content, reasoning = "", toolCalls = [] } = messages[index]!;
  const through = throughTurn({ messages, index, whole, render, tokenizer });
  if (!whole.startsWith(through)) {
    throw new CliError(
      `message ${index}: the chat template renders it otherwise before other messages: ${difference(through, whole)}`,
    );
  }
  const what = toolCalls.length > 0 ? "call" : "thought";
  const endOfTurn = longest(tokenizer.specialTokens.filter((token) => through.endsWith(token)));
  if (endOfTurn === undefined || through.length - endOfTurn.length < start) {
    throw new CliError(
      `message ${index}: expected a special token that ends the turn after its ${what}, found ${JSON.stringify(through.slice(-20))}`,
    );
  }
  const text = whole.slice(start, through.length - endOfTurn.length);
  const parts = [[reasoning.trim()], [content.trim()], ...toolCalls.flatMap(partsOfCall)];
  const missing = notWritten(text, parts);
  if (missing !== undefined) {
    const doubt = toolCalls.length > 0 ? "it may know no tools" : "it may know no thoughts";
    throw new CliError(
      `message ${index}: the chat template does not write ${JSON.stringify(missing[0]!.slice(0, 80))} of its ${what}; ${doubt}`,
    );
  }
  return { message: index, start, end: through.length };
}

function skipSpace(text: string, from: number): number {
  let position = from;
  while (position < text.length && /\s/.test(text[position]!)) position++;
  return position;
}

const longest = (texts: readonly string[]) => texts.toSorted((a, b) => b.length - a.length)[0];

interface BorderRequest {
  readonly whole: string;
  readonly inputIds: readonly number[];
  readonly spans: readonly Span[];
  readonly tokenizer: TextTokenizer;
}

/** The tokens [start, end) of each span, in the tokens of the whole. */
function tokensBefore({ whole, inputIds, spans, tokenizer }: BorderRequest): (readonly [number, number])[] {
  return inPieces({ whole, inputIds, spans, tokenizer }) ?? inPrefixes({ whole, inputIds, spans, tokenizer });
}

/** Cheap: if the pieces between borders have, put together, the tokens of the whole, no token straddles a border. */
function inPieces({ whole, inputIds, spans, tokenizer }: BorderRequest): (readonly [number, number])[] | null {
  const positions = spans.flatMap(({ start, end }) => [start, end]);
  const borders: number[] = [];
  const ids: number[] = [];
  for (const [index, position] of positions.entries()) {
    for (const id of tokenizer.encode(whole.slice(positions[index - 1] ?? 0, position))) ids.push(id);
    borders.push(ids.length);
  }
  for (const id of tokenizer.encode(whole.slice(positions.at(-1) ?? 0))) ids.push(id);
  if (!areEqual(ids, inputIds)) return null;
  return spans.map((_, index) => [borders[2 * index]!, borders[2 * index + 1]!]);
}

/** A tokenizer may treat the beginning of a text in its own way; then every border is asked with all that is before it. */
function inPrefixes({ whole, inputIds, spans, tokenizer }: BorderRequest): (readonly [number, number])[] {
  return spans.map(({ message, start, end }) => {
    const [first, last] = [start, end].map((position) => {
      const ids = tokenizer.encode(whole.slice(0, position));
      if (areEqual(ids, inputIds.slice(0, ids.length))) return ids.length;
      const around = JSON.stringify(whole.slice(Math.max(0, position - 15), position + 15));
      const side = position === start ? "beginning" : "end";
      throw new StraddledError(
        `message ${message}: at its ${side} the whole has other tokens than the text up to there, in ${around}; the policy never reads or writes them like that`,
      );
    });
    return [first!, last!];
  });
}

const areEqual = (a: readonly number[], b: readonly number[]) =>
  a.length === b.length && a.every((id, index) => id === b[index]);

/** Where two texts differ first, and how they go on there. */
function difference(expected: string, found: string): string {
  let at = 0;
  while (at < expected.length && expected[at] === found[at]) at++;
  const from = Math.max(0, at - 20);
  const show = (text: string) => JSON.stringify(text.slice(from, at + 30));
  return `at character ${at} expected ${show(expected)}, found ${show(found)}`;
}
