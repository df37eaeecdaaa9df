/**
 * The page that a state stands for, with everything on it: what all renderings (text, text_rich, html, clickables, the
 * structured page) read. A pure function of shop and state, computed when needed.
 */
import type { Product } from "../types.ts";
import type { ItemPlace, Place, ResultsPlace, State, SubPage } from "./state.ts";
import { PRODUCTS_PER_PAGE, type Storefront } from "./storefront.ts";
import { urlOf } from "./urls.ts";

export type View = {
  readonly state: State;
  readonly url: string;
  readonly instruction: string;
} & (
  | { readonly kind: "index" }
  | ({
      readonly kind: "results";
      /** Products found; those of this page. */
      readonly total: number;
      readonly products: readonly Product[];
    } & ResultsPlace)
  | ({ readonly kind: "item"; readonly product: Product; readonly showAttributes: boolean } & ItemPlace)
  | ({ readonly kind: "sub"; readonly product: Product; readonly name: SubPage } & ItemPlace)
  | (Place & { kind: "done" })
);

/** The view of one kind of page. */
export type ViewOf<Kind extends View["kind"]> = Extract<View, { kind: Kind }>;

export function viewOf(front: Storefront, state: State): View {
  const { catalogue, stock } = front.shop;
  const { place } = state;
  const { instruction } = stock.goals[state.goal]!;
  const page = { state, url: urlOf(state), instruction };
  const product = (asin: string) => catalogue.product(catalogue.rowOf(asin)!);
  switch (place.kind) {
    case "index":
    case "done":
      return { ...page, ...place };
    case "results": {
      const found = front.find({ ...state, query: place.query }) ?? [];
      // Page 0 is the slice from -10 to 0, which is empty, in Python as here.
      const shown = found.slice((place.page - 1) * PRODUCTS_PER_PAGE, place.page * PRODUCTS_PER_PAGE);
      const products = shown.map((row) => catalogue.product(row));
      return { ...page, ...place, total: found.length, products };
    }
    case "item":
      return { ...page, ...place, product: product(place.asin), showAttributes: front.rules.showAttributes };
    case "sub":
      return { ...page, ...place, product: product(place.asin) };
  }
}
