/**
 * The one way in which a conversation is cut into model calls. The last bits of a model's numbers depend on how many
 * tokens a call reads, so equal answers to equal requests need a partition that follows from the request alone: not
 * from what happens to be cached, nor from who else is in the batch.
 *
 * A piece is an answer together with the message that followed it; in a turn-by-turn episode, what each turn adds.
 */

import { LONGEST_CALL } from "./decoding-graph.ts";

/** Calls read one of these many tokens; shorter pieces are padded. */
const CALL_LENGTHS = [8, 16, 32, LONGEST_CALL] as const;

export type Piece = readonly number[];

/**
 * The pieces of a conversation given message by message: its last two messages, the two before them, and so on to the
 * front, where one may stand alone. Messages too long for one call are cut at fixed places.
 */
export function piecesOf(messages: readonly (readonly number[])[]): Piece[] {
  const pieces: Piece[] = [];
  for (let first = messages.length % 2 === 0 ? 0 : -1; first < messages.length; first += 2) {
    const pair = [...(messages[first] ?? []), ...messages[first + 1]!];
    pieces.push(...cutAt(pair, LONGEST_CALL));
  }
  return pieces;
}

/** `tokens` in pieces of `length`; the last one may be shorter. */
export function cutAt(tokens: readonly number[], length: number): Piece[] {
  return Array.from({ length: Math.ceil(tokens.length / length) }, (_, i) =>
    tokens.slice(i * length, (i + 1) * length),
  );
}

/** Tokens in the call that reads `piece`. */
export const callLength = (piece: Piece): number => CALL_LENGTHS.find((length) => length >= piece.length)!;

function samePiece(a: Piece, b: Piece): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/** How many pieces `a` and `b` have in common from the start. */
export function commonPieces(a: readonly Piece[], b: readonly Piece[]): number {
  let count = 0;
  while (count < a.length && count < b.length && samePiece(a[count]!, b[count]!)) count += 1;
  return count;
}

export const tokensIn = (pieces: readonly Piece[]): number => pieces.reduce((sum, { length }) => sum + length, 0);
