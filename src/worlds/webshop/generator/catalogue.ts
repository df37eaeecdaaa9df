/**
 * A shop that needs no data: any number of products from 200 to 1.2 million, made from a seed when they are asked for.
 * It goes through the same engine as WebShop's own catalogue, with words of its own.
 */
import { CliError } from "../../../core/errors.ts";
import type { Ledger, LedgerCatalogue } from "../catalogue/ledger.ts";
import { floatRepr } from "../python/text.ts";
import { remembering } from "../session/recent.ts";
import type { Product } from "../types.ts";
import { type Asins, asinsOf } from "./asins.ts";
import { designOf, FAMILY, familyPrices, pricesOf, type World, worldOf } from "./design.ts";
import { humanCount, humanInstructions, isSynthetic, syntheticInstruction } from "./instructions.ts";
import { textsOf } from "./texts.ts";
import { titled } from "./words.ts";

export const FEWEST_PRODUCTS = 200;
export const MOST_PRODUCTS = 1_200_000;
/** To be raised whenever the same seed gives other products. */
const VERSION = 1;
const REMEMBERED = 4096;

export interface GeneratedCatalogue extends LedgerCatalogue {
  /** Changes whenever a product does. */
  readonly fingerprint: string;
}

export interface GeneratedOptions {
  /** FEWEST_PRODUCTS to MOST_PRODUCTS. */
  readonly products: number;
  /** A non-negative integer: other seeds are other shops. */
  readonly seed: number;
}

/** Throws CliError for a size or seed out of range. */
export function generatedCatalogue({ products, seed }: GeneratedOptions): GeneratedCatalogue {
  if (!(Number.isSafeInteger(products) && products >= FEWEST_PRODUCTS && products <= MOST_PRODUCTS)) {
    throw new CliError(
      `generated catalogue: expected ${FEWEST_PRODUCTS} to ${MOST_PRODUCTS} products, got ${products}`,
    );
  }
  if (!(Number.isSafeInteger(seed) && seed >= 0)) {
    throw new CliError(`generated catalogue: expected a seed that is an integer ≥ 0, got ${seed}`);
  }
  const world = worldOf(seed, products);
  const asins = asinsOf(seed);
  const remembered = remembering((row: number) => productOf(world, row, asins), { limit: REMEMBERED });
  let ledger: Ledger | undefined;
  return {
    size: products,
    fingerprint: `generated ${VERSION}, ${products} products, seed ${seed}`,
    product(row) {
      if (Number.isInteger(row) && row >= 0 && row < products) return remembered(row);
      throw new RangeError(`expected a row in [0, ${products}), got ${row}`);
    },
    rowOf(asin) {
      const row = asins.rowOf(asin);
      return row !== undefined && row < products ? row : undefined;
    },
    get ledger() {
      ledger ??= ledgerOf(world);
      return ledger;
    },
  };
}

function productOf(world: World, row: number, asins: Asins): Product {
  const design = designOf(world, row);
  const { kind, attributes, options } = design;
  const prices = pricesOf(world, row);
  return {
    asin: asins.asinOf(row),
    ...textsOf(world, row, design),
    query: kind.plural,
    category: kind.department.toLowerCase(),
    productCategory: `${kind.department} › ${titled(kind.plural)}`,
    prices,
    priceTag: prices.map((price) => `$${floatRepr(price)}`).join(" to "),
    options,
    image: "",
    optionImages: new Map(),
    attributes,
    instruction: syntheticInstruction(world, row, design),
    humanInstructions: humanInstructions(world, row, design),
  };
}

/** Prices and goals are drawn from this, for which few of the products need to be made. */
function ledgerOf(world: World): Ledger {
  const first = new Float64Array(world.products);
  const second = new Float64Array(world.products);
  const synthetic: number[] = [];
  const human: number[] = [];
  // The last family may reach beyond the last row, where arrays of a fixed length ignore what is written.
  for (let row = 0; row < world.products; row += FAMILY) {
    for (const [member, [one, other = Number.NaN]] of familyPrices(world, row / FAMILY).entries()) {
      first[row + member] = one!;
      second[row + member] = other;
    }
  }
  for (let row = 0; row < world.products; row++) {
    if (isSynthetic(world, row)) synthetic.push(row);
    if (humanCount(world, row) > 0) human.push(row);
  }
  return {
    first,
    second,
    synthetic: syntheticLedger(world, synthetic),
    human: { rows: Uint32Array.from(human), counts: Uint32Array.from(human, (row) => humanCount(world, row)) },
  };
}

function syntheticLedger(world: World, rows: readonly number[]): Ledger["synthetic"] {
  const numbers = new Map<string, number>();
  const attributes: number[] = [];
  const starts = [0];
  const combinations = rows.map((row) => {
    const design = designOf(world, row);
    for (const attribute of syntheticInstruction(world, row, design)!.attributes) {
      const number = numbers.get(attribute) ?? numbers.size;
      numbers.set(attribute, number);
      attributes.push(number);
    }
    starts.push(attributes.length);
    return design.options.reduce((count, { values }) => count * values.length, 1);
  });
  return {
    rows: Uint32Array.from(rows),
    combinations: Float64Array.from(combinations),
    attributes: Uint32Array.from(attributes),
    starts: Uint32Array.from(starts),
    vocabulary: numbers.size,
  };
}
