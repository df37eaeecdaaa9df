/**
 * The rows of a Parquet file that gleaner exported, as records. A damaged Parquet file can make its reader fail in ways that
 * nobody can catch, so a file is read only where the manifest beside it (exporters/manifest.ts) names its very bytes.
 */
import { open, readFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { CliError } from "../core/errors.ts";
import { hashOf } from "./file.ts";
import type { RawRecord } from "./record.ts";

const MAGIC = Buffer.from("PAR1");

/** Whether the file begins as Parquet files do; false for one that cannot be read, too. */
export async function isParquet(file: string): Promise<boolean> {
  try {
    await using handle = await open(file);
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(MAGIC.length), 0, MAGIC.length, 0);
    return bytesRead === MAGIC.length && buffer.equals(MAGIC);
  } catch {
    return false;
  }
}

/** A row for each record, as JSON; a row group is in memory at once. Throws CliError for a file that no manifest names. */
export async function* readParquet(file: string): AsyncGenerator<RawRecord> {
  await expectExported(file);
  const { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects } = await import("hyparquet");
  const source = await asyncBufferFromFile(file);
  const metadata = await parquetMetadataAsync(source);
  let line = 0;
  for (const group of metadata.row_groups) {
    const end = line + Number(group.num_rows);
    const rows = await parquetReadObjects({ file: source, metadata, rowStart: line, rowEnd: end });
    for (const row of rows) yield { line: ++line, text: JSON.stringify(row) };
  }
}

async function expectExported(file: string): Promise<void> {
  const refusal = new CliError(
    `${file}: expected a Parquet file that \`gleaner export\` wrote, with its export.json beside it; others: write them as JSON lines first`,
  );
  let manifest: unknown;
  try {
    manifest = JSON.parse(await readFile(join(dirname(file), "export.json"), "utf8"));
  } catch {
    throw refusal;
  }
  const { files } = Object(manifest) as { files?: unknown };
  const named = Array.isArray(files) ? files.find((each) => Object(each).name === basename(file)) : undefined;
  if (Object(named).sha256 !== (await hashOf(file))) throw refusal;
}
