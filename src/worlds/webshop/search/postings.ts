/**
 * The index as plain data: which product holds which term how often. Typed arrays throughout, five bytes for each pair
 * of product and term, so that 1.18 million products fit into some hundred megabytes and are read from a file as they
 * are. Building reads each product once, in the catalogue's order, and keeps none.
 */
import { breathe } from "../../../core/breath.ts";
import type { Catalogue } from "../types.ts";
import { analyze } from "./analyzer.ts";
import { contentsOf } from "./contents.ts";
import { growing } from "./growing.ts";
import { lengthByte, lengthFactors } from "./similarity.ts";
import { type Dictionary, termCollector } from "./terms.ts";

/**
 * A document is a product with a number in the order of ASINs: of two equally good documents the one with the lower
 * number is the better one. A posting says that a term occurs in a document; a term's postings stand together, by
 * rising document.
 */
export interface Postings {
  readonly dictionary: Dictionary;
  /** By document: the product's row in the catalogue. */
  readonly rows: Uint32Array;
  /** By document: its length in terms, as a byte. */
  readonly lengths: Uint8Array;
  /** By term: where its postings begin; one more entry at the end. */
  readonly starts: Uint32Array;
  /** By posting: the document. */
  readonly documents: Uint32Array;
  /** By posting: how often the term occurs there; 255 = look into `crowded`. */
  readonly frequencies: Uint8Array;
  /** Posting → frequency, where it is 255 or more. */
  readonly crowded: ReadonlyMap<number, number>;
  /** By length byte: the factor of a frequency. */
  readonly factors: Float32Array;
  /** By term: the highest frequency × factor among its postings, a float32. */
  readonly peaks: Float32Array;
  /** How many documents hold any term at all; the others count for nothing. */
  readonly holding: number;
}

/** The frequency that stands for itself and all higher ones. */
const CROWDED = 255;

export function frequencyOf({ frequencies, crowded }: Postings, posting: number): number {
  const frequency = frequencies[posting]!;
  return frequency === CROWDED ? crowded.get(posting)! : frequency;
}

/** Orders texts as their UTF-8 bytes do. JavaScript's order differs where surrogates meet U+E000 to U+FFFF. */
export function compareBytes(a: string, b: string): number {
  const shared = Math.min(a.length, b.length);
  for (let i = 0; i < shared; i++) {
    const difference = rankOf(a.charCodeAt(i)) - rankOf(b.charCodeAt(i));
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

const rankOf = (unit: number): number => (unit < 0xd800 ? unit : unit < 0xe000 ? unit + 0x2000 : unit - 0x800);

/** What the products hold, in the catalogue's order: for each row a stretch of `terms` with their `frequencies`. */
interface Reading {
  readonly dictionary: Dictionary;
  readonly asins: readonly string[];
  readonly starts: Uint32Array;
  readonly terms: Uint32Array;
  readonly frequencies: Uint8Array;
  readonly crowded: ReadonlyMap<number, number>;
  readonly lengths: Uint32Array;
}

async function read(catalogue: Catalogue, onProduct: (read: number) => void): Promise<Reading> {
  const collector = termCollector();
  const asins: string[] = [];
  const starts = growing(Uint32Array);
  const terms = growing(Uint32Array);
  const frequencies = growing(Uint8Array);
  const crowded = new Map<number, number>();
  const lengths = new Uint32Array(catalogue.size);
  for (let row = 0; row < catalogue.size; row++) {
    const product = catalogue.product(row);
    const counts = new Map<string, number>();
    const found = analyze(contentsOf(product));
    for (const term of found) counts.set(term, (counts.get(term) ?? 0) + 1);
    asins.push(product.asin);
    starts.push(terms.length);
    lengths[row] = found.length;
    for (const [term, count] of counts) {
      const at = terms.push(collector.add(term));
      frequencies.push(Math.min(count, CROWDED));
      if (count >= CROWDED) crowded.set(at, count);
    }
    onProduct(row + 1);
    await breathe();
  }
  starts.push(terms.length);
  return {
    dictionary: collector.dictionary(),
    asins,
    starts: starts.array(),
    terms: terms.buffer.subarray(0, terms.length),
    frequencies: frequencies.buffer.subarray(0, frequencies.length),
    crowded,
    lengths,
  };
}

/** Reads all products, some minutes for a million of them; `onProduct` hears how many are read. */
export async function buildPostings(
  catalogue: Catalogue,
  onProduct: (read: number) => void = () => {},
): Promise<Postings> {
  const reading = await read(catalogue, onProduct);
  const rows = Uint32Array.from(reading.asins.keys()).sort((a, b) =>
    compareBytes(reading.asins[a]!, reading.asins[b]!),
  );
  const lengths = Uint8Array.from(rows, (row) => lengthByte(reading.lengths[row]!));
  const holding = reading.lengths.reduce((count, length) => count + (length > 0 ? 1 : 0), 0);
  const total = reading.lengths.reduce((sum, length) => sum + length, 0);
  const factors = lengthFactors(Math.fround(total / holding));

  const starts = startsOf(reading);
  const documents = new Uint32Array(reading.terms.length);
  const frequencies = new Uint8Array(reading.terms.length);
  const crowded = new Map<number, number>();
  const peaks = new Float32Array(starts.length - 1);
  const next = starts.slice();
  for (const [document, row] of rows.entries()) {
    await breathe();
    const factor = factors[lengths[document]!]!;
    for (let at = reading.starts[row]!; at < reading.starts[row + 1]!; at++) {
      const term = reading.terms[at]!;
      const posting = next[term]!++;
      documents[posting] = document;
      frequencies[posting] = reading.frequencies[at]!;
      const frequency = reading.crowded.get(at) ?? frequencies[posting]!;
      if (frequency >= CROWDED) crowded.set(posting, frequency);
      peaks[term] = Math.max(peaks[term]!, frequency * factor);
    }
  }
  const { dictionary } = reading;
  return { dictionary, rows, lengths, starts, documents, frequencies, crowded, factors, peaks, holding };
}

function startsOf({ dictionary, terms }: Reading): Uint32Array {
  const starts = new Uint32Array(dictionary.starts.length);
  for (let at = 0; at < terms.length; at++) starts[terms[at]! + 1]!++;
  for (let term = 1; term < starts.length; term++) starts[term]! += starts[term - 1]!;
  return starts;
}
