/**
 * Files out of a zip archive (a Python wheel is one), with Node's zlib. Reads what pip makes: no encryption, no zip64, no
 * archives in parts. The layout is in section 4.3 of PKWARE's APPNOTE.
 */
import { inflateRawSync } from "node:zlib";
import { CliError } from "../../core/errors.ts";

const END = 0x06054b50;
const ENTRY = 0x02014b50;
const MAX_BYTES = 64 * 2 ** 20;

/** The file called `name` within the archive. Throws CliError if it is not there, damaged, or larger than `limit` bytes (64 MiB). */
export function unzipped(archive: Buffer, name: string, limit = MAX_BYTES): Buffer {
  try {
    for (const entry of entriesOf(archive)) if (entry.name === name) return contentsOf(archive, entry, limit);
  } catch (error) {
    if (error instanceof RangeError) throw new CliError("the archive is cut off");
    throw error;
  }
  throw new CliError(`the archive has no ${name}`);
}

interface Entry {
  readonly name: string;
  /** 0 = stored, 8 = deflated. */
  readonly method: number;
  readonly packedBytes: number;
  readonly bytes: number;
  /** Where its own header begins. */
  readonly offset: number;
}

function* entriesOf(archive: Buffer): Generator<Entry> {
  let end = archive.length - 22;
  while (end >= 0 && archive.readUInt32LE(end) !== END) end--;
  if (end < 0) throw new CliError("expected a zip archive");
  let at = archive.readUInt32LE(end + 16);
  for (let left = archive.readUInt16LE(end + 10); left > 0; left--) {
    if (archive.readUInt32LE(at) !== ENTRY) throw new CliError("the archive's directory is damaged");
    const [nameBytes, extraBytes, commentBytes] = [28, 30, 32].map((offset) => archive.readUInt16LE(at + offset)) as [
      number,
      number,
      number,
    ];
    yield {
      name: archive.toString("utf8", at + 46, at + 46 + nameBytes),
      method: archive.readUInt16LE(at + 10),
      packedBytes: archive.readUInt32LE(at + 20),
      bytes: archive.readUInt32LE(at + 24),
      offset: archive.readUInt32LE(at + 42),
    };
    at += 46 + nameBytes + extraBytes + commentBytes;
  }
}

function contentsOf(archive: Buffer, { name, method, packedBytes, bytes, offset }: Entry, limit: number): Buffer {
  const start = offset + 30 + archive.readUInt16LE(offset + 26) + archive.readUInt16LE(offset + 28);
  const packed = archive.subarray(start, start + packedBytes);
  const contents = method === 0 ? packed : inflated(packed, name, limit);
  if (contents.length === bytes && (method === 0 || method === 8)) return contents;
  throw new CliError(`the archive's ${name} is damaged`);
}

function inflated(packed: Buffer, name: string, limit: number): Buffer {
  try {
    return inflateRawSync(packed, { maxOutputLength: limit });
  } catch {
    throw new CliError(`the archive's ${name} is damaged`);
  }
}
