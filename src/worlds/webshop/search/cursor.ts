/** A clause on its way through its postings, document by document. */
import { frequencyOf, type Postings } from "./postings.ts";
import type { Clause } from "./query.ts";
import { scoreOf } from "./similarity.ts";

export interface Cursor {
  readonly clause: Clause;
  /** The most that a document can get from this clause. */
  readonly peak: number;
  /** The first posting not yet passed. */
  posting: number;
  /** Scores by `LENGTH_BYTES` × frequency + length byte, for low frequencies; 0 = not worked out yet. */
  readonly scores: Float32Array;
}

/** Scores for frequencies below this are worked out once for each length byte. */
const REMEMBERED = 8;
export const LENGTH_BYTES = 256;

/** Postings that are looked at one by one before longer steps are taken. */
const NEAR = 8;

/** A cursor before all postings of `clause`. */
export function cursorOf(postings: Postings, clause: Clause): Cursor {
  const peak = scoreOf(clause.weight, postings.peaks[clause.term]!);
  return { clause, peak, posting: clause.start, scores: new Float32Array(REMEMBERED * LENGTH_BYTES) };
}

/** What a posting of the cursor's clause gives its document, a float32. */
export function scoreAt(postings: Postings, { clause, scores }: Cursor, posting: number): number {
  const length = postings.lengths[postings.documents[posting]!]!;
  const frequency = postings.frequencies[posting]!;
  if (frequency >= REMEMBERED)
    return scoreWith(postings, clause, { frequency: frequencyOf(postings, posting), length });
  const at = frequency * LENGTH_BYTES + length;
  return scores[at]! || (scores[at] = scoreWith(postings, clause, { frequency, length }));
}

function scoreWith({ factors }: Postings, { weight }: Clause, of: { frequency: number; length: number }): number {
  return scoreOf(weight, Math.fround(of.frequency * factors[of.length]!));
}

/** The document of a posting of the cursor's clause; Infinity past the last one. */
export function documentAt(postings: Postings, { clause }: Cursor, posting: number): number {
  return posting < clause.end ? postings.documents[posting]! : Number.POSITIVE_INFINITY;
}

/** The first posting from `start` on whose document is not below `document`; near ones are found soonest. */
export function seek(postings: Postings, { clause }: Cursor, to: { start: number; document: number }): number {
  const { documents } = postings;
  const { end } = clause;
  const { document } = to;
  let low = to.start;
  const near = Math.min(end, low + NEAR);
  while (low < near && documents[low]! < document) low++;
  if (low < near || low === end) return low;
  let step = NEAR;
  while (low + step <= end && documents[low + step - 1]! < document) {
    low += step;
    step *= 2;
  }
  let high = Math.min(end, low + step - 1);
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (documents[middle]! < document) low = middle + 1;
    else high = middle;
  }
  return low;
}
