/** Products for tests of the shop: text that can be found, and nothing else worth looking at. */
import type { Product } from "../src/worlds/webshop/types.ts";

/** A product without options, price range or goals. */
export function plainProduct(asin: string, title: string, rest: Partial<Product> = {}): Product {
  return {
    asin,
    title,
    description: "",
    bullets: [""],
    query: "",
    category: "",
    productCategory: "",
    prices: [10],
    priceTag: "$10.0",
    options: [],
    image: "",
    optionImages: new Map(),
    attributes: [],
    instruction: null,
    humanInstructions: [],
    ...rest,
  };
}
