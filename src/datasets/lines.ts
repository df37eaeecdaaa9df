/**
 * The lines of a text file, plain or gzipped, streamed: memory holds one line, however large the file.
 *
 * Not node:readline, which also breaks lines at characters that may stand inside a JSON string (U+2028), replaces
 * bytes that are no text without a word, and has no limit for a line that never ends.
 */
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { open } from "node:fs/promises";
import { pipeline, type Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import { CliError, messageOf } from "../core/errors.ts";

/** No episode is this long. A longer line is reported and skipped without being kept. */
export const MAX_LINE_BYTES = 16 * 1024 * 1024;

/** `number` counts from 1. `text` is null where the line cannot be read; `problem` then says why. */
export type Line =
  | { readonly number: number; readonly text: string }
  | { readonly number: number; readonly text: null; readonly problem: string };

const NEWLINE = 10;

/** Blank lines are counted but not given. Throws CliError, naming the file, if it cannot be read to its end. */
export async function* readLines(file: string): AsyncGenerator<Line> {
  let number = 1;
  let bytes = 0;
  let pieces: Buffer[] = [];
  const add = (piece: Buffer) => {
    bytes += piece.length;
    if (bytes > MAX_LINE_BYTES) pieces = [];
    else pieces.push(piece);
  };
  const take = (): Line | null => {
    const line = bytes > MAX_LINE_BYTES ? tooLong(number) : decoded(number, Buffer.concat(pieces));
    number += 1;
    bytes = 0;
    pieces = [];
    return line.text?.trim() === "" ? null : line;
  };
  try {
    for await (const chunk of await contentOf(file)) {
      let from = 0;
      for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, from)) {
        add(chunk.subarray(from, end));
        from = end + 1;
        const line = take();
        if (line) yield line;
      }
      add(chunk.subarray(from));
    }
  } catch (error) {
    throw unreadable(file, number, error);
  }
  const last = take();
  if (last) yield last;
}

const tooLong = (number: number): Line => ({
  number,
  text: null,
  problem: `longer than ${MAX_LINE_BYTES / 1024 / 1024} MiB: expected one episode on each line`,
});

function decoded(number: number, bytes: Buffer): Line {
  try {
    return { number, text: new TextDecoder("utf-8", { fatal: true }).decode(bytes) };
  } catch {
    return { number, text: null, problem: "not UTF-8 text" };
  }
}

/** The unpacked bytes. Gzip is known by its name or by its first two bytes. */
async function contentOf(file: string): Promise<AsyncIterable<Buffer>> {
  const handle = await open(file);
  const { buffer } = await handle.read(Buffer.alloc(2), 0, 2, 0).catch(async (error: unknown) => {
    await handle.close();
    throw error;
  });
  const source: Readable = handle.createReadStream({ start: 0 });
  if (!file.endsWith(".gz") && !buffer.equals(Buffer.of(0x1f, 0x8b))) return source;
  // An error of the file also ends the unpacking, whose reader then sees it.
  return pipeline(source, createGunzip(), () => {});
}

function unreadable(file: string, line: number, error: unknown): unknown {
  const code = (error as NodeJS.ErrnoException).code ?? "";
  if (code === "ENOENT") return new CliError(`${file}: no such file`);
  if (code === "EISDIR") return new CliError(`${file}: is a folder, expected a .jsonl or .jsonl.gz file`);
  if (code === "EACCES") return new CliError(`${file}: may not be read`);
  if (!code.startsWith("Z_")) return error;
  return new CliError(`${file}: damaged gzip at line ${line} (${messageOf(error)}), expected a whole .gz file`);
}

/** SHA-256 of the file's bytes in hexadecimal: names what was read without naming where it lies. Throws CliError. */
export async function hashOf(file: string): Promise<string> {
  const hash = createHash("sha256");
  try {
    for await (const chunk of createReadStream(file)) hash.update(chunk as Buffer);
  } catch (error) {
    throw unreadable(file, 0, error);
  }
  return hash.digest("hex");
}
