import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { Goal, Product } from "../types.ts";
import { heuristicNouns } from "./nouns.ts";
import { ORIGINAL_RULES, type Purchase, rewardOf } from "./reward.ts";

const LAMP: Product = {
  asin: "LAMP000001",
  title: "Harbour Desk Lamp",
  description: "Stands on three feet.",
  bullets: ["Folds flat", "Cable of two metres"],
  query: "desk lamps",
  category: "home",
  productCategory: "Home › Lighting › Desk Lamps",
  prices: [30],
  priceTag: "$30.0",
  options: [
    { name: "color", values: ["dark red", "blue"] },
    { name: "size", values: ["large", "x-large"] },
  ],
  image: "",
  optionImages: new Map(),
  attributes: ["dimmable light", "solid brass"],
  instruction: null,
  humanInstructions: [],
};

const GOAL: Goal = {
  asin: LAMP.asin,
  category: LAMP.category,
  query: LAMP.query,
  name: LAMP.title,
  productCategory: LAMP.productCategory,
  instruction: "a lamp",
  attributes: ["solid brass", "three feet"],
  priceUpper: 40,
  options: ["blue", "large"],
  weight: 1,
};

const buy = (changes: Partial<Purchase>) =>
  rewardOf({ product: LAMP, price: 30, chosen: ["blue", "large"], goal: GOAL, nouns: heuristicNouns, ...changes });

test("the goal's product with the goal's options is worth 1", () => {
  assert.deepEqual(buy({}), {
    total: 1,
    parts: {
      r_type: 1,
      r_att: 1,
      w_att: 2 / 5,
      query_match: true,
      category_match: true,
      title_score: 1,
      r_option: 1,
      w_option: 2 / 5,
      r_price: true,
      w_price: 1 / 5,
    },
  });
});

test("an attribute may also stand in the title, the features or the description", () => {
  const attributes = ["harbour", "flat cable", "three feet", "solid brass", "wooden"];
  const { parts } = buy({ goal: { ...GOAL, attributes } });
  assert.equal(parts.r_att, 4 / 5);
});

test("a price above the limit, a missing attribute and a missing option cost one part each", () => {
  assert.equal(buy({ price: 40 }).total, 1);
  assert.equal(buy({ price: 40.01 }).total, 4 / 5);
  assert.equal(buy({ chosen: ["blue"] }).total, 4 / 5);
  assert.equal(buy({ product: { ...LAMP, attributes: [] } }).total, 4 / 5);
});

test("without options the reward has no such parts", () => {
  const { total, parts } = buy({ goal: { ...GOAL, options: [] }, chosen: [] });
  assert.equal(total, 1);
  assert(!("r_option" in parts || "w_option" in parts));
  assert.equal(parts.w_price, 1 / 3);
});

test("an option that contains another's words meets it", () => {
  assert.equal(buy({ chosen: ["blue", "x-large"] }).parts.r_option, 1);
  assert.equal(buy({ chosen: ["light blue", "large"] }).parts.r_option, 1, "light blue is blue");
});

test("goals with pairs can be out of reach, as in the original", () => {
  const pair = (value: string) =>
    buy({ goal: { ...GOAL, options: [["color", value]] }, chosen: [value] }).parts.r_option;
  assert.equal(pair("blue"), 1);
  assert.equal(pair("striped"), 1, "its words are among those of the printed pair");
  assert.equal(pair("dark red"), 1, "bought it is dark, a word of the printed pair");
  assert.equal(pair("black2070"), 0, "bought it is black, no word of the printed pair");
});

test("the kind of product scales the reward", () => {
  const other = { ...LAMP, query: "chairs", productCategory: "Home › Seats" };
  const type = (title: string) => buy({ product: { ...other, title } }).parts.r_type;
  const goal = { ...GOAL, name: "a1 b1 c1 d1 e1 f1 g1 h1 i1 j1 k1".replaceAll("1", "x") };
  assert.equal(type("Harbour Lamp"), 1);
  assert.equal(type("Chair"), 0);
  const distant = (title: string, product = other) => buy({ product: { ...product, title }, goal }).parts.r_type;
  assert.equal(distant("ax bx cx"), 1);
  assert.equal(distant("ax bx"), 0.5);
  assert.equal(distant("ax"), 0.1);
  assert.equal(distant("ax", LAMP), 0.1, "even where the query is the same");
  assert.equal(distant("zx", LAMP), 0);
});

test("a goal without nouns scores 0.2 for its title", () => {
  const parts = buy({ goal: { ...GOAL, name: "7 in 1" } }).parts;
  assert.equal(parts.title_score, 0.2);
  assert.equal(parts.r_type, 1);
});

test("two shared categories make the same kind, wherever they stand", () => {
  const match = (productCategory: string) => buy({ product: { ...LAMP, productCategory } }).parts.category_match;
  assert(match("Lighting › Garden ›  Home"));
  assert(!match("Home › Home › Garden"));
});

test("a fork counts all options of the bought product", () => {
  const rules = { ...ORIGINAL_RULES, options: "all" } as const;
  assert.equal(buy({ chosen: [], rules }).total, 1);
  assert.equal(buy({ chosen: [] }).total, 3 / 5);
});

const values = fc.uniqueArray(fc.constantFrom("dark red", "blue", "large", "x-large", "8 wide", "(a')"), {
  maxLength: 4,
});

test("more options, a lower price and the fork's rule never lower the reward", () => {
  fc.assert(
    fc.property(values, values, fc.integer({ min: 1, max: 60 }), fc.boolean(), (wanted, chosen, price, arePairs) => {
      const options = wanted.map((value) => (arePairs ? (["color", value] as const) : value));
      const goal = { ...GOAL, options };
      const { total } = buy({ goal, chosen, price });
      assert(total >= 0 && total <= 1);
      assert(buy({ goal, chosen: [...chosen, "blue"], price }).total >= total);
      assert(buy({ goal, chosen, price: price - 1 }).total >= total);
      const product = { ...LAMP, options: [{ name: "color", values: chosen }] };
      assert.equal(
        buy({ goal, product, chosen: [], price, rules: { ...ORIGINAL_RULES, options: "all" } }).total,
        total,
      );
    }),
  );
});
