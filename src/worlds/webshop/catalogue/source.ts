/**
 * The products of the official files, one after the other in the engine's order: what the original skips is skipped, the
 * entries of the other two files are joined on. Only the instructions are held in memory, as text.
 */
import { CliError } from "../../../core/errors.ts";
import type { Product } from "../types.ts";
import type { SourceFiles } from "./files.ts";
import { membersOf, valueOfEntry } from "./members.ts";
import { asinOf, productOf } from "./product.ts";

/** The products among the first `limit` records. Throws CliError for what the original could not load. */
export async function* productsOf(files: SourceFiles, limit: number): AsyncGenerator<Product> {
  const instructions = await entriesOf(files.instructions.path);
  const human = files.human ? await entriesOf(files.human.path) : new Map<string, string>();
  const seen = new Set<string>();
  let described = 0;
  for await (const { index, text, value: record } of membersOf(files.products.path, "array")) {
    if (index >= limit) break;
    const place = `${files.products.path}: product ${index}`;
    const asin = asinOf(record, place);
    if (asin === null || seen.has(asin)) continue;
    seen.add(asin);
    if (instructions.has(asin)) described++;
    yield productOf(
      { record, text, instructions: entryOf(instructions, asin), human: entryOf(human, asin) },
      {
        record: `${place} (${asin})`,
        instructions: `${files.instructions.path}: entry ${asin}`,
        human: `${files.human?.path}: entry ${asin}`,
      },
    );
  }
  if (seen.size === 0) throw new CliError(`${files.products.path}: expected products, found none`);
  if (described === 0) {
    throw new CliError(
      `${files.instructions.path}: no entry for any product of ${files.products.path}, expected one for each`,
    );
  }
}

/** The texts of the entries: half the memory of their values, and the full set has 1.18 million. */
async function entriesOf(path: string): Promise<ReadonlyMap<string, string>> {
  const entries = new Map<string, string>();
  for await (const { key, text } of membersOf(path, "object")) entries.set(key, text);
  return entries;
}

function entryOf(entries: ReadonlyMap<string, string>, asin: string): unknown {
  const text = entries.get(asin);
  return text === undefined ? undefined : valueOfEntry(text);
}
