/**
 * What a generated product is, before it is put into words. Products come in families of four of one kind and maker that
 * differ in an attribute or two, in the options they offer and in price: near misses of each other. Everything follows
 * from (seed, row), so a catalogue of any size is nothing but arithmetic.
 */
import { type Random, random } from "../../../core/random.ts";
import type { OptionGroup } from "../types.ts";
import { KINDS, type Kind } from "./kinds.ts";
import { brandNames, SERIES } from "./words.ts";

export interface World {
  readonly seed: number;
  /** How many there are. */
  readonly products: number;
  /** Who makes them: the more products, the more makers. */
  readonly brands: readonly string[];
}

export interface Design {
  readonly kind: Kind;
  readonly brand: string;
  readonly series: string;
  /** What the product has, the most prominent first. */
  readonly attributes: readonly string[];
  readonly options: readonly OptionGroup[];
}

/** Products of a family, which are neighbours in the catalogue. */
export const FAMILY = 4;
const PRODUCTS_OF_A_BRAND = 20;
const MOST_BRANDS = 8000;
/** One product in so many comes in one version only. */
const PLAIN = 12;
/** One product in so many has a range of prices. */
const RANGED = 11;
const COARSE_CENTS = [0, 0.49, 0.5, 0.95, 0.99];

export function worldOf(seed: number, products: number): World {
  const makers = Math.min(MOST_BRANDS, Math.ceil(products / PRODUCTS_OF_A_BRAND));
  return { seed, products, brands: brandNames(seed, makers) };
}

export const kindOf = ({ seed }: World, row: number): Kind => KINDS[(familyOf(row) + seed) % KINDS.length]!;

const familyOf = (row: number) => Math.floor(row / FAMILY);

export function designOf(world: World, row: number): Design {
  const { seed, brands } = world;
  const kind = kindOf(world, row);
  const family = random("generated family", seed, familyOf(row));
  const brand = family.pick(brands);
  const series = family.pick(SERIES);
  const shared = family.shuffle(kind.attributes).slice(0, 5 + family.integer(2));

  const own = random("generated product", seed, row);
  const attributes = row % FAMILY === 0 ? shared : swapped(shared, kind, own);
  const options =
    own.integer(PLAIN) === 0 ? [] : kind.options.map((pool) => ({ name: pool.name, values: some(pool.values, own) }));
  return { kind, brand, series, attributes, options };
}

/** One or two attributes give way to others of the kind. */
function swapped(attributes: readonly string[], kind: Kind, draw: Random): readonly string[] {
  const others = draw.shuffle(kind.attributes.filter((attribute) => !attributes.includes(attribute)));
  const kept = draw.shuffle(attributes).slice(1 + draw.integer(2));
  return draw.shuffle([...kept, ...others.slice(0, attributes.length - kept.length)]);
}

/** One to four of the values, at most two in three, in their order. */
function some(values: readonly string[], draw: Random): readonly string[] {
  const count = 1 + draw.integer(Math.min(4, Math.ceil((2 * values.length) / 3)));
  const chosen = new Set(draw.shuffle(values).slice(0, count));
  return values.filter((value) => chosen.has(value));
}

/** USD: one price, or the two ends of a range, the lower first. */
export function pricesOf(world: World, row: number): readonly number[] {
  return familyPrices(world, familyOf(row))[row % FAMILY]!;
}

/** The prices of the rows from `family` · FAMILY. */
export function familyPrices(world: World, family: number): readonly (readonly number[])[] {
  const draw = random("generated prices", world.seed, family);
  const [low, high] = kindOf(world, family * FAMILY).prices;
  // Uniform in the logarithm: most things are cheap.
  const usual = low * (high / low) ** draw.next();
  return Array.from({ length: FAMILY }, () => {
    const price = rounded(usual * (0.6 + 1.2 * draw.next()), draw);
    return draw.integer(RANGED) === 0 ? [price, rounded(price * (1.2 + draw.next()), draw)] : [price];
  });
}

/** As shops write prices: 24.99 or 24.37. */
function rounded(price: number, draw: Random): number {
  const cents = draw.integer(2) === 0 ? draw.pick(COARSE_CENTS) : draw.integer(100) / 100;
  return Math.round(100 * (Math.floor(price) + cents)) / 100;
}
