/**
 * The plain way to search: score every document that holds any term of the query. It says what the right answer is;
 * pruned.ts finds the same one sooner.
 */
import { bestOf, type Scored } from "./best.ts";
import { frequencyOf, type Postings } from "./postings.ts";
import type { Clause } from "./query.ts";
import { scoreOf } from "./similarity.ts";

/** The best `limit` (≥ 1) documents for `clauses`. */
export function searchExhaustively(postings: Postings, clauses: readonly Clause[], limit: number): Scored[] {
  const { documents, lengths, factors } = postings;
  const sums = new Float64Array(lengths.length);
  const held = new Uint8Array(lengths.length);
  for (const { start, end, weight } of clauses) {
    for (let posting = start; posting < end; posting++) {
      const document = documents[posting]!;
      const factor = factors[lengths[document]!]!;
      sums[document]! += scoreOf(weight, Math.fround(frequencyOf(postings, posting) * factor));
      held[document] = 1;
    }
  }
  const best = bestOf(limit);
  for (let document = 0; document < sums.length; document++) {
    if (held[document] === 1) best.add(document, Math.fround(sums[document]!));
  }
  return best.sorted();
}
