/**
 * The goals of a catalogue before the shuffle. They are kept as lots – one instruction of one product with its price limit
 * – and a goal is made of its lot when it is asked for: the full catalogue has millions of synthetic ones.
 *
 * princeton-nlp/WebShop at 64fa2a5, web_agent_site/engine/goal.py, get_goals.
 */
import { CliError } from "../../../core/errors.ts";
import type { PythonRandom } from "../python/random.ts";
import { compareCodePoints } from "../python/text.ts";
import type { Catalogue, Goal, GoalKind, Product } from "../types.ts";
import type { Ledger } from "./ledger.ts";

const NO_LIMIT = 1_000_000;
const PRICE_LIMITS = Array.from({ length: 99 }, (_, i) => 10 * (i + 1));
/** A limit is one of so many above the price. */
const LIMITS_ABOVE = 4;
const MAX_GOALS = 100_000_000;

/** One instruction of one product, and the goals that come of it. */
interface Lot {
  readonly row: number;
  /** Which of the product's human instructions that ask for something; 0 for a synthetic goal. */
  readonly instruction: number;
  readonly priceUpper: number;
  readonly weight: number;
  /** The number of its first goal; its other goals follow. */
  readonly first: number;
}

export interface Lots {
  readonly lots: readonly Lot[];
  /** How many goals there are. */
  readonly count: number;
}

/** What limits are drawn from. */
export interface Draw {
  readonly catalogue: Catalogue;
  readonly ledger: Ledger;
  /** USD, by row. */
  readonly prices: Float64Array;
  readonly random: PythonRandom;
}

/** One lot for each product with an instruction: a goal for each choice of options. Throws CliError for too many. */
export function syntheticLots({ catalogue, ledger, prices, random }: Draw): Lots {
  const { rows, combinations, attributes, starts, vocabulary } = ledger.synthetic;
  const goalsWith = new Float64Array(vocabulary);
  for (let i = 0; i < rows.length; i++) {
    for (let at = starts[i]!; at < starts[i + 1]!; at++) goalsWith[attributes[at]!]! += combinations[i]!;
  }
  const fail = (row: number, message: string) => {
    throw new CliError(`product ${row} (${catalogue.product(row).asin}): ${message}`);
  };
  const lots: Lot[] = [];
  let count = 0;
  for (const [i, row] of rows.entries()) {
    const asked = attributes.subarray(starts[i]!, starts[i + 1]!);
    if (asked.length === 0) fail(row, "its instruction has no attributes, expected at least one");
    const rarity = asked.reduce((sum, attribute) => sum + 1 / goalsWith[attribute]!, 0);
    const priceUpper = drawLimit(prices[row]!, random);
    lots.push({ row, instruction: 0, priceUpper, weight: rarity / asked.length, first: count });
    count += combinations[i]!;
    if (count > MAX_GOALS)
      fail(row, `${combinations[i]} combinations of options, expected at most ${MAX_GOALS} goals in all`);
  }
  return { lots, count };
}

/**
 * One goal for each instruction that asks for something. `limits`: "drawn" is the original; "each" is AgentGym's: one goal
 * for each of the next four price limits.
 */
export function humanLots({ ledger, prices, random }: Draw, limits: "drawn" | "each"): Lots {
  const lots: Lot[] = [];
  for (const [i, row] of ledger.human.rows.entries()) {
    for (let instruction = 0; instruction < ledger.human.counts[i]!; instruction++) {
      const uppers = limits === "drawn" ? [drawLimit(prices[row]!, random)] : everyLimit(prices[row]!);
      for (const priceUpper of uppers) lots.push({ row, instruction, priceUpper, weight: 1, first: lots.length });
    }
  }
  return { lots, count: lots.length };
}

function limitsAbove(price: number): number[] {
  return PRICE_LIMITS.filter((limit) => limit > price).slice(0, LIMITS_ABOVE);
}

function drawLimit(price: number, random: PythonRandom): number {
  const above = limitsAbove(price);
  return above.length >= 2 ? Math.max(...random.sample(above, 2)) : NO_LIMIT;
}

/** AgentGym repeats the goal four times where there is no limit to name. */
function everyLimit(price: number): number[] {
  const above = limitsAbove(price);
  return above.length >= 2 ? above : Array.from({ length: LIMITS_ABOVE }, () => NO_LIMIT);
}

/** Goal `number` of lots that were made of this kind and catalogue. */
export function goalOf(
  { lots }: Lots,
  number: number,
  { catalogue, kind }: { readonly catalogue: Catalogue; readonly kind: GoalKind },
): Goal {
  const lot = lotOf(lots, number);
  const product = catalogue.product(lot.row);
  const wish = kind === "synthetic" ? syntheticWish(product, number - lot.first) : humanWish(product, lot.instruction);
  const limit = lot.priceUpper === NO_LIMIT ? "" : `, and price lower than ${lot.priceUpper.toFixed(2)} dollars`;
  return {
    asin: product.asin,
    category: product.category,
    query: product.query,
    name: product.title,
    productCategory: product.productCategory,
    instruction: wish.text + limit,
    attributes: wish.attributes,
    priceUpper: lot.priceUpper,
    options: wish.options,
    weight: lot.weight,
  };
}

/** The weights of all goals, without making the goals. */
export function weightsOf({ lots, count }: Lots): Float64Array {
  const weights = new Float64Array(count);
  for (const [i, { first, weight }] of lots.entries()) weights.fill(weight, first, lots[i + 1]?.first ?? count);
  return weights;
}

/** The lot that goal `number` belongs to. */
function lotOf(lots: readonly Lot[], number: number): Lot {
  let low = 0;
  let high = lots.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (lots[middle]!.first <= number) low = middle;
    else high = middle - 1;
  }
  return lots[low]!;
}

interface Wish {
  readonly text: string;
  readonly attributes: readonly string[];
  readonly options: Goal["options"];
}

function humanWish(product: Product, instruction: number): Wish {
  const asking = product.humanInstructions.filter(({ attributes }) => attributes.length > 0);
  const { text, attributes, options } = asking[instruction]!;
  return { text: stripDots(text), attributes, options };
}

/** Python's `strip(".")`. */
function stripDots(text: string): string {
  let start = 0;
  let end = text.length;
  while (text[start] === ".") start++;
  while (end > start && text[end - 1] === ".") end--;
  return text.slice(start, end);
}

/** The `choice`-th member of the product over the option groups, sorted by name; the last group turns fastest. */
function syntheticWish(product: Product, choice: number): Wish {
  const { text, attributes } = product.instruction!;
  const groups = product.options.toSorted((a, b) => compareCodePoints(a.name, b.name));
  const options: [name: string, value: string][] = [];
  let rest = choice;
  for (const { name, values } of groups.toReversed()) {
    options.unshift([name, values[rest % values.length]!]);
    rest = Math.floor(rest / values.length);
  }
  const wanted = options.map(([name, value]) => `${name}: ${value}`).join(", and ");
  return { text: wanted ? `${text} with ${wanted}` : text, attributes, options };
}
