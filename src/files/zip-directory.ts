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
  readonly isEncrypted: boolean;
  /** Where its packed bytes begin. Throws for a place that the archive has not. */
  start(): Promise<number>;
}

/** Names are only compared, never written to, and sizes are judged file by file: neither makes an archive unreadable. */
const LENIENT = { autoClose: false, decodeStrings: false, validateEntrySizes: false } as const;

/**
 * All entries. Throws what yauzl throws for a directory that is not whole, an error for files that share bytes or have other
 * names than the directory says, and what the source throws.
 */
export async function directoryOf(source: ZipSource, maxFiles = MAX_ZIP_FILES): Promise<DirectoryEntry[]> {
  const zip = await fromRandomAccessReaderPromise(new Reader(source), source.size, LENIENT);
  if (zip.entryCount > maxFiles) throw new Error(`with at most ${maxFiles} files in it, found ${zip.entryCount}`);
  const entries: Entry[] = [];
  for await (const entry of zip.eachEntry()) entries.push(entry);
  expectApart(entries);
  for (const entry of entries) await expectSameName(zip, entry);
  return entries.map((entry) => directoryEntry(zip, entry));
}

/** Bytes of a file's header in front of its name. */
const HEADER_BYTES = 30;

/** Many files over the same bytes would make a small archive take any time. Throws an error. */
function expectApart(entries: readonly Entry[]): void {
  const inOrder = entries.toSorted((a, b) => a.relativeOffsetOfLocalHeader - b.relativeOffsetOfLocalHeader);
  for (const [index, entry] of inOrder.entries()) {
    const next = inOrder[index + 1];
    const end = entry.relativeOffsetOfLocalHeader + HEADER_BYTES + entry.compressedSize;
    if (next && next.relativeOffsetOfLocalHeader < end)
      throw new Error(`whose files lie apart, found ${nameOf(entry)} and ${nameOf(next)} over the same bytes`);
  }
}

/**
 * A file is chosen by its name, so one whose name is damaged would be left out without a word: what the directory says must be
 * what stands before the file. A place that the archive has not is an error of that file alone, when it is read.
 */
async function expectSameName(zip: ZipFile, entry: Entry): Promise<void> {
  const before = await zip.readLocalFileHeaderPromise(entry).catch(() => undefined);
  if (!before || before.fileName.equals(entry.fileNameRaw)) return;
  throw new Error(`whose files have the names of its directory, found ${before.fileName} for ${nameOf(entry)}`);
}

const nameOf = ({ generalPurposeBitFlag, fileNameRaw, extraFields }: Entry): string =>
  getFileNameLowLevel(generalPurposeBitFlag, fileNameRaw, extraFields, true);

function directoryEntry(zip: ZipFile, entry: Entry): DirectoryEntry {
  const { compressedSize, uncompressedSize, compressionMethod, crc32 } = entry;
  return {
    ...{ compressedSize, uncompressedSize, compressionMethod, crc32 },
    name: nameOf(entry),
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
