/**
 * Which tokens of a row are learned. The tokens are always those of the whole text. Nothing is tokenised in pieces and glued
 * together: where the tokens of what is before a border are no beginning of the whole's, because a token straddles the border
 * or white space is parted otherwise, the policy never sees or writes those tokens at run time, so the row is refused.
 */
import { CliError } from "../core/errors.ts";
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

/** Part of a text that is learned: [start, end) in UTF-16 code units, and the message that it is. */
export interface Span {
  readonly message: number;
  readonly start: number;
  readonly end: number;
}

/** `text` token by token; `spans` in order, none within another. Throws StraddledError naming the message of a span. */
export function labelled(text: string, spans: readonly Span[], tokenizer: TextTokenizer): LabelledTokens {
  const inputIds = tokenizer.encode(text);
  const borders = inPieces(text, inputIds, spans, tokenizer) ?? inPrefixes(text, inputIds, spans, tokenizer);
  const isLearned = new Uint8Array(inputIds.length);
  for (const [start, end] of borders) isLearned.fill(1, start, end);
  return { inputIds, labels: inputIds.map((id, position) => (isLearned[position] ? id : CONTEXT)) };
}

/** The tokens [start, end) of each span, in the tokens of the whole. */
type Borders = readonly (readonly [number, number])[];

/** Cheap: if the pieces between borders have, put together, the tokens of the whole, no token straddles a border. */
function inPieces(
  text: string,
  inputIds: readonly number[],
  spans: readonly Span[],
  tokenizer: TextTokenizer,
): Borders | null {
  const positions = spans.flatMap(({ start, end }) => [start, end]);
  const borders: number[] = [];
  const ids: number[] = [];
  for (const [index, position] of positions.entries()) {
    for (const id of tokenizer.encode(text.slice(positions[index - 1] ?? 0, position))) ids.push(id);
    borders.push(ids.length);
  }
  for (const id of tokenizer.encode(text.slice(positions.at(-1) ?? 0))) ids.push(id);
  if (!areEqual(ids, inputIds)) return null;
  return spans.map((_, index) => [borders[2 * index]!, borders[2 * index + 1]!]);
}

/** A tokenizer may treat the beginning of a text in its own way; then every border is asked with all that is before it. */
function inPrefixes(
  text: string,
  inputIds: readonly number[],
  spans: readonly Span[],
  tokenizer: TextTokenizer,
): Borders {
  return spans.map(({ message, start, end }) => {
    const [first, last] = [start, end].map((position) => {
      const ids = tokenizer.encode(text.slice(0, position));
      if (areEqual(ids, inputIds.slice(0, ids.length))) return ids.length;
      const around = JSON.stringify(text.slice(Math.max(0, position - 15), position + 15));
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
