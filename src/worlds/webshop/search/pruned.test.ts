// Pruned search against scoring everything: the same documents with the same scores, to the bit.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { plainProduct } from "../../../../test/webshop-products.ts";
import { random } from "../../../core/random.ts";
import { catalogueOf } from "../catalogue/memory.ts";
import { searchExhaustively } from "./exhaustive.ts";
import { buildPostings } from "./postings.ts";
import { searchPruned } from "./pruned.ts";
import { clausesOf } from "./query.ts";

const WORDS = [..."bcdfghjklm"].map((letter) => `${letter}o`);

test("equal on small catalogues full of ties, whatever the window and the limit", async () => {
  const word = fc.nat({ max: 45 }).map((n) => WORDS[Math.floor(Math.sqrt(n))]!);
  const texts = (maxLength: number) => fc.array(word, { maxLength }).map((words) => words.join(" "));
  const numbers = { limit: fc.integer({ min: 1, max: 12 }), window: fc.integer({ min: 1, max: 50 }) };
  await fc.assert(
    fc.asyncProperty(
      fc.array(texts(6), { maxLength: 120 }),
      texts(10),
      fc.record(numbers),
      async (titles, query, options) => {
        const postings = await buildPostings(catalogueOf(titles.map((title, i) => plainProduct(`A${i}`, title))));
        const clauses = clausesOf(postings, query);
        assert.deepEqual(
          searchPruned(postings, clauses, options),
          searchExhaustively(postings, clauses, options.limit),
        );
      },
    ),
    { numRuns: 500 },
  );
});

test("equal on 20,000 products with words as common as in real texts", async () => {
  const draw = random(0, "pruned");
  const text = (words: number, vocabulary: number) =>
    Array.from({ length: words }, () => `w${Math.floor(vocabulary ** draw.next())}`).join(" ");
  const products = Array.from({ length: 20_000 }, (_, i) => plainProduct(`A${i}`, text(1 + draw.integer(40), 5000)));
  const postings = await buildPostings(catalogueOf(products));
  let compared = 0;
  for (let round = 0; round < 200; round++) {
    const clauses = clausesOf(postings, text(1 + draw.integer(20), 500));
    const found = searchPruned(postings, clauses, { limit: 50 });
    assert.deepEqual(found, searchExhaustively(postings, clauses, 50));
    compared += found.length;
  }
  assert(compared > 5000);
});
