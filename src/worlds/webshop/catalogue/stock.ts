/**
 * Everything that a seed decides: the price of each product, the goals with their price limits and their order, and
 * which goal a random session draws. Forks of WebShop differ in where they seed; those places are options.
 *
 * princeton-nlp/WebShop at 64fa2a5: engine.py generate_product_prices, goal.py get_goals, web_agent_text_env.py SimServer,
 * utils.py random_idx. The original seeds only the shuffle; prices and limits differ in each of its processes.
 */
import { CliError } from "../../../core/errors.ts";
import { type PythonRandom, type PythonRandomState, pythonRandom } from "../python/random.ts";
import type { Catalogue, GoalKind, Stock } from "../types.ts";
import { goalOf, humanLots, syntheticLots, weightsOf } from "./goals.ts";
import { lazyList } from "./lazy-list.ts";
import { type Ledger, type LedgerCatalogue, ledgerOf } from "./ledger.ts";

const SHUFFLE_SEED = 233;
const SESSION_LETTERS = [..."abcdefghijklmnopqrstuvwxyz"];
const SESSION_LENGTH = 10;
/** More goals than this are made when they are asked for, and again each time. */
const MAX_HELD_GOALS = 50_000;

export interface StockOptions {
  readonly kind: GoalKind;
  /** Before the prices; price limits follow on the same stream. A non-negative integer. */
  readonly seed: number;
  /**
   * Seeds once more, between prices and price limits. Absent: the original. For synthetic goals AgentGym uses 233 and
   * FedAgent 42; neither does it for human goals.
   */
  readonly goalSeed?: number;
  /** Before the shuffle. 233 unless given; FedAgent uses 42, verl-agent `seed`. */
  readonly shuffleSeed?: number;
  /** The price limits of human goals. "drawn" unless given; AgentGym makes one goal for "each" of the next four limits. */
  readonly humanLimits?: "drawn" | "each";
}

export interface SeededStock extends Stock {
  /** 0, then the sums of the goals' weights in order; one more than there are goals. */
  readonly cumulativeWeights: Float64Array;
  /** Where the generator stands after the shuffle; the original's random sessions continue from here. */
  readonly afterShuffle: PythonRandomState;
}

/** Draws prices and goals. Throws CliError if the catalogue has no goals of this kind, or cannot have them. */
export function stockOf(catalogue: Catalogue | LedgerCatalogue, options: StockOptions): SeededStock {
  const { kind, seed, goalSeed, shuffleSeed = SHUFFLE_SEED, humanLimits = "drawn" } = options;
  const ledger = ledgerOf(catalogue);
  const random = pythonRandom(seed);
  const prices = drawPrices(ledger, random);
  if (goalSeed !== undefined) random.seed(goalSeed);
  const draw = { catalogue, ledger, prices, random };
  const lots = kind === "synthetic" ? syntheticLots(draw) : humanLots(draw, humanLimits);
  const { count } = lots;
  if (count === 0)
    throw new CliError(
      `none of the ${catalogue.size} products has a ${kind} instruction, so there are no ${kind} goals`,
    );

  const order = new Uint32Array(count).map((_, i) => i);
  random.seed(shuffleSeed);
  random.shuffle(order);
  const weights = weightsOf(lots);
  const cumulativeWeights = new Float64Array(count + 1);
  for (let i = 0; i < count; i++) cumulativeWeights[i + 1] = cumulativeWeights[i]! + weights[order[i]!]!;
  const goalAt = (index: number) => goalOf(lots, order[index]!, { catalogue, kind });
  const goals = count <= MAX_HELD_GOALS ? Array.from(order, (_, i) => goalAt(i)) : lazyList(count, goalAt);
  return { prices, goals, cumulativeWeights, afterShuffle: random.state() };
}

/** One draw for each product with two prices, in the catalogue's order. */
function drawPrices({ first, second }: Ledger, random: PythonRandom): Float64Array {
  return first.map((price, row) => (Number.isNaN(second[row]!) ? price : random.uniform(price, second[row]!)));
}

/**
 * The goal of a random session: weighted, but with the original's off-by-one. Goal 0 is never drawn (unless it is the only
 * one), every other goal is drawn with the weight of the one before it, and the last with its own as well.
 */
export function randomGoalIndex(cumulativeWeights: Float64Array, random: PythonRandom): number {
  const position = random.uniform(0, cumulativeWeights.at(-1)!);
  return Math.min(firstAbove(cumulativeWeights, position), cumulativeWeights.length - 2);
}

/** Python's bisect_right. */
function firstAbove(sorted: Float64Array, position: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (position < sorted[middle]!) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** What the original's `reset()` without a session draws: a name of ten letters, then a goal. */
export function randomSession(
  cumulativeWeights: Float64Array,
  random: PythonRandom,
): { readonly session: string; readonly goalIndex: number } {
  const session = random.choices(SESSION_LETTERS, SESSION_LENGTH).join("");
  return { session, goalIndex: randomGoalIndex(cumulativeWeights, random) };
}
