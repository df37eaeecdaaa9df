/**
 * A catalogue on disk: a product is read when it is asked for; in memory are only the lines' places, the rows of the
 * ASINs, and the ledger. Written once under a temporary name and renamed, so a pack that is there is whole.
 */
import { closeSync, mkdirSync, openSync, readdirSync, readSync, renameSync, rmSync, writeSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { CliError, messageOf } from "../../../core/errors.ts";
import type { Product } from "../types.ts";
import { type LedgerCatalogue, ledgerWriter } from "./ledger.ts";
import { lineOf, type PackIndex, PRODUCTS_FILE, productOfLine, readIndex, writeIndex } from "./pack-format.ts";

const BUFFER_BYTES = 4 * 2 ** 20;
const PROGRESS_EVERY = 10_000;
/** About 10 kB each. */
const MAX_HELD_PRODUCTS = 2000;

export interface PackedCatalogue extends LedgerCatalogue {
  close(): void;
}

export interface PackOptions {
  /** What the pack is made of; a pack of another fingerprint is replaced. */
  readonly fingerprint: string;
  readonly products: AsyncIterable<Product>;
  readonly onProgress?: ((products: number) => void) | undefined;
}

/** The pack in this folder; null if there is none of this fingerprint. */
export function openPack(folder: string, fingerprint: string): PackedCatalogue | null {
  const index = readIndex(folder, fingerprint);
  return index && packedCatalogue(join(folder, PRODUCTS_FILE), index);
}

/** Makes the pack and opens it, or the one that another process made meanwhile. Throws what `products` throws, and CliError where it cannot write. */
export async function writePack(folder: string, options: PackOptions): Promise<PackedCatalogue> {
  const partial = `${folder}.partial-${process.pid}`;
  try {
    mkdirSync(dirname(folder), { recursive: true });
    removeAbandoned(folder);
    rmSync(partial, { recursive: true, force: true });
    mkdirSync(partial);
    const index = await writeProducts(join(partial, PRODUCTS_FILE), options);
    writeIndex(partial, options.fingerprint, index);
    if (!readIndex(folder, options.fingerprint)) replace(folder, partial);
  } catch (error) {
    if (error instanceof CliError) throw error;
    const others = openPack(folder, options.fingerprint);
    if (others) return others;
    throw new CliError(`${folder}: cannot pack the catalogue: ${messageOf(error)}`, { cause: error });
  } finally {
    rmSync(partial, { recursive: true, force: true });
  }
  const packed = openPack(folder, options.fingerprint);
  if (packed) return packed;
  throw new CliError(`${folder}: the packed catalogue was changed while it was written; run again`);
}

async function writeProducts(path: string, { products, onProgress }: PackOptions): Promise<PackIndex> {
  const asins: string[] = [];
  const offsets = [0];
  const ledger = ledgerWriter();
  const file = openSync(path, "wx");
  let pending: Buffer[] = [];
  let pendingBytes = 0;
  const flush = () => {
    const bytes = Buffer.concat(pending);
    for (let written = 0; written < bytes.length; ) written += writeSync(file, bytes, written);
    pending = [];
    pendingBytes = 0;
  };
  try {
    for await (const product of products) {
      const line = Buffer.from(lineOf(product));
      pending.push(line);
      pendingBytes += line.length;
      if (pendingBytes >= BUFFER_BYTES) flush();
      asins.push(product.asin);
      offsets.push(offsets.at(-1)! + line.length);
      ledger.add(product);
      if (asins.length % PROGRESS_EVERY === 0) onProgress?.(asins.length);
    }
    flush();
  } finally {
    closeSync(file);
  }
  return { asins, offsets: Float64Array.from(offsets), ledger: ledger.finish() };
}

/** Puts `partial` in the place of `folder`. Whoever has the old pack open keeps its files. */
function replace(folder: string, partial: string): void {
  const old = `${folder}.old-${process.pid}`;
  try {
    renameSync(folder, old);
  } catch {
    // Nothing was there.
  }
  try {
    renameSync(partial, folder);
  } finally {
    rmSync(old, { recursive: true, force: true });
  }
}

/** Removes what packing processes that no longer live have left: gigabytes, with the full set. */
function removeAbandoned(folder: string): void {
  const prefix = `${basename(folder)}.`;
  for (const name of readdirSync(dirname(folder))) {
    const [, pid] = /^(?:partial|old)-(\d+)$/.exec(name.startsWith(prefix) ? name.slice(prefix.length) : "") ?? [];
    if (pid && !isAlive(Number(pid))) rmSync(join(dirname(folder), name), { recursive: true, force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

function packedCatalogue(path: string, { asins, offsets, ledger }: PackIndex): PackedCatalogue {
  const rows = new Map(asins.map((asin, row) => [asin, row]));
  const file = openSync(path, "r");
  /** The products used last, the oldest first. */
  const held = new Map<number, Product>();

  const read = (row: number): Product => {
    const start = offsets[row]!;
    const bytes = Buffer.allocUnsafe(offsets[row + 1]! - start);
    readSync(file, bytes, 0, bytes.length, start);
    try {
      return productOfLine(bytes.toString());
    } catch (error) {
      throw new CliError(
        `${path}: the line of product ${row} is damaged; remove ${dirname(path)}, and the catalogue is packed again`,
        {
          cause: error,
        },
      );
    }
  };

  return {
    size: asins.length,
    ledger,
    rowOf: (asin) => rows.get(asin),
    product(row) {
      if (!Number.isInteger(row) || row < 0 || row >= asins.length) {
        throw new RangeError(`expected a row in [0, ${asins.length}), got ${row}`);
      }
      const product = held.get(row) ?? read(row);
      held.delete(row);
      held.set(row, product);
      if (held.size > MAX_HELD_PRODUCTS) held.delete(held.keys().next().value!);
      return product;
    },
    close: () => closeSync(file),
  };
}
