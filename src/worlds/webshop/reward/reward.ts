/**
 * What a purchase is worth: how well the bought product's kind, attributes, chosen options and price meet the goal.
 *
 * Source: web_agent_site/engine/goal.py of princeton-nlp/WebShop at commit 64fa2a5.
 */
import { strip, tupleRepr } from "../python/text.ts";
import type { Goal, NounRule, Product, Reward } from "../types.ts";
import { normalizeColour, type Option } from "./colours.ts";
import { RATIOS, type RatioKind, rememberedTokenSetRatio } from "./fuzzy.ts";

/** Texts of a higher `token_set_ratio` mean the same. */
const SIMILAR = 85;

export interface Purchase {
  readonly product: Product;
  /** USD: the price drawn for the product, not its tag. */
  readonly price: number;
  /** Values of the options that the customer chose. */
  readonly chosen: readonly string[];
  readonly goal: Goal;
  readonly nouns: NounRule;
  /** Default: the original's. */
  readonly rules?: RewardRules;
}

/** Where forks and installations of the original differ. */
export interface RewardRules {
  /** `all`: every option value of the bought product counts as chosen (webshop-minimal, RAGEN). */
  readonly options: "chosen" | "all";
  readonly ratio: RatioKind;
}

export const ORIGINAL_RULES: RewardRules = { options: "chosen", ratio: "difflib" };

/** The reward of a purchase, in [0, 1], with its parts. */
export function rewardOf({ product, price, chosen, goal, nouns, rules = ORIGINAL_RULES }: Purchase): Reward {
  const isSimilar = SIMILARITIES[rules.ratio];
  const bought = rules.options === "all" ? product.options.flatMap(({ values }) => values) : chosen;
  const attributes = goal.attributes.length;
  const options = goal.options.length;
  const matchedAttributes = countMatchedAttributes(product, goal, isSimilar);
  const matchedOptions = countMatchedOptions(bought, goal, isSimilar);
  const isAffordable = price <= goal.priceUpper;
  const wanted = attributes + options + 1;
  const type = typeParts(product, goal, nouns);
  return {
    total: ((matchedAttributes + matchedOptions + Number(isAffordable)) / wanted) * type.r_type,
    parts: {
      ...type,
      r_att: attributes ? matchedAttributes / attributes : 0,
      w_att: attributes / wanted,
      ...(options && { r_option: matchedOptions / options, w_option: options / wanted }),
      r_price: isAffordable,
      w_price: 1 / wanted,
    },
  };
}

type IsSimilar = (bought: string, wanted: string) => boolean;

const SIMILARITIES = Object.fromEntries(
  RATIOS.map((kind) => {
    const ratio = rememberedTokenSetRatio(kind);
    return [kind, (bought, wanted) => ratio(bought, wanted) > SIMILAR];
  }),
) as Readonly<Record<RatioKind, IsSimilar>>;

function countMatchedAttributes(product: Product, goal: Goal, isSimilar: IsSimilar): number {
  const texts = [product.title, product.bullets.join(" "), product.description].map((text) => text.toLowerCase());
  const isMet = (wanted: string) =>
    product.attributes.some((attribute) => isSimilar(attribute, wanted)) || texts.some((text) => text.includes(wanted));
  return goal.attributes.filter(isMet).length;
}

function countMatchedOptions(bought: readonly string[], goal: Goal, isSimilar: IsSimilar): number {
  const values = bought.map(normalizeColour);
  const isMet = (wanted: string) => values.some((value) => isSimilar(value, wanted));
  return goal.options.map((option) => asText(normalizeColour(option))).filter(isMet).length;
}

/** The original compares a pair as Python prints it: `('color', 'dark red')`. */
const asText = (option: Option): string => (typeof option === "string" ? option : tupleRepr(option));

/** How much the bought product is the kind of thing that was asked for. */
function typeParts(product: Product, goal: Goal, nouns: NounRule) {
  const query_match = product.query === goal.query;
  const category_match = sharedCategories(product.productCategory, goal.productCategory) >= 2;
  const title_score = titleScore(nouns.nounsOf(product.title), nouns.nounsOf(goal.name));
  const isKind = query_match || category_match || title_score > 0.2;
  const r_type = title_score === 0 ? 0 : title_score < 0.1 ? 0.1 : isKind ? 1 : 0.5;
  return { r_type, query_match, category_match, title_score };
}

function sharedCategories(a: string, b: string): number {
  const names = (path: string) => new Set(path.split("›").map(strip));
  return countShared(names(a), names(b));
}

/** Share of the goal's nouns that the bought title has too. Repeats count only in the goal's total, so even its own title may score below 1. */
function titleScore(bought: readonly string[], wanted: readonly string[]): number {
  if (wanted.length === 0) return 0.2;
  return countShared(new Set(wanted), new Set(bought)) / wanted.length;
}

function countShared(a: ReadonlySet<string>, b: ReadonlySet<string>): number {
  return [...a].filter((item) => b.has(item)).length;
}
