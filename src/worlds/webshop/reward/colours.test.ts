import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { shared, skipWithout } from "../../../../test/shared.ts";
import { COLOURS, normalizeColour } from "./colours.ts";

test("a text becomes the first colour of the list that it contains", () => {
  assert.equal(normalizeColour("#1 light grey"), "grey");
  assert.equal(normalizeColour("stonewashed"), "ash");
  assert.equal(normalizeColour("scarred"), "red");
  assert.equal(normalizeColour("38"), "38");
});

test("a pair becomes a colour only if a whole member is one", () => {
  assert.equal(normalizeColour(["color", "black"]), "black");
  assert.deepEqual(normalizeColour(["color", "black2070"]), ["color", "black2070"]);
  assert.equal(normalizeColour(["wine", "zinfandel"]), "wine");
});

test("the colours are the original's, in its order", { skip: skipWithout("webshop/colors.json") }, () => {
  assert.deepEqual(COLOURS, JSON.parse(readFileSync(shared("webshop/colors.json"), "utf8")));
});
