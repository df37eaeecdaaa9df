/**
 * The files in a zip archive, one at a time: memory holds the one that is asked for, however large the archive. yauzl reads
 * the archive's directory (zip64 too); what it leaves out is added here: Zstandard, checksums, and a limit for each file.
 * No encryption, no archives in parts. What is wrong with one file in it leaves the others readable.
 */
import { crc32, inflateRawSync, zstdDecompressSync } from "node:zlib";
import { type Entry, fromRandomAccessReaderPromise, getFileNameLowLevel, type ZipFile } from "yauzl";
import { CliError, messageOf } from "../core/errors.ts";
import { bufferSource, fileSource, Reader, type ZipSource } from "./zip-source.ts";

export interface ZipEntry {
  readonly name: string;
  /**
   * The file's bytes, at most so many; only before the next entry is asked for. Throws CliError for a damaged one and for
   * one that is packed in another way.
   */
  content(maxBytes: number): Promise<Buffer>;
}

/**
 * The files of an archive, given by its path or its bytes, in the archive's order. Throws CliError for anything but an
 * archive whose directory is whole, before the first file; what the file system throws for a path passes through.
 */
export async function* zipEntries(archive: string | Buffer): AsyncGenerator<ZipEntry> {
  const source = typeof archive === "string" ? await fileSource(archive) : bufferSource(archive);
  try {
    const zip = await opened(source);
    for (const entry of await directoryOf(zip)) {
      const { generalPurposeBitFlag, fileNameRaw, extraFields } = entry;
      const name = getFileNameLowLevel(generalPurposeBitFlag, fileNameRaw, extraFields, true);
      yield { name, content: (maxBytes) => contentOf({ zip, source, entry, name }, maxBytes) };
    }
  } finally {
    await source.close();
  }
}

/** The file called `name`. Throws CliError if there is none, and as `zipEntries` and `content` do. */
export async function fileInZip(archive: string | Buffer, name: string, maxBytes: number): Promise<Buffer> {
  for await (const entry of zipEntries(archive)) if (entry.name === name) return await entry.content(maxBytes);
  throw new CliError(`expected ${name} in the zip archive, found no such file`);
}

interface Opened {
  readonly zip: ZipFile;
  readonly source: ZipSource;
  readonly entry: Entry;
  readonly name: string;
}

/** Names are only compared, never written to, and sizes are judged file by file: neither makes an archive unreadable. */
const LENIENT = { autoClose: false, decodeStrings: false, validateEntrySizes: false } as const;

async function opened(source: ZipSource): Promise<ZipFile> {
  try {
    return await fromRandomAccessReaderPromise(new Reader(source), source.size, LENIENT);
  } catch (error) {
    throw archiveError(error);
  }
}

async function directoryOf(zip: ZipFile): Promise<Entry[]> {
  const entries: Entry[] = [];
  try {
    for await (const entry of zip.eachEntry()) entries.push(entry);
    return entries;
  } catch (error) {
    throw archiveError(error);
  }
}

/** Errors of the file system have a code and pass. */
function archiveError(error: unknown): unknown {
  if ((error as NodeJS.ErrnoException).code !== undefined) return error;
  return new CliError(`expected a whole zip archive (${messageOf(error)})`);
}

/** By the method's number in the archive. */
const UNPACKERS = new Map<number, (packed: Buffer, maxOutputLength: number) => Buffer>([
  [0, (packed) => packed],
  [8, (packed, maxOutputLength) => inflateRawSync(packed, { maxOutputLength })],
  [93, (packed, maxOutputLength) => zstdDecompressSync(packed, { maxOutputLength })],
]);

/** What does not become smaller is packed into a little more than its own bytes. */
const MOST_ADDED = 2 ** 20;

async function contentOf({ zip, source, entry, name }: Opened, maxBytes: number): Promise<Buffer> {
  const { uncompressedSize: bytes, compressedSize: packedBytes, compressionMethod: method } = entry;
  if (bytes > maxBytes) throw new CliError(`${name}: expected at most ${maxBytes} bytes, found ${bytes}`);
  if (packedBytes > maxBytes + MOST_ADDED)
    throw new CliError(`${name}: expected at most ${maxBytes} bytes, found ${packedBytes} packed ones`);
  if (entry.isEncrypted()) throw new CliError(`${name}: expected a file that is not encrypted`);
  const unpack = UNPACKERS.get(method);
  if (!unpack)
    throw new CliError(`${name}: packed by method ${method}, expected 0 (stored), 8 (deflated) or 93 (Zstandard)`);
  let content: Buffer;
  try {
    const { fileDataStart } = await zip.readLocalFileHeaderPromise(entry, { minimal: true });
    content = unpack(await source.read(fileDataStart, packedBytes), Math.max(1, bytes));
  } catch (error) {
    throw new CliError(`${name}: damaged (${messageOf(error)}), expected a whole file in the archive`);
  }
  if (content.length === bytes && crc32(content) === entry.crc32) return content;
  throw new CliError(`${name}: damaged, expected ${bytes} bytes with the checksum of the archive's directory`);
}
