/** From a folder with the official files to a catalogue: a small one in memory, a large one packed on disk. */
import { createHash } from "node:crypto";
import { realpathSync } from "node:fs";
import { basename, join } from "node:path";
import { cacheFolder } from "../../../installs/cache-folder.ts";
import type { Catalogue, Product } from "../types.ts";
import { chooseSet, type DataFile, type ProductSet, type SourceFiles, sourceFiles } from "./files.ts";
import type { LedgerCatalogue } from "./ledger.ts";
import { catalogueOf } from "./memory.ts";
import { openPack, writePack } from "./pack.ts";
import { productsOf } from "./source.ts";

/** What fits into memory without a thought; the 1,000 products' file has 4 MB. */
const MAX_HELD_BYTES = 64 * 2 ** 20;
const GZIP_RATIO = 8;

export interface CatalogueOptions {
  /** The folder with the official files; both spellings, plain or `.gz`. */
  readonly data: string;
  /** The first so many, or "all" of the full set. Absent: what is there, and the 1,000 where both sets are. */
  readonly products?: number | "all";
  /** Where large catalogues are packed; `~/.cache/gleaner/webshop` unless given. */
  readonly cache?: string;
  /** Forces one way; otherwise the size of the file decides. */
  readonly storage?: "memory" | "packed";
  /** Called now and then while packing (minutes for the full set), with the number of products so far. */
  readonly onProgress?: (products: number) => void;
}

export interface LoadedCatalogue extends Catalogue, Partial<Pick<LedgerCatalogue, "ledger">> {
  readonly set: ProductSet;
  /** Changes when the files (name, size, time of change) or the number of products do; 64 hexadecimal digits. */
  readonly fingerprint: string;
  /** Frees the files of a packed catalogue; its products must not be asked for any more. */
  close(): void;
}

/** Throws CliError for a folder without the files, and for files that the original could not load. */
export async function loadCatalogue(options: CatalogueOptions): Promise<LoadedCatalogue> {
  const files = sourceFiles(options.data, chooseSet(options.data, options.products));
  const limit = typeof options.products === "number" ? options.products : Number.POSITIVE_INFINITY;
  const fingerprint = fingerprintOf(files, limit);
  const about = { set: files.set, fingerprint };
  if ((options.storage ?? usualStorage(files.products, limit)) === "memory") {
    const products: Product[] = [];
    for await (const product of productsOf(files, limit)) products.push(product);
    return { ...catalogueOf(products), ...about, close() {} };
  }
  const folder = join(options.cache ?? defaultCache(), packName(files, limit));
  const packed =
    openPack(folder, fingerprint) ??
    (await writePack(folder, { fingerprint, products: productsOf(files, limit), onProgress: options.onProgress }));
  return { ...packed, ...about };
}

/** Where large catalogues are packed unless the user says otherwise. */
export function defaultCache(): string {
  return join(cacheFolder(), "webshop");
}

function usualStorage({ path, bytes }: DataFile, limit: number): "memory" | "packed" {
  const unpacked = path.endsWith(".gz") ? bytes * GZIP_RATIO : bytes;
  return unpacked <= MAX_HELD_BYTES || limit <= 10_000 ? "memory" : "packed";
}

function fingerprintOf(files: SourceFiles, limit: number): string {
  const { products, instructions, human } = files;
  const parts = [products, instructions, human].map(
    (file) => file && [basename(file.path), file.bytes, file.modifiedMs],
  );
  return sha256(JSON.stringify([parts, String(limit)]));
}

/** One pack for each folder and number of products: a changed file replaces its pack. */
function packName(files: SourceFiles, limit: number): string {
  return `${files.set}-${sha256(`${realpathSync(files.products.path)}\n${limit}`).slice(0, 16)}`;
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
