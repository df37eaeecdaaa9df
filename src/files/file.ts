/**
 * The bytes of a log, plain or gzipped, as a stream. What is wrong with the file itself is a CliError that names it;
 * what stands in it is the business of those who read it.
 */
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { open } from "node:fs/promises";
import { pipeline, type Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import { CliError, messageOf } from "../core/errors.ts";

/** Four times Node's own: records cross fewer of them. */
const CHUNK_BYTES = 2 ** 18;

/** The unpacked bytes. Gzip is known by its name or by its first two bytes. */
export async function contentOf(file: string): Promise<AsyncIterable<Buffer>> {
  const handle = await open(file);
  const { buffer } = await handle.read(Buffer.alloc(2), 0, 2, 0).catch(async (error: unknown) => {
    await handle.close();
    throw error;
  });
  const source: Readable = handle.createReadStream({ start: 0, highWaterMark: CHUNK_BYTES });
  if (!file.endsWith(".gz") && !buffer.equals(Buffer.of(0x1f, 0x8b))) return source;
  // An error of the file also ends the unpacking, whose reader then sees it.
  return pipeline(source, createGunzip({ chunkSize: CHUNK_BYTES }), () => {});
}

/** What an error of `contentOf` or its stream, met at `place` ("line 3"), is to the user. */
export function unreadable(file: string, place: string, error: unknown): unknown {
  const code = (error as NodeJS.ErrnoException).code ?? "";
  if (code === "ENOENT") return new CliError(`${file}: no such file`);
  if (code === "EISDIR") return new CliError(`${file}: is a folder, expected a file of logs (.jsonl, .json, .gz)`);
  if (code === "EACCES") return new CliError(`${file}: no permission to read it`);
  if (!code.startsWith("Z_")) return error;
  return new CliError(`${file}: damaged gzip at ${place} (${messageOf(error)}), expected a whole .gz file`);
}

/** SHA-256 of the file's bytes in hexadecimal: names what was read without naming where it lies. Throws CliError. */
export async function hashOf(file: string): Promise<string> {
  const hash = createHash("sha256");
  try {
    for await (const chunk of createReadStream(file)) hash.update(chunk as Buffer);
  } catch (error) {
    throw unreadable(file, "line 1", error);
  }
  return hash.digest("hex");
}
