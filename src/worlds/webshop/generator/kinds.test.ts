import assert from "node:assert/strict";
import { test } from "node:test";
import { tupleRepr } from "../python/text.ts";
import { normalizeColour } from "../reward/colours.ts";
import { tokenSetRatio } from "../reward/fuzzy.ts";
import { KINDS } from "./kinds.ts";

const isSimilar = (a: string, b: string) => tokenSetRatio(a, b) > 85;

/** Every pair of different items. */
function pairsOf(items: readonly string[]): (readonly [string, string])[] {
  return items.flatMap((a) => items.filter((b) => b !== a).map((b) => [a, b] as const));
}

test("forty kinds in ten departments, named apart", () => {
  assert.equal(KINDS.length, 40);
  assert.equal(new Set(KINDS.map(({ department }) => department)).size, 10);
  assert.equal(new Set(KINDS.map(({ name }) => name)).size, 40);
  assert.equal(new Set(KINDS.map(({ plural }) => plural)).size, 40);
  for (const { name } of KINDS) assert(name.split(" ").length >= 2, name);
});

for (const { name, attributes, options } of KINDS) {
  test(`${name}: no attribute passes for another, nor lies in one`, () => {
    assert.equal(new Set(attributes).size, 12);
    for (const [a, b] of pairsOf([...attributes, name])) assert(!isSimilar(a, b) && !a.includes(b), `${a} | ${b}`);
  });

  test(`${name}: an option value passes for itself alone, asked for as a value or as a pair`, () => {
    const values = options.flatMap((pool) => pool.values);
    assert.equal(new Set(values).size, values.length);
    for (const [a, b] of pairsOf(values)) assert(!isSimilar(normalizeColour(a), normalizeColour(b)), `${a} | ${b}`);
    for (const pool of options) {
      for (const wanted of pool.values) {
        const pair = normalizeColour([pool.name, wanted]);
        const asked = typeof pair === "string" ? pair : tupleRepr(pair);
        for (const bought of values) {
          assert.equal(isSimilar(normalizeColour(bought), asked), bought === wanted, `${bought} for ${asked}`);
        }
      }
    }
  });
}
