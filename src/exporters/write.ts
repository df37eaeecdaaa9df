/**
 * Writes an export's files into a folder that appears in one move: a killed export leaves no folder of that name. Rows are
 * made, written and forgotten one at a time.
 */
import { createHash } from "node:crypto";
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
} from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileWriter, parquetWriteRows } from "hyparquet-writer";
import { makeFolder, refusedBy, writeAll } from "../core/disk.ts";
import { CliError } from "../core/errors.ts";
import type { ExportFile, Row } from "./exporter.ts";
import { MANIFEST, type Manifest, manifestText, type WrittenFile } from "./manifest.ts";
import { schemaOf } from "./parquet.ts";

/** Characters that are written at once. */
const BUFFER = 1 << 20;
/** Rows of a Parquet row group: what is held in memory of such a file. */
const ROW_GROUP = 1000;

/**
 * Writes `files` and a manifest into the new folder `out`. Throws CliError if there is something of that name, StoreError
 * where the disk refuses, and leaves nothing behind when writing or making a row throws.
 */
export function writeExport(
  out: string,
  files: readonly ExportFile[],
  about: Omit<Manifest, "format" | "files">,
): Manifest {
  const folder = resolve(out);
  if (existsSync(folder) && (!statSync(folder).isDirectory() || readdirSync(folder).length > 0)) {
    throw new CliError(`--out ${out}: the folder exists and is not empty; remove it or choose another`);
  }
  const partial = `${folder}.partial-${process.pid}`;
  try {
    makeFolder(dirname(folder));
    rmSync(partial, { recursive: true, force: true });
    mkdirSync(partial);
    const written = files.map((file) => writeFile(partial, file));
    const manifest: Manifest = { format: 1, ...about, files: written };
    writeText(join(partial, MANIFEST), [manifestText(manifest)]);
    renameSync(partial, folder);
    return manifest;
  } catch (error) {
    rmSync(partial, { recursive: true, force: true });
    throw refusedBy(error, out);
  }
}

function writeFile(folder: string, file: ExportFile): WrittenFile {
  const path = join(folder, file.name);
  const rows = file.kind === "text" ? null : writeRows(path, file);
  if (file.kind === "text") writeText(path, [file.text]);
  return { name: file.name, ...digestOf(path), rows };
}

/** How many there were. */
function writeRows(path: string, file: Exclude<ExportFile, { kind: "text" }>): number {
  let count = 0;
  function* counted(): Iterable<Row> {
    for (const row of file.rows()) {
      count++;
      yield row;
    }
  }
  if (file.kind === "parquet") {
    const columns = Object.keys(file.columns).map((name) => ({ name }));
    const schema = schemaOf(file.columns);
    parquetWriteRows({ writer: fileWriter(path), rows: counted(), columns, schema, rowGroupSize: ROW_GROUP });
  } else {
    writeText(path, file.kind === "jsonl" ? jsonLines(counted()) : jsonArray(counted()));
  }
  return count;
}

function* jsonLines(rows: Iterable<Row>): Iterable<string> {
  for (const row of rows) yield `${jsonLine(row)}\n`;
}

function* jsonArray(rows: Iterable<Row>): Iterable<string> {
  let before = "[\n";
  for (const row of rows) {
    yield `${before}${jsonLine(row)}`;
    before = ",\n";
  }
  yield "\n]\n";
}

/** Everything that some reader takes for the end of a line is escaped: Python's `splitlines` knows more than \n. */
const jsonLine = (row: Row): string =>
  JSON.stringify(row).replace(
    /[\u0085\u2028\u2029]/g,
    (end) => `\\u${end.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );

function writeText(path: string, chunks: Iterable<string>): void {
  const file = openSync(path, "wx");
  try {
    let buffer = "";
    for (const chunk of chunks) {
      buffer += chunk;
      if (buffer.length < BUFFER) continue;
      writeAll(file, buffer);
      buffer = "";
    }
    writeAll(file, buffer);
  } finally {
    closeSync(file);
  }
}

/** Size and SHA-256 of a file, read a piece at a time. */
export function digestOf(path: string): Pick<WrittenFile, "bytes" | "sha256"> {
  const hash = createHash("sha256");
  const piece = Buffer.alloc(BUFFER);
  const file = openSync(path, "r");
  let bytes = 0;
  try {
    for (let read = readSync(file, piece); read > 0; read = readSync(file, piece)) {
      hash.update(piece.subarray(0, read));
      bytes += read;
    }
  } finally {
    closeSync(file);
  }
  return { bytes, sha256: hash.digest("hex") };
}
