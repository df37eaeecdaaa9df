import assert from "node:assert/strict";
import { test } from "node:test";
import { skillOf } from "./skills.ts";

test("buttons by name, products and option values each together", () => {
  const cases = {
    "search[red shoes]": "search",
    "click[Next >]": "click[next >]",
    "click[< prev]": "click[< prev]",
    "click[Buy Now]": "click[buy now]",
    "click[b09qqp3356]": "click a product",
    "click[xx-large]": "click an option",
    "click[multicolor]": "click an option",
    "think[hm]": "other",
    "": "other",
  };
  for (const [action, skill] of Object.entries(cases)) assert.equal(skillOf(action), skill, action);
});
