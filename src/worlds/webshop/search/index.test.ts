// Search as a whole, against 2,000 result lists recorded from the original's Lucene.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { readJsonLines, shared, skipWithout } from "../../../../test/shared.ts";
import { plainProduct } from "../../../../test/webshop-products.ts";
import { loadCatalogue } from "../catalogue/load.ts";
import { catalogueOf } from "../catalogue/memory.ts";
import type { Catalogue } from "../types.ts";
import { buildIndex, type ProductIndex } from "./index.ts";
import { searchPruned } from "./pruned.ts";
import { clausesOf } from "./query.ts";

const GOLDEN = "webshop/golden/search_top50.jsonl.gz";

interface Recorded {
  readonly q: string;
  readonly hits: readonly (readonly [asin: string, score: number])[];
}

const asinsOf = (catalogue: Catalogue, index: ProductIndex, query: string, limit = 50) =>
  index.search(query, limit).map(({ row }) => catalogue.product(row).asin);

/** The 1,000 products and their index. */
async function thousand() {
  const catalogue = await loadCatalogue({ data: shared("webshop"), products: 1000 });
  return { catalogue, index: await buildIndex(catalogue) };
}

test("2,000 recorded searches: the same products, the same order, the same scores to the bit", {
  skip: skipWithout(GOLDEN),
}, async () => {
  const { catalogue, index } = await thousand();
  const recorded = readJsonLines<Recorded>(GOLDEN);
  assert.equal(recorded.length, 2000);
  const { postings } = index;
  for (const { q, hits } of recorded) {
    const found = index.search(q, 50).map(({ row, score }) => [catalogue.product(row).asin, score]);
    assert.deepEqual(found, hits, q);
    const pruned = searchPruned(postings, clausesOf(postings, q), { limit: 50, window: 128 });
    const asins = pruned.map(({ document, score }) => [catalogue.product(postings.rows[document]!).asin, score]);
    assert.deepEqual(asins, hits, `${q}, pruned`);
  }
});

test("two first pages that others have published", {
  skip: skipWithout(GOLDEN),
}, async () => {
  const { catalogue, index } = await thousand();
  const pages = {
    jacket:
      "B09KP78G37 B098XT346Y B09R7H66FC B09GLVMLMS B09QQP3356 B00ZDEDVBI B07V3WXX85 B09S3BN15C B08DXL22JN B07B9QWJW9",
    "women jumpsuits":
      "B09NDS8F4V B09PVNLVRW B09RV4TXKJ B099WX3CV5 B09Q37JQZ6 B09QPX97VW B09NSC5VDG B09QGK5XHZ B09S632DT3 B09QXF3V3X",
  };
  for (const [query, asins] of Object.entries(pages))
    assert.equal(asinsOf(catalogue, index, query, 10).join(" "), asins);
});

const texts = ["Red shoe", "red hat", "blue hat", "green shoe's lace", "Red shoe"];
const small = catalogueOf(texts.map((title, i) => plainProduct(`B${9 - i}`, title)));
const index = await buildIndex(small);

test("the better match comes first, of equal ones the lower ASIN", () => {
  assert.deepEqual(asinsOf(small, index, "red shoes"), ["B5", "B9", "B8", "B6"]);
  const [first, second] = index.search("red shoes", 50);
  assert.equal(first!.score, second!.score);
  assert.equal(first!.score, Math.fround(first!.score));
});

test("the limit cuts, and may be anything", () => {
  assert.deepEqual(asinsOf(small, index, "red shoes", 2), ["B5", "B9"]);
  assert.equal(asinsOf(small, index, "red shoes", 1e9).length, 4);
  for (const limit of [0, -1, Number.NaN]) assert.deepEqual(asinsOf(small, index, "red", limit), []);
});

test("what is asked for twice counts twice", () => {
  const [once, twice] = ["hat", "hat hat"].map((query) => index.search(query, 1)[0]!.score);
  assert.equal(twice, 2 * once!);
});

test("unknown words, stop words and nothing find nothing", () => {
  for (const query of ["", " ", "the", "zzz", "?!", "\uD800"]) assert.deepEqual(index.search(query, 50), []);
});

test("a large catalogue, which is searched by pruning, gives the same", async () => {
  const kinds = ["hat", "shoe", "scarf"];
  const titles = Array.from({ length: 25_000 }, (_, i) => `${kinds[i % 3]} ${"warm ".repeat(i % 7)}`);
  const catalogue = catalogueOf(titles.map((title, i) => plainProduct(`A${200_000 - i}`, title)));
  // Hats and nothing else; later rows have lower ASINs.
  const hats = titles.flatMap((title, row) => (title === "hat " ? [row] : [])).reverse();
  // Making it takes a while, in which signals are heard.
  let turns = 0;
  setImmediate(() => turns++);
  const index = await buildIndex(catalogue);
  assert.equal(turns, 1);
  const found = index.search("hat", 50);
  assert.deepEqual(
    found.map(({ row }) => row),
    hats.slice(0, 50),
  );
});

test("queries with more terms than are pruned are answered too", async () => {
  const words = Array.from({ length: 300 }, (_, i) => `w${i}`);
  const catalogue = catalogueOf(words.map((_, i) => plainProduct(`A${i + 100}`, words.slice(0, i + 1).join(" "))));
  const found = (await buildIndex(catalogue)).search(words.join(" "), 300);
  assert.equal(found.length, 300);
  assert(found.every(({ score }, i) => i === 0 || score <= found[i - 1]!.score));
});

test("no query throws or hangs", () => {
  const sign = fc.nat({ max: 0x10ffff }).map((code) => String.fromCodePoint(code));
  fc.assert(
    fc.property(fc.string({ unit: sign, maxLength: 200 }), (query) => {
      assert(index.search(`${query} red`, 50).length >= 0);
    }),
    { numRuns: 300 },
  );
  for (const piece of ["red ", "(.*)+", "shoe:", "'", "🇩", "a_"])
    index.search(piece.repeat(1_000_000 / piece.length), 50);
});
