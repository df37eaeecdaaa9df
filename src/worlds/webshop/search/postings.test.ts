import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { plainProduct } from "../../../../test/webshop-products.ts";
import { catalogueOf } from "../catalogue/memory.ts";
import { buildPostings, compareBytes, frequencyOf, type Postings } from "./postings.ts";
import { numberOf } from "./terms.ts";

/** Row and frequency of each posting of `term`. */
function entriesOf(postings: Postings, term: string): [row: number, frequency: number][] {
  const number = numberOf(postings.dictionary, term)!;
  const entries: [number, number][] = [];
  for (let posting = postings.starts[number]!; posting < postings.starts[number + 1]!; posting++) {
    entries.push([postings.rows[postings.documents[posting]!]!, frequencyOf(postings, posting)]);
  }
  return entries;
}

test("postings stand by ascending ASIN, whatever the catalogue's order", async () => {
  const titles = { B3: "red shoe", B1: "red red hat", B2: "hat", A9: "blue shoe" };
  const products = Object.entries(titles).map(([asin, title]) => plainProduct(asin, title));
  const postings = await buildPostings(catalogueOf(products));
  assert.deepEqual([...postings.rows], [3, 1, 2, 0]);
  assert.deepEqual(entriesOf(postings, "red"), [
    [1, 2],
    [0, 1],
  ]);
  assert.deepEqual(entriesOf(postings, "shoe"), [
    [3, 1],
    [0, 1],
  ]);
  assert.equal(numberOf(postings.dictionary, "green"), undefined);
});

test("frequencies above 254 are exact too", async () => {
  const titles = [253, 254, 255, 256, 3000].map((count) => "red ".repeat(count));
  const postings = await buildPostings(catalogueOf(titles.map((title, i) => plainProduct(`A${9 - i}`, title))));
  assert.deepEqual(entriesOf(postings, "red"), [
    [4, 3000],
    [3, 256],
    [2, 255],
    [1, 254],
    [0, 253],
  ]);
});

test("products without any term do not count", async () => {
  const titles = ["red", "", "?", "the"];
  const postings = await buildPostings(catalogueOf(titles.map((title, i) => plainProduct(`A${i}`, title))));
  assert.equal(postings.holding, 1);
  assert.equal(postings.rows.length, 4);
});

test("what can be found: title, description, first feature, options", async () => {
  const product = plainProduct("A", "Oak TABLE", {
    description: "Solid.",
    bullets: ["Round", "Hidden"],
    options: [
      { name: "color", values: ["dark red", "blue"] },
      { name: "size", values: ["xl"] },
    ],
    query: "hidden",
  });
  const { dictionary } = await buildPostings(catalogueOf([product]));
  for (const term of ["oak", "tabl", "solid", "round", "color", "dark", "red", "blue", "size", "xl"]) {
    assert.notEqual(numberOf(dictionary, term), undefined, term);
  }
  assert.equal(numberOf(dictionary, "hidden"), undefined);
});

test("progress counts the products read", async () => {
  const read: number[] = [];
  await buildPostings(catalogueOf([plainProduct("A", "a"), plainProduct("B", "b")]), (count) => read.push(count));
  assert.deepEqual(read, [1, 2]);
});

test("texts are compared as their UTF-8 bytes", () => {
  assert(compareBytes("\uFF00", "\u{10000}") < 0);
  const text = fc.string({ unit: fc.constantFrom("A", "B", "é", "\uE000", "\uFFFD", "\u{10000}", "\u{10FFFF}") });
  fc.assert(
    fc.property(text, text, (a, b) => {
      assert.equal(Math.sign(compareBytes(a, b)), Buffer.compare(Buffer.from(a), Buffer.from(b)));
    }),
  );
});
