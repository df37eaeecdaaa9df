/** Which words of two texts differ. */
import { diffWordsWithSpace } from "diff";

export interface Piece {
  readonly text: string;
  /** The other text does not have it here. */
  readonly marked: boolean;
}

/** Of one text and the other. */
export interface WordDiff {
  readonly a: readonly Piece[];
  readonly b: readonly Piece[];
}

/** More than so many words that differ say as little as "all of it", and finding them takes long. */
const MOST_EDITS = 1500;
const LONGEST = 20_000;

/** The pieces of each side joined are its text. Texts that are too long or too different are marked whole. */
export function wordDiff(a: string, b: string): WordDiff {
  if (a === b) return { a: whole(a, false), b: whole(b, false) };
  const parts =
    Math.max(a.length, b.length) <= LONGEST ? diffWordsWithSpace(a, b, { maxEditLength: MOST_EDITS }) : undefined;
  if (!parts) return { a: whole(a, true), b: whole(b, true) };
  return {
    a: joined(parts.filter(({ added }) => !added).map(({ value, removed }) => ({ text: value, marked: removed }))),
    b: joined(parts.filter(({ removed }) => !removed).map(({ value, added }) => ({ text: value, marked: added }))),
  };
}

/** Blanks between two marked words are marked too: one mark is easier to read than many. */
function joined(pieces: readonly Piece[]): Piece[] {
  const marked = (index: number) => pieces[index]?.marked ?? false;
  return pieces.reduce<Piece[]>((all, piece, index) => {
    const isMarked = piece.marked || (marked(index - 1) && marked(index + 1) && piece.text.trim() === "");
    const last = all.at(-1);
    if (last?.marked === isMarked) all[all.length - 1] = { text: last.text + piece.text, marked: isMarked };
    else all.push({ text: piece.text, marked: isMarked });
    return all;
  }, []);
}

const whole = (text: string, marked: boolean): Piece[] => (text ? [{ text, marked }] : []);

/** The first `most` characters of `pieces`. */
export function cutPieces(pieces: readonly Piece[], most: number): Piece[] {
  const cut: Piece[] = [];
  for (const { text, marked } of pieces) {
    if (most <= 0) break;
    cut.push({ text: text.slice(0, most), marked });
    most -= text.length;
  }
  return cut;
}
