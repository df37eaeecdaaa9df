import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { CliError } from "../../../core/errors.ts";
import { ledgerOf } from "../catalogue/ledger.ts";
import { stockOf } from "../catalogue/stock.ts";
import { heuristicNouns } from "../reward/nouns.ts";
import { rewardOf } from "../reward/reward.ts";
import { buildIndex } from "../search/index.ts";
import type { Catalogue, Goal, Product } from "../types.ts";
import { FEWEST_PRODUCTS, generatedCatalogue, MOST_PRODUCTS } from "./catalogue.ts";
import { constraintsOf } from "./instructions.ts";
import { KINDS } from "./kinds.ts";

const sizes = fc.integer({ min: FEWEST_PRODUCTS, max: MOST_PRODUCTS });
const seeds = fc.nat();

function productsOf(catalogue: Catalogue): readonly Product[] {
  return Array.from({ length: catalogue.size }, (_, row) => catalogue.product(row));
}

test("products follow from seed and size alone, in whatever order they are asked for", () => {
  const forwards = productsOf(generatedCatalogue({ products: 300, seed: 7 }));
  const catalogue = generatedCatalogue({ products: 300, seed: 7 });
  for (let row = 299; row >= 0; row--) assert.deepEqual(catalogue.product(row), forwards[row]);
  const other = productsOf(generatedCatalogue({ products: 300, seed: 8 }));
  assert.notEqual(other[0]!.title, forwards[0]!.title);
  assert(!other.some(({ asin }) => forwards.some((product) => product.asin === asin)));
});

test("an ASIN is its product's row, and no two products share one", () => {
  const asins = productsOf(generatedCatalogue({ products: 5000, seed: 1 })).map(({ asin }) => asin);
  assert.equal(new Set(asins).size, 5000);
  fc.assert(
    fc.property(sizes, seeds, fc.nat(), (products, seed, number) => {
      const catalogue = generatedCatalogue({ products, seed });
      const { asin } = catalogue.product(number % products);
      assert.match(asin, /^[0-9A-Z]{10}$/);
      assert.equal(catalogue.rowOf(asin), number % products);
      for (const wrong of [asin.toLowerCase(), `${asin}A`, asin.slice(1), ""])
        assert.equal(catalogue.rowOf(wrong), undefined);
    }),
    { numRuns: 50 },
  );
});

test("the ASIN of a product that only a larger shop has is unknown", () => {
  const { asin } = generatedCatalogue({ products: 400, seed: 3 }).product(350);
  assert.equal(generatedCatalogue({ products: 300, seed: 3 }).rowOf(asin), undefined);
});

test("products are of the shape that the engine expects", () => {
  for (const product of productsOf(generatedCatalogue({ products: 2000, seed: 2 }))) {
    const { prices, priceTag, options, attributes, bullets, title, description } = product;
    assert(prices.length === 1 || (prices.length === 2 && prices[0]! < prices[1]!), String(prices));
    for (const price of prices)
      assert(price > 0 && price < 5000 && Math.abs(100 * price - Math.round(100 * price)) < 1e-6);
    assert.match(priceTag, /^\$\d+\.\d{1,2}( to \$\d+\.\d{1,2})?$/);
    assert.equal(bullets.length, attributes.length + 1);
    assert.equal(new Set(attributes).size, attributes.length);
    for (const { name, values } of options) {
      assert.equal(new Set(values).size, values.length);
      assert(values.length >= 1);
      for (const text of [name, ...values]) assert.equal(text, text.toLowerCase().trim());
    }
    assert(!/[{}]|undefined/.test([title, description, ...bullets].join()), title);
  }
});

test("a product's texts name what it has and nothing of what it lacks", () => {
  const kinds = new Map(KINDS.map((kind) => [kind.plural, kind]));
  for (const { query, attributes, title, description, bullets } of productsOf(
    generatedCatalogue({ products: 1000, seed: 4 }),
  )) {
    const texts = [title, description, bullets.join(" ")].map((text) => text.toLowerCase());
    for (const attribute of kinds.get(query)!.attributes) {
      assert.equal(
        texts.some((text) => text.includes(attribute)),
        attributes.includes(attribute),
        `${attribute}: ${title}`,
      );
    }
  }
});

test("every kind is sold, and has near misses: the same maker's, with other attributes, options or prices", () => {
  const products = productsOf(generatedCatalogue({ products: 800, seed: 5 }));
  for (const { plural } of KINDS) assert.equal(products.filter(({ query }) => query === plural).length, 20, plural);
  const [first, ...others] = products.slice(0, 4);
  for (const other of others) {
    assert.equal(other.query, first!.query);
    const kept = other.attributes.filter((attribute) => first!.attributes.includes(attribute));
    assert(kept.length < first!.attributes.length && kept.length >= first!.attributes.length - 2);
  }
});

