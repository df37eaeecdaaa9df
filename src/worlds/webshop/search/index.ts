/**
 * Search as the original's, which ran Lucene 8.11 through pyserini 0.17: the same products in the same order with the
 * same scores, to the bit. Queries may be any text; what has no known term finds nothing. Not here: the special queries
 * `<r>`, `<c>` and `<q>`, and pages of results.
 */
import type { Catalogue, SearchIndex } from "../types.ts";
import { searchExhaustively } from "./exhaustive.ts";
import { buildPostings, type Postings } from "./postings.ts";
import { searchPruned } from "./pruned.ts";
import { clausesOf } from "./query.ts";
import { type FingerprintedCatalogue, fingerprintOf, loadPostings, savePostings } from "./storage.ts";

/** A search index with the data it is saved as. */
export interface ProductIndex extends SearchIndex {
  readonly postings: Postings;
}

/** With fewer documents or more clauses, finding out what need not be scored costs more than scoring it. */
const FEWEST_DOCUMENTS_PRUNED = 20_000;
const MOST_CLAUSES_PRUNED = 64;

function indexOf(postings: Postings): ProductIndex {
  return {
    postings,
    search(query, limit) {
      const clauses = clausesOf(postings, query);
      if (clauses.length === 0 || !(limit >= 1)) return [];
      const pruned = postings.rows.length >= FEWEST_DOCUMENTS_PRUNED && clauses.length <= MOST_CLAUSES_PRUNED;
      const found = pruned ? searchPruned(postings, clauses, { limit }) : searchExhaustively(postings, clauses, limit);
      return found.map(({ document, score }) => ({ row: postings.rows[document]!, score }));
    },
  };
}

/** Reads all products once: a moment for a thousand, minutes for a million. `onProduct` hears how many are read. */
export async function buildIndex(catalogue: Catalogue, onProduct?: (read: number) => void): Promise<ProductIndex> {
  return indexOf(await buildPostings(catalogue, onProduct));
}

/** Writes the index of `catalogue` to `file`, in place of what is there; a killed process leaves no half of it. Throws CliError. */
export function saveIndex(index: ProductIndex, catalogue: FingerprintedCatalogue, file: string): void {
  savePostings(file, index.postings, fingerprintOf(catalogue));
}

/** Reads an index back. Throws CliError if `file` is missing, damaged, or not of this catalogue. */
export function loadIndex(catalogue: FingerprintedCatalogue, file: string): ProductIndex {
  return indexOf(loadPostings(file, fingerprintOf(catalogue)));
}
