/** The rows of the file kinds that exports have: JSON lines, a JSON array, Parquet; and their config files. */
import { createReadStream, existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects } from "hyparquet";
import { parse } from "yaml";
import { messageOf } from "../../core/errors.ts";
import { parseWritten } from "../../core/written-json.ts";
import { objectOf, ReadError } from "./reader.ts";

export interface PlacedRow {
  /** `train.jsonl:17`. */
  readonly place: string;
  readonly row: Readonly<Record<string, unknown>>;
}

/** One JSON object on each line; empty lines are skipped. Throws ReadError. */
export async function* jsonLines(folder: string, name: string): AsyncIterable<PlacedRow> {
  for await (const { place, line } of lines(folder, name)) {
    if (line.trim() !== "") yield { place, row: objectOf(parsed(line, place), place) };
  }
}

/** The objects of one JSON array that has a row on each line. Throws ReadError. */
export async function* jsonArray(folder: string, name: string): AsyncIterable<PlacedRow> {
  let state: "before" | "row" | "comma" | "after" = "before";
  for await (const { place, line } of lines(folder, name)) {
    if (state === "before" && line === "[") state = "row";
    else if (line === "]" && (state === "comma" || state === "row")) state = "after";
    else if (state === "row") {
      yield { place, row: objectOf(parsed(line.replace(/,$/, ""), place), place) };
      state = line.endsWith(",") ? "row" : "comma";
    } else if (line !== "") throw new ReadError(`${place}: expected a JSON array with one row on each line`);
  }
  if (state !== "after") throw new ReadError(`${name}: the JSON array does not end`);
}

/** Rows of a Parquet file, a row group at a time. Throws ReadError. */
export async function* parquetRows(folder: string, name: string): AsyncIterable<PlacedRow> {
  let start = 0;
  try {
    const file = await asyncBufferFromFile(join(folder, name));
    const metadata = await parquetMetadataAsync(file);
    for (const group of metadata.row_groups) {
      const end = start + Number(group.num_rows);
      const rows = await parquetReadObjects({ file, metadata, rowStart: start, rowEnd: end });
      for (const [index, row] of rows.entries()) yield { place: `${name}:${start + index + 1}`, row };
      start = end;
    }
  } catch (error) {
    if (error instanceof ReadError) throw error;
    throw new ReadError(`${name}: ${messageOf(error)}`);
  }
}

/** A YAML or JSON file's object. Throws ReadError. */
export function configOf(folder: string, name: string): Readonly<Record<string, unknown>> {
  try {
    return objectOf(parse(readFileSync(join(folder, name), "utf8")), name);
  } catch (error) {
    throw new ReadError(`${name}: ${messageOf(error)}`);
  }
}

/** Which of the two the folder holds: exports of demonstrations and of preferences have differently named configs. */
export const hasFile = (folder: string, name: string): boolean => existsSync(join(folder, name));

async function* lines(folder: string, name: string): AsyncIterable<{ readonly place: string; readonly line: string }> {
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  let number = 0;
  let rest = "";
  for await (const bytes of createReadStream(join(folder, name))) {
    const pieces = (rest + decoded(() => decoder.decode(bytes, { stream: true }), name)).split("\n");
    rest = pieces.pop()!;
    for (const line of pieces) yield { place: `${name}:${++number}`, line };
  }
  rest += decoded(() => decoder.decode(), name);
  if (rest !== "") yield { place: `${name}:${++number}`, line: rest };
}

function decoded(decode: () => string, name: string): string {
  try {
    return decode();
  } catch {
    throw new ReadError(`${name}: not UTF-8`);
  }
}

function parsed(line: string, place: string): unknown {
  try {
    return parseWritten(line);
  } catch (error) {
    throw new ReadError(`${place}: ${messageOf(error)}`);
  }
}
