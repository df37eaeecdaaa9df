/**
 * The nouns of the shop: products, goals, catalogue, search, nouns, reward. Plain data and narrow interfaces; the parts
 * of the engine (catalogue/, search/, reward/, session/, generator/) know each other only through these.
 *
 * Behaviour: princeton-nlp/WebShop at commit 64fa2a5 (Yao et al. 2022, arXiv 2207.01206).
 */

/** One product as the engine sees it after loading. */
export interface Product {
  /** Upper-case, at most 10 characters; unique in a catalogue. */
  readonly asin: string;
  readonly title: string;
  /** "" if there is none. */
  readonly description: string;
  /** The list of features; at least one entry, which may be "". */
  readonly bullets: readonly string[];
  /** Lower-case: what a customer searched for to find it. */
  readonly query: string;
  /** One of the shop's departments: `beauty`, `electronics` … */
  readonly category: string;
  /** The path of categories, joined by ` › `. */
  readonly productCategory: string;
  /** One price, or the two ends of a range (further ones are never used). */
  readonly prices: readonly number[];
  /** As shown: `$17.4`, `$10.0 to $20.0`. */
  readonly priceTag: string;
  /** In the shop's order; names and values in lower case. */
  readonly options: readonly OptionGroup[];
  /** Addresses of pictures, only shown in html: the main one, and one for some option values. */
  readonly image: string;
  readonly optionImages: ReadonlyMap<string, string>;
  /** What the reward compares; `DUMMY_ATTR` alone if the product has none. */
  readonly attributes: readonly string[];
  /** What synthetic goals are made of; null: the product is nobody's goal. */
  readonly instruction: { readonly text: string; readonly attributes: readonly string[] } | null;
  /** What people asked for. */
  readonly humanInstructions: readonly HumanInstruction[];
}

export interface OptionGroup {
  readonly name: string;
  readonly values: readonly string[];
}

export interface HumanInstruction {
  readonly text: string;
  readonly attributes: readonly string[];
  /** Wanted option values. */
  readonly options: readonly string[];
}

/** The products in the engine's order; `row` counts from 0. A large catalogue reads a product only when it is asked for. */
export interface Catalogue {
  readonly size: number;
  /** Throws RangeError for a row outside [0, size). */
  product(row: number): Product;
  rowOf(asin: string): number | undefined;
}

/** Goals made of products' attributes and options (`synthetic`), or written by people (`human`). */
export type GoalKind = "synthetic" | "human";

export interface Goal {
  readonly asin: string;
  readonly category: string;
  readonly query: string;
  /** The title of the goal's product. */
  readonly name: string;
  readonly productCategory: string;
  /** What the customer wants, in words, with the price limit. */
  readonly instruction: string;
  readonly attributes: readonly string[];
  /** 1,000,000 = no limit. */
  readonly priceUpper: number;
  /** Synthetic goals hold pairs, human goals only values; the reward treats them differently, as the original does. */
  readonly options: readonly (string | readonly [name: string, value: string])[];
  /** How likely a random session draws it. */
  readonly weight: number;
}

/** Everything that a seed decides: one drawn price for each product, and the goals in the shuffled order. */
export interface Stock {
  /** USD, by row. */
  readonly prices: Float64Array;
  readonly goals: readonly Goal[];
}

export interface Hit {
  readonly row: number;
  /** BM25 as a float32. */
  readonly score: number;
}

export interface SearchIndex {
  /** The best `limit` products, by falling score, ties by ascending ASIN. */
  search(query: string, limit: number): readonly Hit[];
}

/** Which words of a product's title count as nouns: real spaCy's, from a table, or a heuristic. */
export interface NounRule {
  /** What reports call it. */
  readonly name: string;
  /** In lower case, in order, with repeats. */
  nounsOf(title: string): readonly string[];
}

/** The parts of a purchase's reward, under the original's names; the optional ones are absent where the goal has no options. */
export interface Reward {
  /** In [0, 1]. */
  readonly total: number;
  readonly parts: {
    /** How far the bought product is the kind of thing that was asked for: 0, 0.1, 0.5 or 1. */
    readonly r_type: number;
    /** Share of the wanted attributes that the product has, in [0, 1]. */
    readonly r_att: number;
    /** Weight of `r_att`: the share that attributes have among all wishes. */
    readonly w_att: number;
    /** Whether customers search for both products with the same words. */
    readonly query_match: boolean;
    /** Whether the two share two categories or more. */
    readonly category_match: boolean;
    /** Share of the nouns in the wanted title that the bought one has too, in [0, 1]. */
    readonly title_score: number;
    /** Share of the wanted options that were chosen, in [0, 1]. */
    readonly r_option?: number;
    /** Weight of `r_option`. */
    readonly w_option?: number;
    /** Whether the price is within the limit. */
    readonly r_price?: boolean;
    /** Weight of `r_price`. */
    readonly w_price?: number;
  };
}

/** Everything that sessions share; nothing in it ever changes. */
export interface Shop {
  readonly catalogue: Catalogue;
  readonly stock: Stock;
  readonly index: SearchIndex;
  readonly nouns: NounRule;
}