test("what draws of goals need is known without making the products", () => {
  for (const products of [FEWEST_PRODUCTS, 1001, 9000]) {
    const catalogue = generatedCatalogue({ products, seed: 6 });
    const { size, product, rowOf } = catalogue;
    assert.deepEqual(catalogue.ledger, ledgerOf({ size, product, rowOf }));
  }
});

function buy(catalogue: Catalogue, prices: Float64Array, goal: Goal): number {
  const row = catalogue.rowOf(goal.asin)!;
  const chosen = goal.options.map((option) => (typeof option === "string" ? option : option[1]));
  return rewardOf({ product: catalogue.product(row), price: prices[row]!, chosen, goal, nouns: heuristicNouns }).total;
}

for (const kind of ["human", "synthetic"] as const) {
  test(`every ${kind} goal is met by its own product with its own options`, () => {
    for (const products of [FEWEST_PRODUCTS, 1000]) {
      const catalogue = generatedCatalogue({ products, seed: 9 });
      const { goals, prices } = stockOf(catalogue, { kind, seed: 0 });
      for (const goal of goals) assert.equal(buy(catalogue, prices, goal), 1, goal.instruction);
    }
  });
}

test("human goals have one, two and three constraints in equal parts, all named in the instruction", () => {
  const catalogue = generatedCatalogue({ products: 1000, seed: 0 });
  const { goals } = stockOf(catalogue, { kind: "human", seed: 0 });
  const counts = Map.groupBy(goals, constraintsOf);
  assert.deepEqual([...counts.keys()].sort(), [1, 2, 3]);
  for (const some of counts.values()) assert.equal(some.length, 2000);
  for (const { instruction, attributes, options, query } of goals) {
    for (const wanted of [...attributes, ...options]) assert(instruction.includes(wanted as string), instruction);
    assert(KINDS.some(({ name, plural }) => plural === query && instruction.includes(name)));
  }
});

test("another product of the kind misses what it lacks, and nothing else", () => {
  const catalogue = generatedCatalogue({ products: 800, seed: 5 });
  const { goals, prices } = stockOf(catalogue, { kind: "human", seed: 0 });
  const products = productsOf(catalogue);
  for (const goal of goals.slice(0, 300)) {
    for (const [row, product] of products.entries()) {
      if (product.query !== goal.query) continue;
      const values = product.options.flatMap((group) => group.values);
      const chosen = goal.options.filter((option) => values.includes(option as string)) as string[];
      const met = goal.attributes.filter((attribute) => product.attributes.includes(attribute)).length;
      const isAffordable = prices[row]! <= goal.priceUpper;
      const expected = (met + chosen.length + Number(isAffordable)) / (constraintsOf(goal) + 1);
      const { total } = rewardOf({ product, price: prices[row]!, chosen, goal, nouns: heuristicNouns });
      assert.equal(total, expected, `${product.title} for ${goal.instruction}`);
    }
  }
});

test("the words of an instruction find what was asked for, but not as the first hit: one has to look", async () => {
  const catalogue = generatedCatalogue({ products: 1000, seed: 1 });
  const { goals, prices } = stockOf(catalogue, { kind: "human", seed: 0 });
  const index = await buildIndex(catalogue);
  const found: number[] = [];
  const firstIsRight = new Map([1, 2, 3].map((constraints) => [constraints, 0]));
  for (const goal of goals.slice(0, 300)) {
    const hits = index.search(goal.instruction, 50);
    found.push(hits.findIndex(({ row }) => catalogue.product(row).asin === goal.asin));
    const { row } = hits[0]!;
    const values = catalogue.product(row).options.flatMap((group) => group.values);
    const chosen = goal.options.filter((option) => values.includes(option as string)) as string[];
    const { total } = rewardOf({
      product: catalogue.product(row),
      price: prices[row]!,
      chosen,
      goal,
      nouns: heuristicNouns,
    });
    if (total === 1) firstIsRight.set(constraintsOf(goal), firstIsRight.get(constraintsOf(goal))! + 1);
  }
  assert(found.filter((place) => place >= 0).length >= 290);
  const [easy, middling, hard] = [1, 2, 3].map((constraints) => firstIsRight.get(constraints)!);
  assert(easy! > hard! && middling! > hard! && easy! < 80 && hard! < 50, `${easy}, ${middling}, ${hard}`);
});

test("sizes, seeds and rows out of range are refused", () => {
  for (const products of [FEWEST_PRODUCTS - 1, MOST_PRODUCTS + 1, 300.5, Number.NaN]) {
    assert.throws(() => generatedCatalogue({ products, seed: 0 }), CliError);
  }
  for (const seed of [-1, 0.5, Number.NaN]) assert.throws(() => generatedCatalogue({ products: 300, seed }), CliError);
  const catalogue = generatedCatalogue({ products: 300, seed: 0 });
  for (const row of [-1, 300, 0.5, Number.NaN]) assert.throws(() => catalogue.product(row), RangeError);
});
