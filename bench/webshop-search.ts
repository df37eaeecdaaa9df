/**
 * The shop's search on a catalogue as large as the full one: building, saving, loading, and whether pruned search finds
 * what scoring everything finds. Products are strings of made-up words, drawn as often as words are in real texts
 * (Zipf), and made on demand.
 */
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Random, random } from "../src/core/random.ts";
import { searchExhaustively } from "../src/environments/webshop/search/exhaustive.ts";
import { buildIndex, loadIndex, type ProductIndex, saveIndex } from "../src/environments/webshop/search/index.ts";
import { clausesOf } from "../src/environments/webshop/search/query.ts";
import type { Catalogue, Product } from "../src/environments/webshop/types.ts";

const PRODUCTS = 1_180_000;
const QUERIES = 1_000;
const LIMIT = 50;
const WORDS = 200_000;

export interface SearchFigures {
  readonly products: number;
  readonly postings: number;
  readonly buildSeconds: number;
  /** The highest memory use of the process so far, right after building. */
  readonly peakMegabytes: number;
  readonly fileMegabytes: number;
  readonly saveSeconds: number;
  readonly loadSeconds: number;
  readonly searchMsP50: number;
  readonly searchMsP99: number;
  readonly searchMsMax: number;
  readonly exhaustiveMsP50: number;
  readonly exhaustiveMsP99: number;
  /** Queries whose results, rows and scores, equal the exhaustive ones to the bit. */
  readonly equal: number;
  readonly queries: number;
}

/** Prints a table and one JSON line. */
export async function bench(): Promise<void> {
  const catalogue = madeUpCatalogue(PRODUCTS);
  const figures = searchFigures(catalogue, naturalQueries(catalogue, QUERIES));
  console.table(Object.entries(figures).map(([what, value]) => ({ what, value })));
  console.log(JSON.stringify({ bench: "webshop-search", ...figures }));
}

/** Builds, saves and loads an index of `catalogue`, then asks each query of the loaded one in both ways. */
export function searchFigures(catalogue: Catalogue, queries: readonly string[]): SearchFigures {
  const folder = mkdtempSync(join(tmpdir(), "gleaner-search-"));
  try {
    const file = join(folder, "index");
    const { index, ...building } = buildAndSave(catalogue, file);
    return { ...building, ...askBothWays(index, queries) };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function buildAndSave(catalogue: Catalogue, file: string) {
  const [built, buildSeconds] = seconds(() => buildIndex(catalogue));
  const peakMegabytes = process.resourceUsage().maxRSS / 1024;
  const [, saveSeconds] = seconds(() => saveIndex(built, catalogue, file));
  const [index, loadSeconds] = seconds(() => loadIndex(catalogue, file));
  return {
    index,
    products: catalogue.size,
    postings: index.postings.documents.length,
    buildSeconds,
    peakMegabytes,
    saveSeconds,
    fileMegabytes: statSync(file).size / 2 ** 20,
    loadSeconds,
  };
}

function askBothWays(index: ProductIndex, queries: readonly string[]) {
  const { postings } = index;
  const pruned: number[] = [];
  const exhaustive: number[] = [];
  let equal = 0;
  for (const query of queries) {
    const [found, prunedSeconds] = seconds(() => index.search(query, LIMIT));
    const [all, exhaustiveSeconds] = seconds(() => searchExhaustively(postings, clausesOf(postings, query), LIMIT));
    pruned.push(1000 * prunedSeconds);
    exhaustive.push(1000 * exhaustiveSeconds);
    const wanted = all.map(({ document, score }) => ({ row: postings.rows[document]!, score }));
    if (JSON.stringify(found) === JSON.stringify(wanted)) equal++;
  }
  return {
    searchMsP50: quantile(pruned, 0.5),
    searchMsP99: quantile(pruned, 0.99),
    searchMsMax: quantile(pruned, 1),
    exhaustiveMsP50: quantile(exhaustive, 0.5),
    exhaustiveMsP99: quantile(exhaustive, 0.99),
    equal,
    queries: queries.length,
  };
}

function seconds<T>(action: () => T): [result: T, seconds: number] {
  const start = performance.now();
  const result = action();
  return [result, (performance.now() - start) / 1000];
}

function quantile(values: readonly number[], share: number): number {
  return values.toSorted((a, b) => a - b)[Math.round(share * (values.length - 1))]!;
}

/** Two to 16 words: some from a product's title, as a customer who wants it would type, some that any text has. */
export function naturalQueries(catalogue: Catalogue, count: number): string[] {
  const draw = random(0, "queries");
  return Array.from({ length: count }, () => {
    const title = catalogue.product(draw.integer(catalogue.size)).title.split(" ");
    const wanted = Array.from({ length: 1 + draw.integer(7) }, () => draw.pick(title));
    const usual = Array.from({ length: 1 + draw.integer(9) }, () => wordOf(draw, 2_000));
    return draw.shuffle([...wanted, ...usual]).join(" ");
  });
}

/** Products of about 110 terms; each holds a code of its own, as real ones often do. */
export function madeUpCatalogue(size: number): Catalogue {
  return {
    size,
    product(row) {
      const draw = random(0, "product", row);
      const text = (words: number) => Array.from({ length: words }, () => wordOf(draw, WORDS)).join(" ");
      return productOf(
        draw
          .integer(36 ** 8)
          .toString(36)
          .toUpperCase()
          .padStart(8, "B"),
        {
          title: `${text(12)} x${row}`,
          description: text(20 + draw.integer(60)),
          bullet: text(5 + draw.integer(30)),
          option: text(draw.integer(30)),
        },
      );
    },
    rowOf: () => undefined,
  };
}

/** The rank follows Zipf's law among `words` words. */
function wordOf(draw: Random, words: number): string {
  return spelled(Math.floor(words ** draw.next()) - 1);
}

/** A pronounceable word for a number: syllables of a consonant and a vowel. */
function spelled(number: number): string {
  let word = "";
  for (let rest = number; word === "" || rest > 0; rest = Math.floor(rest / 80)) {
    word += "bdfghklmnprtvzjs"[rest % 16]! + "aeiou"[Math.floor(rest / 16) % 5]!;
  }
  return `${word}n`;
}

function productOf(
  asin: string,
  text: { title: string; description: string; bullet: string; option: string },
): Product {
  return {
    asin,
    title: text.title,
    description: text.description,
    bullets: [text.bullet],
    query: "",
    category: "",
    productCategory: "",
    prices: [10],
    priceTag: "$10.0",
    options: [{ name: "color", values: text.option.split(" ") }],
    image: "",
    optionImages: new Map(),
    attributes: [],
    instruction: null,
    humanInstructions: [],
  };
}
