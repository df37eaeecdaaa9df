/**
 * The bytes of a log, plain or packed with gzip or Zstandard, as a stream. What is wrong with the file itself is a CliError that names it;
 * what stands in it is the business of those who read it.
 */
import { createHash } from "node:crypto";
import type { ReadStream } from "node:fs";
import { open, stat } from "node:fs/promises";
import { pipeline } from "node:stream";
import { createGunzip } from "node:zlib";
import { CliError, EnvironmentError, messageOf } from "../core/errors.ts";
import { beginReading } from "./hearing.ts";
import { mostUnpacked, UNPACKING_LIMIT, type UnpackingLimit, unpacksToMore } from "./limits.ts";
import { unzstd, ZSTD_MAGIC } from "./zstd.ts";

const GZIP_MAGIC = Buffer.of(0x1f, 0x8b);
/** Four times Node's own: records cross fewer of them. */
const CHUNK_BYTES = 2 ** 18;
/** Where a file is read for its hash only: each chunk is a turn of the event loop, which costs more than a few bytes do. */
const HASHED_CHUNK_BYTES = 2 ** 20;

/**
 * The unpacked bytes. Gzip and Zstandard are known by the file's name or by its first bytes; what unpacks to more than `limit`
 * allows ends with a CliError.
 */
export async function contentOf(file: string, limit: UnpackingLimit = UNPACKING_LIMIT): Promise<AsyncIterable<Buffer>> {
  const { size } = await expectFile(file);
  const handle = await open(file);
  const { buffer } = await handle.read(Buffer.alloc(4), 0, 4, 0).catch(async (error: unknown) => {
    await handle.close();
    throw error;
  });
  const source = handle.createReadStream({ start: 0, highWaterMark: CHUNK_BYTES });
  const isZstd = file.endsWith(".zst") || buffer.equals(ZSTD_MAGIC);
  if (!isZstd && !file.endsWith(".gz") && !buffer.subarray(0, 2).equals(GZIP_MAGIC))
    return heard(source, source, file, size);
  // An error of the file also ends the unpacking, whose reader then sees it.
  const unpacked = isZstd
    ? unzstd(source, CHUNK_BYTES)
    : pipeline(source, createGunzip({ chunkSize: CHUNK_BYTES }), () => {});
  const whole = atMost(
    unpacked,
    mostUnpacked(limit, size),
    () => new CliError(`${file}: ${unpacksToMore(limit, size)}`),
  );
  return heard(whole, source, file, size);
}

/** `chunks`, which come of `source`, the file as it lies on the disk. */
async function* heard(
  chunks: AsyncIterable<Buffer>,
  source: ReadStream,
  file: string,
  size: number,
): AsyncGenerator<Buffer> {
  const readTo = beginReading(file, size);
  for await (const chunk of chunks) {
    readTo(source.bytesRead);
    yield chunk;
  }
}

async function* atMost(
  chunks: AsyncIterable<unknown>,
  maxBytes: number,
  refusal: () => CliError,
): AsyncGenerator<Buffer> {
  let bytes = 0;
  for await (const chunk of chunks as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > maxBytes) throw refusal();
    yield chunk;
  }
}

/** A pipe or a device may have no end, and could not be read twice. Throws CliError, and what the file system throws. */
async function expectFile(file: string): Promise<{ readonly size: number }> {
  const found = await stat(file);
  if (found.isFile() || found.isDirectory()) return found;
  throw new CliError(`${file}: is a pipe or a device, expected a file of logs (.jsonl, .json, .gz, .zst)`);
}

/** What an error of `contentOf` or its stream, met at `place` ("line 3"), is to the user. */
export function unreadable(file: string, place: string, error: unknown): unknown {
  const code = (error as NodeJS.ErrnoException).code ?? "";
  if (code === "ENOENT") return new CliError(`${file}: no such file`);
  if (code === "EISDIR")
    return new CliError(`${file}: is a folder, expected a file of logs (.jsonl, .json, .gz, .zst)`);
  if (code === "EACCES") return new CliError(`${file}: no permission to read it`);
  if (code === "ELOOP") return new CliError(`${file}: a link that leads back to itself, expected a file`);
  if (code === "ENOTDIR" || code === "ENAMETOOLONG") return new CliError(`${file}: no such file (${code})`);
  if (code.startsWith("ZSTD"))
    return new CliError(`${file}: damaged Zstandard at ${place} (${messageOf(error)}), expected a whole .zst file`);
  if (code.startsWith("Z_"))
    return new CliError(`${file}: damaged gzip at ${place} (${messageOf(error)}), expected a whole .gz file`);
  return isOfFileSystem(error) ? new EnvironmentError(`${file}: could not be read (${messageOf(error)})`) : error;
}

const isOfFileSystem = (error: unknown) => typeof (error as NodeJS.ErrnoException).syscall === "string";

/** SHA-256 of the file's bytes in hexadecimal: names what was read without naming where it lies. Throws CliError. */
export async function hashOf(file: string): Promise<string> {
  const hash = createHash("sha256");
  try {
    const { size } = await expectFile(file);
    const readTo = beginReading(file, size);
    await using handle = await open(file);
    // One buffer for all: a stream would make one for each chunk.
    const buffer = Buffer.allocUnsafeSlow(HASHED_CHUNK_BYTES);
    for (let at = 0; ; ) {
      const { bytesRead } = await handle.read(buffer, 0, buffer.length);
      if (bytesRead === 0) break;
      hash.update(buffer.subarray(0, bytesRead));
      at += bytesRead;
      readTo(at);
    }
  } catch (error) {
    throw unreadable(file, "line 1", error);
  }
  return hash.digest("hex");
}
