/** What can be clicked on a page, as the original lists it: buttons, then products, then option values. */
import type { View } from "./view.ts";

/**
 * Labels in lower case, option values as they are. A label that occurs twice is listed once, where it came first.
 * `search` is listed on the index page although no click on it is accepted.
 */
export function clickablesOf(view: View): readonly string[] {
  switch (view.kind) {
    case "index":
      return ["search"];
    case "results": {
      const paging = view.page > 1 ? ["< prev", "next >"] : ["next >"];
      return unique(["back to search", ...paging, ...view.products.map(({ asin }) => asin.toLowerCase())]);
    }
    case "item": {
      const attributes = view.showAttributes ? ["attributes"] : [];
      const buttons = ["back to search", "< prev", "description", "features", "reviews", ...attributes, "buy now"];
      return unique([...buttons, ...view.product.options.flatMap(({ values }) => values)]);
    }
    case "sub":
      return ["back to search", "< prev"];
    case "done":
      return [];
  }
}

const unique = (labels: readonly string[]): readonly string[] => [...new Set(labels)];

/** Only the index page has one; a search is accepted everywhere. */
export const hasSearchBar = (view: View): boolean => view.kind === "index";
