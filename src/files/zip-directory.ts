/**
 * The directory of a zip archive, read by yauzl. Its own reader of files throws out of a callback, past every catch, for
 * places that no file has (yauzl 3.4.0; a damaged zip64 directory names such); the one here answers them with an error.
 */
import {
  type Entry,
  fromRandomAccessReaderPromise,
  getFileNameLowLevel,
  RandomAccessReader,
  type ZipFile,
} from "yauzl";
import { MAX_ZIP_FILES } from "./limits.ts";
import type { ZipSource } from "./zip-source.ts";

export interface DirectoryEntry
  extends Pick<Entry, "compressedSize" | "uncompressedSize" | "compressionMethod" | "crc32"> {
  readonly name: string;
  /** Where its header begins, in bytes from the archive's beginning. */
  readonly offset: number;
  readonly isEncrypted: boolean;
  /** Where its packed bytes begin. Throws for a place that the archive has not. */
  start(): Promise<number>;
}

/** Names are only compared, never written to, and sizes are judged file by file: neither makes an archive unreadable. */
const LENIENT = { autoClose: false, decodeStrings: false, validateEntrySizes: false } as const;

/** All entries. Throws what yauzl throws for a directory that is not whole, and what the source throws. */
export async function directoryOf(source: ZipSource, maxFiles = MAX_ZIP_FILES): Promise<DirectoryEntry[]> {
  const zip = await fromRandomAccessReaderPromise(new Reader(source), source.size, LENIENT);
  if (zip.entryCount > maxFiles) throw new Error(`with at most ${maxFiles} files in it, found ${zip.entryCount}`);
  const entries: DirectoryEntry[] = [];
  for await (const entry of zip.eachEntry()) entries.push(directoryEntry(zip, entry));
  return entries;
}

function directoryEntry(zip: ZipFile, entry: Entry): DirectoryEntry {
  const { generalPurposeBitFlag, fileNameRaw, extraFields } = entry;
  const { compressedSize, uncompressedSize, compressionMethod, crc32, relativeOffsetOfLocalHeader: offset } = entry;
  return {
    ...{ compressedSize, uncompressedSize, compressionMethod, crc32, offset },
    name: getFileNameLowLevel(generalPurposeBitFlag, fileNameRaw, extraFields, true),
    isEncrypted: entry.isEncrypted(),
    start: async () => (await zip.readLocalFileHeaderPromise(entry, { minimal: true })).fileDataStart,
  };
}

/** Bytes read ahead: yauzl asks for an entry in several small pieces. */
const READ_AHEAD = 2 ** 16;

/** Does not close its source. */
class Reader extends RandomAccessReader {
  readonly #source: ZipSource;
  #ahead: { readonly start: number; readonly bytes: Buffer } = { start: 0, bytes: Buffer.alloc(0) };

  constructor(source: ZipSource) {
    super();
    this.#source = source;
  }

  override read(
    ...[buffer, offset, length, position, callback]: Parameters<RandomAccessReader["read"]>
  ): ReturnType<RandomAccessReader["read"]> {
    this.#bytes(position, length).then((bytes) => {
      bytes.copy(buffer, offset);
      callback(null);
    }, callback);
  }

  async #bytes(start: number, length: number): Promise<Buffer> {
    const { size } = this.#source;
    const isThere = start >= this.#ahead.start && start + length <= this.#ahead.start + this.#ahead.bytes.length;
    if (!isThere) {
      const wanted = Math.max(length, Math.min(READ_AHEAD, size - start));
      this.#ahead = { start, bytes: await this.#source.read(start, wanted) };
    }
    return this.#ahead.bytes.subarray(start - this.#ahead.start, start - this.#ahead.start + length);
  }
}
