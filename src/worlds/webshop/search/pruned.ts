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
import { type Cursor, cursorOf, documentAt, LENGTH_BYTES, scoreAt, seek } from "./cursor.ts";
import type { Postings } from "./postings.ts";
import type { Clause } from "./query.ts";

/** Documents whose sums are worked out together: they fit into the processor's nearest cache. */
const WINDOW = 2048;

/**
 * A sum up to so many times a float32 rounds down to it, however the sum came about: half a unit in the last place is
 * 2⁻²⁵ of it at least, what the order of adding a million scores in double precision can do is below 2⁻³².
 */
const ROUNDED_AWAY = 1 + 2 ** -26;

/** The best `limit` (≥ 1) documents for `clauses`; the same as `searchExhaustively`, whatever the window. */
export function searchPruned(
  postings: Postings,
  clauses: readonly Clause[],
  { limit, window = WINDOW }: { limit: number; window?: number },
): Scored[] {
  const best = bestOf(limit);
  const inQuery = clauses.map((clause) => cursorOf(postings, clause));
  const byPeak = inQuery.toSorted((a, b) => a.peak - b.peak);
  /** The most that a document can get from the first, the first two … clauses by peak. */
  const bounds: number[] = [];
  for (const { peak } of byPeak) bounds.push((bounds.at(-1) ?? 0) + peak);
  /** How many clauses by peak are not essential. */
  let optional = 0;
  /** Who has no more than this in sight is not among the best. */
  let floor = Number.NEGATIVE_INFINITY;

  /** Whether a document to which the essential clauses give `sum` may be among the best. */
  const hasChance = (document: number, sum: number): boolean => {
    let known = sum;
    for (let i = optional - 1; i >= 0; i--) {
      if (known + bounds[i]! <= floor) return false;
      const cursor = byPeak[i]!;
      cursor.posting = seek(postings, cursor, { start: cursor.posting, document });
      if (documentAt(postings, cursor, cursor.posting) === document) known += scoreAt(postings, cursor, cursor.posting);
    }
    return known > floor;
  };

  const view: Window = { first: 0, sums: new Float64Array(window), held: new Uint32Array(Math.ceil(window / 32)) };
  for (;;) {
    while (optional < byPeak.length && bounds[optional]! <= floor) optional++;
    const essential = byPeak.slice(optional);
    view.first = Math.min(...essential.map((cursor) => documentAt(postings, cursor, cursor.posting)));
    if (view.first === Number.POSITIVE_INFINITY) return best.sorted();
    const starts = inQuery.map(({ posting }) => posting);
    for (const cursor of essential) addScores(postings, cursor, view);
    const optionalBound = bounds[optional - 1] ?? 0;
    takeDocuments(view, (document, sum) => {
      if (sum + optionalBound <= floor || !hasChance(document, sum)) return;
      best.add(document, exactScore(postings, inQuery, { starts, document }));
      floor = best.threshold * ROUNDED_AWAY;
    });
  }
}

/** Some documents in a row, and what the essential clauses give them. */
interface Window {
  first: number;
  readonly sums: Float64Array;
  /** One bit for each document: whether any of the clauses holds it. */
  readonly held: Uint32Array;
}

/** Adds the clause's scores for the documents of the window; the cursor passes them. */
function addScores(postings: Postings, cursor: Cursor, { first, sums, held }: Window): void {
  const { documents, frequencies, lengths } = postings;
  const { clause, scores } = cursor;
  const stop = first + sums.length;
  let posting = cursor.posting;
  for (; posting < clause.end; posting++) {
    const document = documents[posting]!;
    if (document >= stop) break;
    const offset = document - first;
    held[offset >>> 5]! |= 1 << offset;
    // What scoreAt would find, without calling it for each of a million postings.
    const known = scores[LENGTH_BYTES * frequencies[posting]! + lengths[document]!];
    sums[offset]! += known || scoreAt(postings, cursor, posting);
  }
  cursor.posting = posting;
}

/** Hands over the window's documents that any clause holds, by rising number, and empties the window. */
function takeDocuments({ first, sums, held }: Window, take: (document: number, sum: number) => void): void {
  for (let word = 0; word < held.length; word++) {
    for (let bits = held[word]!; bits !== 0; bits &= bits - 1) {
      const offset = 32 * word + 31 - Math.clz32(bits & -bits);
      const sum = sums[offset]!;
      sums[offset] = 0;
      take(first + offset, sum);
    }
    held[word] = 0;
  }
}

/** The score as scoring everything gives it, clause by clause as in the query; postings are sought from `starts` on. */
function exactScore(
  postings: Postings,
  inQuery: readonly Cursor[],
  { starts, document }: { starts: readonly number[]; document: number },
): number {
  let sum = 0;
  for (const [i, cursor] of inQuery.entries()) {
    const posting = seek(postings, cursor, { start: starts[i]!, document });
    if (documentAt(postings, cursor, posting) === document) sum += scoreAt(postings, cursor, posting);
  }
  return Math.fround(sum);
}
