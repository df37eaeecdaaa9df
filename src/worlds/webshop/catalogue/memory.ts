/** A catalogue of products in memory. */
import type { Catalogue, Product } from "../types.ts";

/** `products` in this order; their ASINs must differ. */
export function catalogueOf(products: readonly Product[]): Catalogue {
  const rows = new Map(products.map(({ asin }, row) => [asin, row]));
  return {
    size: products.length,
    product(row) {
      const product = products[row];
      if (!product) throw new RangeError(`expected a row in [0, ${products.length}), got ${row}`);
      return product;
    },
    rowOf: (asin) => rows.get(asin),
  };
}
