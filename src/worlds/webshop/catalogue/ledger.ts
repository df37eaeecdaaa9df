/**
 * What a seed's draws need to know of a catalogue: the price ends of every product, and how many goals each product makes.
 * A packed catalogue has it stored, so that prices and goals of 1.18 million products are drawn without reading one.
 */
import type { Catalogue, Product } from "../types.ts";

export interface Ledger {
  /** USD, by row: the one price, or the end that is named first. */
  readonly first: Float64Array;
  /** USD, by row: the end that is named second; NaN where there is one price. */
  readonly second: Float64Array;
  readonly synthetic: {
    /** The products with an instruction. */
    readonly rows: Uint32Array;
    /** How many choices of options each of them has; may be 0. */
    readonly combinations: Float64Array;
    /** The attributes that each of them asks for, as numbers; those of the i-th are at [starts[i], starts[i + 1]). */
    readonly attributes: Uint32Array;
    readonly starts: Uint32Array;
    /** How many different attributes there are. */
    readonly vocabulary: number;
  };
  readonly human: {
    /** The products with an instruction that asks for something. */
    readonly rows: Uint32Array;
    /** How many such instructions each of them has. */
    readonly counts: Uint32Array;
  };
}

/** A catalogue that knows its ledger. Others are read through once. */
export interface LedgerCatalogue extends Catalogue {
  readonly ledger: Ledger;
}

/** The catalogue's own ledger, or one made by reading every product. */
export function ledgerOf(catalogue: Catalogue | LedgerCatalogue): Ledger {
  if ("ledger" in catalogue) return catalogue.ledger;
  const writer = ledgerWriter();
  for (let row = 0; row < catalogue.size; row++) writer.add(catalogue.product(row));
  return writer.finish();
}

export interface LedgerWriter {
  /** The next row. */
  add(product: Product): void;
  finish(): Ledger;
}

export function ledgerWriter(): LedgerWriter {
  const first: number[] = [];
  const second: number[] = [];
  const syntheticRows: number[] = [];
  const combinations: number[] = [];
  const attributes: number[] = [];
  const starts: number[] = [0];
  const numbers = new Map<string, number>();
  const humanRows: number[] = [];
  const counts: number[] = [];

  const numberOf = (attribute: string): number => {
    const known = numbers.get(attribute);
    if (known !== undefined) return known;
    numbers.set(attribute, numbers.size);
    return numbers.size - 1;
  };

  return {
    add(product) {
      const row = first.length;
      first.push(product.prices[0]!);
      second.push(product.prices[1] ?? Number.NaN);
      if (product.instruction) {
        syntheticRows.push(row);
        combinations.push(product.options.reduce((product, group) => product * group.values.length, 1));
        for (const attribute of product.instruction.attributes) attributes.push(numberOf(attribute));
        starts.push(attributes.length);
      }
      const asked = product.humanInstructions.filter((instruction) => instruction.attributes.length > 0).length;
      if (asked > 0) {
        humanRows.push(row);
        counts.push(asked);
      }
    },
    finish: () => ({
      first: Float64Array.from(first),
      second: Float64Array.from(second),
      synthetic: {
        rows: Uint32Array.from(syntheticRows),
        combinations: Float64Array.from(combinations),
        attributes: Uint32Array.from(attributes),
        starts: Uint32Array.from(starts),
        vocabulary: numbers.size,
      },
      human: { rows: Uint32Array.from(humanRows), counts: Uint32Array.from(counts) },
    }),
  };
}
