/**
 * The current page as plain data, for a page that a person can use: what stands on it, and for everything that can be
 * done there the action it sends. Has what the html page has; its looks are the reader's business.
 */
import type { Reward } from "../types.ts";
import { clickAction } from "./actions.ts";
import { textNodesOf } from "./nodes.ts";
import type { View, ViewOf } from "./view.ts";

/** A page of the shop as plain data: what stands on it and which action each button sends. */
export interface ShopPage {
  /** The search page, a list of results, a product, one of its sub pages, or the end. */
  readonly kind: "index" | "results" | "item" | "sub" | "done";
  /** What the customer wants; here on every page, also on the last, which hides it from agents. */
  readonly instruction: string;
  /** Only on results: `Page 1 (Total results: 50)`. */
  readonly heading?: string;
  /** Only on results: the products of this page, in order. */
  readonly products?: readonly ListedProduct[];
  /** Only on a product's page. */
  readonly item?: Item;
  /** Only on sub pages: the paragraphs of a description, the features … */
  readonly texts?: readonly string[];
  /** In the page's order. */
  readonly buttons: readonly Button[];
  /** Only on the last page: the reward, in [0, 1]. */
  readonly score?: number;
  /** Only on the last page: what the reward is made of. */
  readonly parts?: Reward["parts"];
}

/** Something that can be pressed on a page of the shop. */
export interface Button {
  /** What stands on it. */
  readonly label: string;
  /** What pressing it sends to the environment. */
  readonly action: string;
}

/** A product in a list of results. */
export interface ListedProduct {
  /** Its number, upper case, at most 10 characters. */
  readonly asin: string;
  /** Its name in the shop. */
  readonly title: string;
  /** As shown: `$17.4`. */
  readonly price: string;
  /** Address of its picture on somebody else's server; may be "". */
  readonly image: string;
  /** Whether its page was opened in this session. */
  readonly isVisited: boolean;
  /** What opening it sends to the environment. */
  readonly action: string;
}

/** A product on its own page. */
export interface Item {
  /** Its number, upper case, at most 10 characters. */
  readonly asin: string;
  /** Its name in the shop. */
  readonly title: string;
  /** As shown: `$17.4`. */
  readonly price: string;
  /** The picture of what was chosen, if it has one of its own. */
  readonly image: string;
  /** What can be chosen, in the shop's order. */
  readonly options: readonly {
    /** Lower case: `color`, `size` … */
    readonly name: string;
    /** One button for each value. */
    readonly values: readonly (Button & {
      /** At most one of an option is. */
      readonly isChosen: boolean;
    })[];
  }[];
}

export function shopPageOf(view: View): ShopPage {
  const { kind, instruction } = view;
  const page = { kind, instruction, buttons: buttonsOf(view) };
  switch (view.kind) {
    case "index":
      return page;
    case "results":
      return {
        ...page,
        heading: `Page ${view.page} (Total results: ${view.total})`,
        products: view.products.map(({ asin, title, priceTag, image }) => ({
          asin,
          title,
          price: priceTag,
          image,
          isVisited: view.state.visited.includes(asin),
          action: clickAction(asin.toLowerCase()),
        })),
      };
    case "item":
      return { ...page, item: itemOf(view) };
    case "sub":
      return { ...page, texts: textsOf(view) };
    case "done":
      return { ...page, score: view.reward.total, parts: view.reward.parts };
  }
}

/** All but the search button, which sends what the person types. */
function buttonsOf(view: View): readonly Button[] {
  if (view.kind === "index") return [];
  const labels = textNodesOf(view).flatMap(({ kind, text }) => (kind === "button" ? [text] : []));
  return labels.map((label) => ({ label, action: clickAction(label.toLowerCase()) }));
}

function itemOf({ product, options }: ViewOf<"item">): Item {
  const chosen = new Map(options);
  const images = options.flatMap(([, value]) => product.optionImages.get(value) ?? []);
  return {
    asin: product.asin,
    title: product.title,
    price: product.priceTag,
    image: images.at(-1) ?? product.image,
    options: product.options.map(({ name, values }) => ({
      name,
      values: values.map((value) => ({
        label: value,
        action: clickAction(value),
        isChosen: chosen.get(name) === value,
      })),
    })),
  };
}

/** The texts below the buttons. */
function textsOf(view: ViewOf<"sub">): readonly string[] {
  const nodes = textNodesOf(view);
  const texts = nodes.slice(nodes.findLastIndex(({ kind }) => kind === "button") + 1);
  return texts.map(({ text }) => text.trim());
}
