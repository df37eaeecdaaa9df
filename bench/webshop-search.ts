/**
 * The shop's search on a generated catalogue as large as the full one: building, saving, loading, how soon it answers,
 * and whether pruned search finds what scoring everything finds. `npm run bench -- webshop` asks for the same figures.
 */
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { random } from "../src/core/random.ts";
import { generatedCatalogue } from "../src/worlds/webshop/generator/catalogue.ts";
import { searchExhaustively } from "../src/worlds/webshop/search/exhaustive.ts";
import { buildIndex, loadIndex, type ProductIndex, saveIndex } from "../src/worlds/webshop/search/index.ts";
import { clausesOf } from "../src/worlds/webshop/search/query.ts";
import type { Catalogue } from "../src/worlds/webshop/types.ts";
import type { Findings } from "./parts/result.ts";

const PRODUCTS = 1_180_000;
const QUERIES = 1_000;
const LIMIT = 50;

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
  readonly exhaustiveMsMax: number;
  /** Queries whose results, rows and scores, equal the exhaustive ones to the bit. */
  readonly equal: number;
  readonly queries: number;
}

export async function run(): Promise<Findings> {
  const catalogue = generatedCatalogue({ products: PRODUCTS, seed: 0 });
  const figures = await searchFigures(catalogue, naturalQueries(catalogue, QUERIES));
  return { settings: { products: PRODUCTS, queries: QUERIES }, ...searchTable(figures) };
}

/** The figures by row, and what pruning saves. */
export function searchTable(found: SearchFigures): Pick<Findings, "figures" | "ratios"> {
  const { searchMsP50, searchMsP99, exhaustiveMsP50, exhaustiveMsP99 } = found;
  return {
    figures: {
      "building the index": {
        products: found.products,
        postings: found.postings,
        "building, s": found.buildSeconds,
        "most memory, MB": found.peakMegabytes,
        "saving, s": found.saveSeconds,
        "file, MB": found.fileMegabytes,
        "loading, s": found.loadSeconds,
      },
      "pruned search": { "p50, ms": searchMsP50, "p99, ms": searchMsP99, "longest, ms": found.searchMsMax },
      "scoring every product": {
        "p50, ms": exhaustiveMsP50,
        "p99, ms": exhaustiveMsP99,
        "longest, ms": found.exhaustiveMsMax,
      },
      "both ways": { queries: found.queries, "with equal results, queries": found.equal },
    },
    ratios: {
      "scoring every product ÷ pruned search, p50": exhaustiveMsP50 / searchMsP50,
      "scoring every product ÷ pruned search, p99": exhaustiveMsP99 / searchMsP99,
    },
  };
}

/** Builds, saves and loads an index of `catalogue`, then asks each query of the loaded one in both ways. */
export async function searchFigures(catalogue: Catalogue, queries: readonly string[]): Promise<SearchFigures> {
  const folder = mkdtempSync(join(tmpdir(), "gleaner-search-"));
  try {
    const file = join(folder, "index");
    const { index, ...building } = await buildAndSave(catalogue, file);
    return { ...building, ...askBothWays(index, queries) };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function buildAndSave(catalogue: Catalogue, file: string) {
  const began = performance.now();
  const built = await buildIndex(catalogue);
  const buildSeconds = (performance.now() - began) / 1000;
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
    exhaustiveMsMax: quantile(exhaustive, 1),
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

/** What customers type: a wish in a sentence, or some words of a title. */
export function naturalQueries(catalogue: Catalogue, count: number): string[] {
  const draw = random(0, "queries");
  return Array.from({ length: count }, () => {
    const { title, query, attributes, options } = catalogue.product(draw.integer(catalogue.size));
    if (draw.integer(2) === 0) {
      return draw
        .shuffle(title.split(" "))
        .slice(0, 1 + draw.integer(8))
        .join(" ");
    }
    const wishes = draw.shuffle(attributes).slice(0, 1 + draw.integer(3));
    const choices = options.map(({ name, values }) => `${name}: ${draw.pick(values)}`).slice(draw.integer(3));
    return `i am looking for ${query} with ${wishes.join(" and ")}, ${choices.join(", ")}`;
  });
}
