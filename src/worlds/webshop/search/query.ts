/** What a query asks of an index: its terms, each with its weight and where its postings are. */
import { analyze } from "./analyzer.ts";
import type { Postings } from "./postings.ts";
import { weightOf } from "./similarity.ts";
import { numberOf } from "./terms.ts";

/** A term of the query that some document holds. */
export interface Clause {
  readonly term: number;
  /** A float32. */
  readonly weight: number;
  /** The term's postings. */
  readonly start: number;
  readonly end: number;
}

/** One clause for each term that occurs, by first occurrence in the query: the order in which scores are summed. */
export function clausesOf(postings: Postings, query: string): Clause[] {
  const repeats = new Map<number, number>();
  for (const text of analyze(query)) {
    const term = numberOf(postings.dictionary, text);
    if (term !== undefined) repeats.set(term, (repeats.get(term) ?? 0) + 1);
  }
  return Array.from(repeats, ([term, count]) => {
    const start = postings.starts[term]!;
    const end = postings.starts[term + 1]!;
    return { term, weight: weightOf(count, end - start, postings.holding), start, end };
  });
}
