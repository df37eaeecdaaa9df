/**
 * How the calls of a model are put together: into which pieces conversations are cut, and who shares a call. What is
 * computed for a request depends on its pieces alone; which call is made first decides only how fast.
 */
import { callLength, cutAt, type Piece, piecesOf } from "./conversation.ts";
import { ROWS } from "./decoder.ts";

export interface CallPlan {
  /** A request's chunks as the pieces that are read in one call each. */
  piecesOf(chunks: readonly (readonly number[])[]): Piece[];
  /** Tokens in the call that reads these. */
  callLength(tokens: Piece): number;
  /** Rows with the same answer can share a call of this length. */
  groupOf(row: number, length: number): number;
  /** The call with the highest is made first. `weight`: how much those count who would be served. */
  worth(length: number, weight: number): number;
}

/** For small models: a call reads a whole bank whoever is in it, so that company is all that counts. */
export const WHOLE_BANKS: CallPlan = {
  piecesOf,
  callLength,
  groupOf: (row) => Math.floor(row / ROWS),
  worth: (length, weight) => weight / (length + 1),
};

/** Tokens of the longest piece of a large model. */
const LONGEST_PIECE = 128;

/**
 * For large models, whose calls cost what they read: pieces are read alone and unpadded, before anyone goes on writing,
 * because what writes together shares the reading of the weights.
 */
export const ALONE_THEN_TOGETHER: CallPlan = {
  piecesOf: (chunks) => chunks.flatMap((chunk) => cutAt(chunk, LONGEST_PIECE)),
  callLength: ({ length }) => length,
  groupOf: (row, length) => (length === 1 ? -1 : row),
  worth: (length, weight) => (length === 1 ? weight : Number.MAX_SAFE_INTEGER - length),
};
