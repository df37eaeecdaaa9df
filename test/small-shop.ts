/** A shop of a few products made by hand, for tests of what the official catalogue never shows. */
import { taskId } from "../src/core/ids.ts";
import type { Task } from "../src/core/task.ts";
import { catalogueOf } from "../src/worlds/webshop/catalogue/memory.ts";
import { heuristicNouns } from "../src/worlds/webshop/reward/nouns.ts";
import { buildIndex } from "../src/worlds/webshop/search/index.ts";
import { ORIGINAL_RULES, openStorefront, type Rules, sessionsOf } from "../src/worlds/webshop/session/index.ts";
import type { Goal, Product, Shop } from "../src/worlds/webshop/types.ts";

/** A lamp, except for what is given. */
export const product = (given: Partial<Product> = {}): Product => ({
  asin: "B000000001",
  title: "Desk Lamp",
  description: "A lamp.",
  bullets: ["bright"],
  query: "desk lamps",
  category: "electronics",
  productCategory: "Home › Lighting › Lamps",
  prices: [10],
  priceTag: "$10.0",
  options: [],
  image: "https://pictures.test/lamp.jpg",
  optionImages: new Map(),
  attributes: ["easy clean"],
  instruction: null,
  humanInstructions: [],
  ...given,
});

/** `count` lamps with ASINs from B000000001 on. */
export const lamps = (count: number): Product[] =>
  Array.from({ length: count }, (_, index) =>
    product({ asin: `B${String(index + 1).padStart(9, "0")}`, title: `Desk Lamp ${index + 1}` }),
  );

/** The first product is the one goal. */
export async function smallShop(products: readonly Product[], wish = "a desk lamp"): Promise<Shop> {
  const catalogue = catalogueOf(products);
  const { asin, category, query, title: name, productCategory, attributes } = products[0]!;
  const goal: Goal = {
    ...{ asin, category, query, name, productCategory, attributes, instruction: wish },
    ...{ priceUpper: 1_000_000, options: [], weight: 1 },
  };
  const prices = Float64Array.from(products, (one) => one.prices[0]!);
  return { catalogue, stock: { prices, goals: [goal] }, index: await buildIndex(catalogue), nouns: heuristicNouns };
}

export const smallTask: Task = {
  id: taskId("webshop/synthetic/0"),
  split: "test",
  category: "electronics",
  instruction: "a desk lamp",
  data: null,
};

/** A session of the shop's one goal, on its first page. */
export async function visit(products: readonly Product[], rules: Partial<Rules> = {}, seed = 0) {
  const shop = await smallShop(products);
  const environment = sessionsOf(openStorefront(shop, { ...ORIGINAL_RULES, ...rules }), () => 0)();
  await environment.reset(smallTask, seed);
  return environment;
}
