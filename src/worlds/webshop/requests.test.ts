// Instructions read: the wanted thing, its options, its price, and what to search for.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { shared, skipWithout } from "../../../test/shared.ts";
import { loadCatalogue } from "./catalogue/load.ts";
import { stockOf } from "./catalogue/stock.ts";
import { readRequest, searchesFor, shareOf, wantedValues } from "./requests.ts";

const skip = skipWithout("webshop/items_shuffle_1000.json.gz");

const PANTS =
  "Find me machine wash men's pants with relaxed fit with color: bottle green, and size: 40w x 32l, and price lower " +
  "than 80.00 dollars";

test("a synthetic instruction names its options and its price", () => {
  assert.deepEqual(readRequest(PANTS), {
    text: "machine wash men's pants with relaxed fit",
    options: [
      { name: "color", value: "bottle green" },
      { name: "size", value: "40w x 32l" },
    ],
    priceLimit: 80,
  });
});

test("a person's instruction names none", () => {
  const request = readRequest("i need a 120 ml hair mask treatment, and price lower than 140.00 dollars");
  assert.deepEqual(request, { text: "a 120 ml hair mask treatment", options: [], priceLimit: 140 });
  assert.deepEqual(wantedValues(["size", "50 ml", "120 ML", "dry"], request), ["120 ml"]);
  assert.equal(readRequest("a lamp").priceLimit, Number.POSITIVE_INFINITY);
});

test("wanted values are those of the page, or missing", () => {
  assert.deepEqual(wantedValues(["color", "Bottle green", "size", "30w x 30l"], readRequest(PANTS)), [
    "bottle green",
    null,
  ]);
});

test("the best search names the thing and its options", () => {
  assert.deepEqual(searchesFor(readRequest(PANTS)), [
    "machine wash men's pants bottle green 40w x 32l",
    "machine wash men's pants relaxed fit bottle green 40w x 32l",
    "machine wash men's pants",
  ]);
});

test("the share of a wish that a title has", () => {
  const request = readRequest(PANTS);
  assert.equal(shareOf("Men's Pants, relaxed", request), 3 / 6);
  assert.equal(shareOf("", request), 0);
  assert.equal(shareOf("anything", readRequest("")), 0);
});

test("options and limits of all synthetic goals", { skip }, async () => {
  const catalogue = await loadCatalogue({ data: shared("webshop") });
  for (const { instruction, options, priceUpper } of stockOf(catalogue, { kind: "synthetic", seed: 0 }).goals) {
    const request = readRequest(instruction);
    assert.deepEqual(
      request.options.map(({ name, value }) => [name, value]),
      options,
      instruction,
    );
    assert.equal(request.priceLimit, priceUpper === 1_000_000 ? Number.POSITIVE_INFINITY : priceUpper);
  }
});

test("any text can be read, and its searches can be sent", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme" }), (text) => {
      for (const search of searchesFor(readRequest(text))) assert.match(`search[${search}]`, /^search\[[^[\]]+\]$/u);
    }),
  );
});
