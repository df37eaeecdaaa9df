/**
 * A shop open for sessions: the shared shop, the rules of the house, and the lists of products that searches give.
 * Sessions share it and leave nothing behind in it; the lists of recent queries are kept because the original runs a
 * query again whenever its results are shown again.
 */
import { random } from "../../../core/random.ts";
import { strip } from "../python/text.ts";
import { ORIGINAL_RULES as ORIGINAL_REWARD_RULES, type RewardRules } from "../reward/reward.ts";
import type { Shop } from "../types.ts";
import type { Observation } from "./observations.ts";
import { remembering } from "./recent.ts";

/** Products that a search finds at most. */
const MAX_RESULTS = 50;
/** Shown at once. */
export const PRODUCTS_PER_PAGE = 10;
const MAX_REMEMBERED_LISTS = 4096;
const MAX_REMEMBERED_CHARACTERS = 4_000_000;

export interface Rules {
  readonly observation: Observation;
  /** Item pages have a button to the product's attributes (the original's `show_attrs`). */
  readonly showAttributes: boolean;
  readonly reward: RewardRules;
  /** What a purchase of reward 1 pays, every other one paying 0; null: each pays its reward. */
  readonly prize: number | null;
}

export const ORIGINAL_RULES: Rules = {
  observation: "text",
  showAttributes: false,
  reward: ORIGINAL_REWARD_RULES,
  prize: null,
};

/** A search, and what a random one draws from. */
export interface Search {
  readonly query: string;
  readonly goal: number;
  readonly seed: number;
  /** How many random searches came before. */
  readonly draws: number;
}

export interface Storefront {
  readonly shop: Shop;
  readonly rules: Rules;
  /** Rows of the products found, best first; null where the original's search crashes. */
  find(search: Search): readonly number[] | null;
}

export function openStorefront(shop: Shop, rules: Rules = ORIGINAL_RULES): Storefront {
  const { catalogue, index } = shop;
  const ranked = remembering((query: string) => index.search(query, MAX_RESULTS).map(({ row }) => row), {
    limit: MAX_REMEMBERED_CHARACTERS,
    weight: (query) => query.length + MAX_REMEMBERED_CHARACTERS / MAX_REMEMBERED_LISTS,
  });
  let shelves: { readonly categories: Shelf; readonly queries: Shelf } | undefined;

  /** The catalogue by department and by customer's query; read once, when first asked for. */
  function readShelves() {
    const categories: Shelf = new Map();
    const queries: Shelf = new Map();
    for (let row = 0; row < catalogue.size; row++) {
      const { category, query } = catalogue.product(row);
      put(categories, category, row);
      put(queries, query, row);
    }
    return { categories, queries };
  }

  /** `count` different rows, all alike. */
  function drawn({ goal, seed, draws }: Search, count: number): readonly number[] {
    const draw = random("webshop <r>", seed, goal, draws);
    const rows = new Set<number>();
    while (rows.size < count) rows.add(draw.integer(catalogue.size));
    return [...rows];
  }

  return {
    shop,
    rules,
    find(search) {
      const [first, ...others] = search.query.split(" ");
      switch (first) {
        case "<r>":
          return catalogue.size < MAX_RESULTS ? null : drawn(search, MAX_RESULTS);
        case "<a>":
          return null;
        case "<c>": {
          if (others.length === 0) return null;
          shelves ??= readShelves();
          return shelves.categories.get(strip(others[0]!)) ?? [];
        }
        case "<q>":
          shelves ??= readShelves();
          return shelves.queries.get(strip(others.join(" "))) ?? [];
        default:
          return ranked(search.query);
      }
    },
  };
}

type Shelf = Map<string, number[]>;

function put(shelf: Shelf, key: string, row: number): void {
  const rows = shelf.get(key);
  if (rows) rows.push(row);
  else shelf.set(key, [row]);
}

/** Whether a search for `query` draws its results. */
export const isRandomSearch = (query: string): boolean => query === "<r>" || query.startsWith("<r> ");
