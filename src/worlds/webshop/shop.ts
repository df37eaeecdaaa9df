/** Everything that a shop is made of, opened: catalogue, prices and goals, search index, nouns. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { CliError } from "../../core/errors.ts";
import { fingerprint } from "../../core/ids.ts";
import { type CatalogueOptions, defaultCache, loadCatalogue, type StockOptions, stockOf } from "./catalogue/index.ts";
import { type GeneratedOptions, generatedCatalogue } from "./generator/catalogue.ts";
import { nounRule } from "./reward/nouns.ts";
import { buildIndex, loadIndex, saveIndex } from "./search/index.ts";
import type { Catalogue, SearchIndex, Shop } from "./types.ts";

export interface ShopOptions {
  readonly source: Source;
  readonly stock: StockOptions;
  /** `heuristic`, or the path of a table. */
  readonly nouns: string;
  /** Where large catalogues and their indices are kept. */
  readonly cache?: string;
}

/** Where the products come from. */
export type Source =
  | ({ readonly kind: "official" } & Pick<CatalogueOptions, "data" | "products">)
  | ({ readonly kind: "generated" } & GeneratedOptions);

/** An index of more products than this takes longer to build than to load. */
const MAX_UNSAVED = 20_000;

/** Throws CliError for data, nouns or a number of products that cannot be had. */
export async function openShop({ source, stock, nouns, cache }: ShopOptions): Promise<Shop> {
  const catalogue =
    source.kind === "generated" ? generatedCatalogue(source) : await loadCatalogue({ ...source, cache });
  const file = join(cache ?? defaultCache(), `index-${fingerprint(catalogue.fingerprint)}`);
  return {
    catalogue,
    stock: stockOf(catalogue, stock),
    index: await indexOf(catalogue, file),
    nouns: nounRule(nouns, catalogue),
  };
}

/** The index in `file`; built, and saved there, if there is none of this catalogue. */
async function indexOf(catalogue: Catalogue, file: string): Promise<SearchIndex> {
  if (catalogue.size <= MAX_UNSAVED) return buildIndex(catalogue);
  const saved = existsSync(file) ? loadedOrNull(catalogue, file) : null;
  if (saved) return saved;
  const built = await buildIndex(catalogue);
  saveIndex(built, catalogue, file);
  return built;
}

/** A cache is only a cache: what is damaged in it is made again. */
function loadedOrNull(catalogue: Catalogue, file: string): SearchIndex | null {
  try {
    return loadIndex(catalogue, file);
  } catch (error) {
    if (error instanceof CliError) return null;
    throw error;
  }
}
