/** Rows of tokens: what a conversation is trained as, and how each row's text comes about, so that others can make it too. */
import { CliError } from "../core/errors.ts";
import type { Message } from "../core/message.ts";
import type { WeightedMessage } from "../core/training.ts";
import { type LabelledTokens, labelled } from "./labels.ts";
import { lastOf, type Run, runsOf } from "./runs.ts";
import type { TextTokenizer } from "./tokenizer-file.ts";
import { type Rendered, textOf } from "./turns.ts";

/** The tokens of a row, through the last learned turn in it, and what it shows. */
export interface Row extends LabelledTokens {
  readonly shows: RowText;
}

/**
 * How the text of a row comes about: the prompt of its last message, what the template writes of that message, and the rest.
 * So it is what the policy read at that turn, and then wrote.
 */
export interface RowText {
  /** How many of the conversation's messages it shows, from the first; the last of them is learned. */
  readonly messages: number;
  /** What the template writes of the last message behind its prompt, through the end of the turn. */
  readonly written: string;
  /** The message with which behind it the template writes that; absent: as the last of the conversation. */
  readonly next?: Message;
  /** What the policy wrote that the template does not: the end of GLM's turns, thoughts of DeepSeek's. Mostly empty. */
  readonly tail: string;
  /** Which messages are learned in it, in order. */
  readonly learned: readonly number[];
}

/**
 * The rows of a conversation; one without labels where nothing is learned. Throws CliError naming the message that cannot be
 * tokenised or labelled exactly.
 */
export function conversationRows(
  messages: readonly WeightedMessage[],
  rendered: Omit<Rendered, "messages">,
  tokenizer: TextTokenizer,
): Row[] {
  const runs = runsOf(messages, rendered);
  if (runs.length > 0) return runs.map((run) => rowOf(run, tokenizer));
  const shows = { messages: messages.length, written: "", tail: "", learned: [] };
  return [{ ...labelled(rendered.render(messages, false), [], tokenizer), shows }];
}

function rowOf(run: Run, tokenizer: TextTokenizer): Row {
  const { message, written, tail, next } = lastOf(run);
  const spans = run.map((turn) => ({ message: turn.message, start: turn.prompt.length, end: textOf(turn).length }));
  const learned = run.map((turn) => turn.message);
  const shows = { messages: message + 1, written, tail, ...(next && { next }), learned };
  return { ...labelled(textOf(lastOf(run)), spans, tokenizer), shows };
}

/** For what has to be one row. Throws CliError naming the first message that a later row shows otherwise. */
export function onlyRow(rows: readonly Row[]): Row {
  const [row] = rows as readonly [Row];
  if (rows.length === 1) return row;
  throw new CliError(
    `message ${row.shows.learned.at(-1)}: the chat template renders it otherwise before later messages, which takes ${rows.length} rows; each side of a preference must be one`,
  );
}
