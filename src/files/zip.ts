/**
 * The files in a zip archive, one at a time: memory holds the one that is asked for, however large the archive. yauzl reads
 * the archive's directory (zip64 too); what it leaves out is added here: Zstandard, checksums, and a limit for each file.
 * No encryption, no archives in parts. What is wrong with one file in it leaves the others readable.
 */
import { crc32, inflateRawSync, zstdDecompressSync } from "node:zlib";
import { CliError, messageOf } from "../core/errors.ts";
import { mostUnpacked, UNPACKING_LIMIT, type UnpackingLimit, unpacksToMore } from "./limits.ts";
import type { DirectoryEntry } from "./zip-directory.ts";
import { bufferSource, fileSource, type ZipSource } from "./zip-source.ts";

export interface ZipEntry {
  readonly name: string;
  /**
   * The file's bytes, at most so many; only before the next entry is asked for. Throws CliError for a damaged one and for
   * one that is packed in another way.
   */
  content(maxBytes: number): Promise<Buffer>;
}

/**
 * The files of an archive, given by its path or its bytes, in the archive's order. Throws CliError before the first file
 * unless the archive's directory is whole, its files lie apart, and they unpack to no more than `limit` allows; what the file
 * system throws for a path passes through.
 */
export async function* zipEntries(
  archive: string | Buffer,
  limit: UnpackingLimit = UNPACKING_LIMIT,
): AsyncGenerator<ZipEntry> {
  const source = typeof archive === "string" ? await fileSource(archive) : bufferSource(archive);
  try {
    const entries = await directory(source);
    const unpackedBytes = entries.reduce((sum, entry) => sum + entry.uncompressedSize, 0);
    if (unpackedBytes > mostUnpacked(limit, source.size)) throw new CliError(unpacksToMore(limit, source.size));
    for (const entry of entries) yield { name: entry.name, content: (maxBytes) => contentOf(source, entry, maxBytes) };
  } finally {
    await source.close();
  }
}

/** The file called `name`. Throws CliError if there is none, and as `zipEntries` and `content` do. */
export async function fileInZip(archive: string | Buffer, name: string, maxBytes: number): Promise<Buffer> {
  for await (const entry of zipEntries(archive)) if (entry.name === name) return await entry.content(maxBytes);
  throw new CliError(`expected ${name} in the zip archive, found no such file`);
}

/** yauzl is loaded on first use: most commands read no archive. */
async function directory(source: ZipSource): Promise<DirectoryEntry[]> {
  const { directoryOf } = await import("./zip-directory.ts");
  try {
    return await directoryOf(source);
  } catch (error) {
    // Errors of the file system have a code and pass.
    if ((error as NodeJS.ErrnoException).code !== undefined) throw error;
    throw new CliError(`expected a whole zip archive (${messageOf(error)})`);
  }
}

/** By the method's number in the archive. */
const UNPACKERS = new Map<number, (packed: Buffer, maxOutputLength: number) => Buffer>([
  [0, (packed) => packed],
  [8, (packed, maxOutputLength) => inflateRawSync(packed, { maxOutputLength })],
  [93, (packed, maxOutputLength) => zstdDecompressSync(packed, { maxOutputLength })],
]);

/** What does not become smaller is packed into a little more than its own bytes. */
const MOST_ADDED = 2 ** 20;

async function contentOf(source: ZipSource, entry: DirectoryEntry, maxBytes: number): Promise<Buffer> {
  const { name, uncompressedSize: bytes, compressedSize: packedBytes, compressionMethod: method } = entry;
  if (bytes > maxBytes) throw new CliError(`${name}: expected at most ${maxBytes} bytes, found ${bytes}`);
  if (packedBytes > maxBytes + MOST_ADDED)
    throw new CliError(`${name}: expected at most ${maxBytes} bytes, found ${packedBytes} compressed bytes`);
  if (entry.isEncrypted) throw new CliError(`${name}: expected a file that is not encrypted`);
  const unpack = UNPACKERS.get(method);
  if (!unpack)
    throw new CliError(`${name}: compression method ${method}, expected 0 (stored), 8 (deflated) or 93 (Zstandard)`);
  let content: Buffer;
  try {
    content = unpack(await source.read(await entry.start(), packedBytes), Math.max(1, bytes));
  } catch (error) {
    throw new CliError(`${name}: damaged (${messageOf(error)}), expected a whole file in the archive`);
  }
  if (content.length === bytes && crc32(content) === entry.crc32) return content;
  throw new CliError(`${name}: damaged, expected ${bytes} bytes with the checksum of the archive's directory`);
}
