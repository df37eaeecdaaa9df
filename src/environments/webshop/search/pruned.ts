/**
 * Search without scoring every document, and yet with the same result to the bit (MaxScore: Turtle & Flood 1995).
 *
 * No term can give a document more than its peak. Once enough documents are kept, the terms with the lowest peaks,
 * taken together, no longer lift a document over the worst of them: a document that holds none of the other, essential
 * terms need not be looked at. So the essential terms' postings are summed, a window of documents at a time, and for
 * those documents alone that still have a chance the other terms are looked up, dearest first. Documents come by rising
 * number, and of two equally good ones the lower number wins: who only equals the worst one kept has lost.
 */
import { bestOf, type Scored } from "./best.ts";
import { frequencyOf, type Postings } from "./postings.ts";
import type { Clause } from "./query.ts";
import { scoreOf } from "./similarity.ts";

const { fround } = Math;

/** Documents whose sums are worked out together: they fit into the processor's nearest cache. */
const WINDOW = 4096;

/** Bounds are summed in another order than scores. This covers what rounding can make of it, for any number of terms. */
const SLACK = 1 + 1e-9;

/** A clause on its way through its postings. */
interface Cursor {
  readonly clause: Clause;
  /** The most that a document can get from this clause. */
  readonly peak: number;
  /** The first posting not yet passed, and where it stood when the window began. */
  posting: number;
  windowStart: number;
}

/** The best `limit` (≥ 1) documents for `clauses`; the same as `searchExhaustively`, whatever the window. */
export function searchPruned(
  postings: Postings,
  clauses: readonly Clause[],
  { limit, window = WINDOW }: { limit: number; window?: number },
): Scored[] {
  const best = bestOf(limit);
  const inQuery = clauses.map((clause): Cursor => {
    const peak = scoreOf(clause.weight, postings.peaks[clause.term]!);
    return { clause, peak, posting: clause.start, windowStart: clause.start };
  });
  const byPeak = inQuery.toSorted((a, b) => a.peak - b.peak);
  /** The most that a document can get from all clauses up to this one. */
  const bounds: number[] = [];
  for (const { peak } of byPeak) bounds.push((bounds.at(-1) ?? 0) + peak);
  /** How many clauses are not essential: the cheapest ones. */
  let optional = 0;

  const isHopeless = (bound: number) => fround(bound * SLACK) <= best.threshold;
  /** Whether a document to which the essential clauses give `sum` may be among the best. */
  const hasChance = (document: number, sum: number): boolean => {
    let known = sum;
    for (let i = optional - 1; i >= 0; i--) {
      if (isHopeless(known + bounds[i]!)) return false;
      const cursor = byPeak[i]!;
      cursor.posting = seek(postings.documents, { start: cursor.posting, end: cursor.clause.end, document });
      known += scoreAt(postings, cursor.clause, { posting: cursor.posting, document });
    }
    return !isHopeless(known);
  };
  const exactScore = (document: number): number => {
    let sum = 0;
    for (const { clause, windowStart } of inQuery) {
      const posting = seek(postings.documents, { start: windowStart, end: clause.end, document });
      sum += scoreAt(postings, clause, { posting, document });
    }
    return fround(sum);
  };

  const sums = new Float64Array(window);
  for (;;) {
    while (optional < byPeak.length && isHopeless(bounds[optional]!)) optional++;
    const essential = byPeak.slice(optional);
    const first = Math.min(...essential.map(({ posting, clause }) => documentAt(postings, clause, posting)));
    if (first === Number.POSITIVE_INFINITY) return best.sorted();
    for (const cursor of byPeak) cursor.windowStart = cursor.posting;
    for (const cursor of essential) addScores(postings, cursor, { sums, first });
    for (let offset = 0; offset < window; offset++) {
      const sum = sums[offset]!;
      if (sum === 0) continue;
      sums[offset] = 0;
      const document = first + offset;
      if (hasChance(document, sum)) best.add(document, exactScore(document));
    }
  }
}

/** The document of a clause's posting; Infinity past the last one. */
function documentAt({ documents }: Postings, { end }: Clause, posting: number): number {
  return posting < end ? documents[posting]! : Number.POSITIVE_INFINITY;
}

/** What `clause` gives `document`, whose posting could only be `posting`. */
function scoreAt(postings: Postings, clause: Clause, at: { posting: number; document: number }): number {
  const { documents, lengths, factors } = postings;
  if (at.posting >= clause.end || documents[at.posting] !== at.document) return 0;
  const factor = factors[lengths[at.document]!]!;
  return scoreOf(clause.weight, fround(frequencyOf(postings, at.posting) * factor));
}

/** Adds the clause's scores for the documents from `first` on to `sums`, as far as these reach; the cursor passes them. */
function addScores(postings: Postings, cursor: Cursor, { sums, first }: { sums: Float64Array; first: number }): void {
  const { documents, lengths, factors } = postings;
  const { weight, end } = cursor.clause;
  const stop = first + sums.length;
  let posting = cursor.posting;
  for (; posting < end; posting++) {
    const document = documents[posting]!;
    if (document >= stop) break;
    const factor = factors[lengths[document]!]!;
    sums[document - first]! += scoreOf(weight, fround(frequencyOf(postings, posting) * factor));
  }
  cursor.posting = posting;
}

/** The first of the postings [start, end) whose document is not below `document`; near ones are found soonest. */
function seek(documents: Uint32Array, range: { start: number; end: number; document: number }): number {
  const { end, document } = range;
  let low = range.start;
  let step = 1;
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
