/**
 * The files of a packed catalogue: `products.jsonl` (a product each line), `asins.json` (by row), a `.bin` file for each
 * column of numbers (in the machine's byte order: a pack never leaves its machine), and `meta.json`, which says what it
 * was made of and how long every file is.
 */
import { readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Product } from "../types.ts";
import type { Ledger } from "./ledger.ts";

/** Other formats are packed anew. */
const FORMAT = 1;
const META = "meta.json";
const ASINS = "asins.json";
export const PRODUCTS_FILE = "products.jsonl";

/** What is held in memory of an open pack. */
export interface PackIndex {
  readonly asins: readonly string[];
  /** Where each product's line begins, in bytes, and where the last one ends. */
  readonly offsets: Float64Array;
  readonly ledger: Ledger;
}

/** Writes all but the products, which must be there. */
export function writeIndex(folder: string, fingerprint: string, { asins, offsets, ledger }: PackIndex): void {
  const { first, second, synthetic, human } = ledger;
  const columns = {
    offsets,
    first,
    second,
    "synthetic-combinations": synthetic.combinations,
    "synthetic-rows": synthetic.rows,
    "synthetic-attributes": synthetic.attributes,
    "synthetic-starts": synthetic.starts,
    "human-rows": human.rows,
    "human-counts": human.counts,
  };
  for (const [name, column] of Object.entries(columns)) writeFileSync(join(folder, `${name}.bin`), column);
  writeFileSync(join(folder, ASINS), JSON.stringify(asins));
  const files = [PRODUCTS_FILE, ASINS, ...Object.keys(columns).map((name) => `${name}.bin`)];
  const bytes = files.map((file) => [file, statSync(join(folder, file)).size]);
  const meta = { format: FORMAT, fingerprint, vocabulary: synthetic.vocabulary, bytes };
  writeFileSync(join(folder, META), JSON.stringify(meta));
}

interface Meta {
  readonly format: number;
  readonly fingerprint: string;
  readonly vocabulary: number;
  readonly bytes: readonly (readonly [file: string, bytes: number])[];
}

/** null for a folder that is no pack of this fingerprint and format, or is not whole. */
export function readIndex(folder: string, fingerprint: string): PackIndex | null {
  const meta = readMeta(folder);
  const isSame = meta?.format === FORMAT && meta.fingerprint === fingerprint;
  const sizeOf = (file: string) => statSync(join(folder, file), { throwIfNoEntry: false })?.size;
  if (!isSame || !meta.bytes.every(([file, bytes]) => sizeOf(file) === bytes)) return null;

  const columnOf = (name: string): ArrayBuffer => new Uint8Array(readFileSync(join(folder, `${name}.bin`))).buffer;
  const floats = (name: string) => new Float64Array(columnOf(name));
  const words = (name: string) => new Uint32Array(columnOf(name));
  return {
    asins: JSON.parse(readFileSync(join(folder, ASINS), "utf8")) as string[],
    offsets: floats("offsets"),
    ledger: {
      first: floats("first"),
      second: floats("second"),
      synthetic: {
        rows: words("synthetic-rows"),
        combinations: floats("synthetic-combinations"),
        attributes: words("synthetic-attributes"),
        starts: words("synthetic-starts"),
        vocabulary: meta.vocabulary,
      },
      human: { rows: words("human-rows"), counts: words("human-counts") },
    },
  };
}

function readMeta(folder: string): Meta | null {
  try {
    return JSON.parse(readFileSync(join(folder, META), "utf8")) as Meta;
  } catch {
    // No pack, or none that is worth mending: it can be made again.
    return null;
  }
}

/** A product as its line. */
export function lineOf(product: Product): string {
  return `${JSON.stringify({ ...product, optionImages: [...product.optionImages] })}\n`;
}

/** Throws SyntaxError for a line that is not JSON. */
export function productOfLine(line: string): Product {
  const product = JSON.parse(line) as Omit<Product, "optionImages"> & { readonly optionImages: [string, string][] };
  return { ...product, optionImages: new Map(product.optionImages) };
}
