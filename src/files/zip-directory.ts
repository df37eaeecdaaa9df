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

/** All entries. Throws what yauzl throws for a directory that is not whole, and what the source throws. */
export async function directoryOf(source: ZipSource): Promise<DirectoryEntry[]> {
  const zip = await fromRandomAccessReaderPromise(new Reader(source), source.size, LENIENT);
  const entries: DirectoryEntry[] = [];
  for await (const entry of zip.eachEntry()) entries.push(directoryEntry(zip, entry));
  return entries;
}

function directoryEntry(zip: ZipFile, entry: Entry): DirectoryEntry {
  const { generalPurposeBitFlag, fileNameRaw, extraFields } = entry;
  const { compressedSize, uncompressedSize, compressionMethod, crc32 } = entry;
  return {
    ...{ compressedSize, uncompressedSize, compressionMethod, crc32 },
    name: getFileNameLowLevel(generalPurposeBitFlag, fileNameRaw, extraFields, true),
    isEncrypted: entry.isEncrypted(),
    start: async () => (await zip.readLocalFileHeaderPromise(entry, { minimal: true })).fileDataStart,
  };
}

/** Does not close its source. */
class Reader extends RandomAccessReader {
  readonly #source: ZipSource;

  constructor(source: ZipSource) {
    super();
    this.#source = source;
  }

  override read(
    ...[buffer, offset, length, position, callback]: Parameters<RandomAccessReader["read"]>
  ): ReturnType<RandomAccessReader["read"]> {
    this.#source.read(position, length).then((bytes) => {
      bytes.copy(buffer, offset);
      callback(null);
    }, callback);
  }
}
