/** The file of a journal: read line by line, as it may be larger than a text can be; written so that lines stay whole. */
import { closeSync, fdatasync, fstatSync, fsyncSync, ftruncateSync, openSync, readSync } from "node:fs";
import { StringDecoder } from "node:string_decoder";
import { promisify } from "node:util";
import { refusedBy, writeAll } from "../core/disk.ts";

const CHUNK = 1 << 20;
const synced = promisify(fdatasync);

/** The lines of a file of UTF-8 text, the last one also where no line feed ends it. */
export function* linesIn(path: string): Generator<string> {
  const chunk = Buffer.alloc(CHUNK);
  const decoder = new StringDecoder("utf8");
  const file = openSync(path, "r");
  try {
    let rest = "";
    for (let read = readSync(file, chunk); read > 0; read = readSync(file, chunk)) {
      const lines = (rest + decoder.write(chunk.subarray(0, read))).split("\n");
      rest = lines.pop()!;
      yield* lines;
    }
    if (rest !== "") yield rest;
  } finally {
    closeSync(file);
  }
}

/** Makes the file of these lines anew, and syncs it to the disk. */
export function writeLines(path: string, lines: Iterable<string>): void {
  const file = openSync(path, "w");
  try {
    for (const line of lines) writeAll(file, line);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/**
 * Adds a line, and waits until it is on the disk. Where the disk refuses, the file is as it was, so that the next line does
 * not join half of this one; throws StoreError.
 */
export async function appendSynced(path: string, line: string): Promise<void> {
  let file: number | undefined;
  try {
    file = openSync(path, "a");
    const { size } = fstatSync(file);
    try {
      writeAll(file, line);
    } catch (error) {
      ftruncateSync(file, size);
      throw error;
    }
    await synced(file);
  } catch (error) {
    throw refusedBy(error, path);
  } finally {
    if (file !== undefined) closeSync(file);
  }
}
