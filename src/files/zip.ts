/**
 * The files in a zip archive, with Node's zlib: stored, deflated or Zstandard. No encryption, no zip64, no archives in parts.
 * The layout is in section 4.3 of PKWARE's APPNOTE. What is wrong with one file in it leaves the others readable.
 */
import { crc32, inflateRawSync, zstdDecompressSync } from "node:zlib";
import { CliError, messageOf } from "../core/errors.ts";

const END = 0x06054b50;
const ENTRY = 0x02014b50;

export interface ZipEntry {
  readonly name: string;
  /** The file's bytes, at most so many. Throws CliError for a damaged one and for one that is packed in another way. */
  content(maxBytes: number): Buffer;
}

/** The archive's files, in its order. Throws CliError for anything but an archive whose directory is whole. */
export function zipEntries(archive: Buffer): ZipEntry[] {
  try {
    return [...entriesOf(archive)];
  } catch (error) {
    if (error instanceof RangeError) throw new CliError("expected a zip archive, found a part of one");
    throw error;
  }
}

/** The file called `name`. Throws CliError if there is none, and as `zipEntries` and `content` do. */
export function fileInZip(archive: Buffer, name: string, maxBytes: number): Buffer {
  const entry = zipEntries(archive).find((each) => each.name === name);
  if (!entry) throw new CliError(`expected ${name} in the zip archive, found no such file`);
  return entry.content(maxBytes);
}

function* entriesOf(archive: Buffer): Generator<ZipEntry> {
  let end = archive.length - 22;
  while (end >= 0 && archive.readUInt32LE(end) !== END) end--;
  if (end < 0) throw new CliError("expected a zip archive, found none, or a part of one");
  let at = archive.readUInt32LE(end + 16);
  for (let left = archive.readUInt16LE(end + 10); left > 0; left--) {
    if (archive.readUInt32LE(at) !== ENTRY)
      throw new CliError("expected a zip archive, found a damaged directory in it");
    const [nameBytes, extraBytes, commentBytes] = [28, 30, 32].map((offset) => archive.readUInt16LE(at + offset)) as [
      number,
      number,
      number,
    ];
    const name = archive.toString("utf8", at + 46, at + 46 + nameBytes);
    const [method, checksum, packedBytes, bytes, start] = [
      archive.readUInt16LE(at + 10),
      archive.readUInt32LE(at + 16),
      archive.readUInt32LE(at + 20),
      archive.readUInt32LE(at + 24),
      archive.readUInt32LE(at + 42),
    ];
    yield {
      name,
      content(maxBytes) {
        if (bytes > maxBytes) throw new CliError(`${name}: expected at most ${maxBytes} bytes, found ${bytes}`);
        const content = unpacked(archive, { name, method, packedBytes, start }, maxBytes);
        if (content.length === bytes && crc32(content) === checksum) return content;
        throw new CliError(`${name}: damaged, expected ${bytes} bytes with the checksum of the archive's directory`);
      },
    };
    at += 46 + nameBytes + extraBytes + commentBytes;
  }
}

interface Packed {
  readonly name: string;
  readonly method: number;
  readonly packedBytes: number;
  /** Where its own header begins. */
  readonly start: number;
}

function unpacked(archive: Buffer, { name, method, packedBytes, start }: Packed, maxOutputLength: number): Buffer {
  try {
    const from = start + 30 + archive.readUInt16LE(start + 26) + archive.readUInt16LE(start + 28);
    const packed = archive.subarray(from, from + packedBytes);
    if (method === 0) return packed;
    if (method === 8) return inflateRawSync(packed, { maxOutputLength });
    if (method === 93) return zstdDecompressSync(packed, { maxOutputLength });
  } catch (error) {
    throw new CliError(`${name}: damaged (${messageOf(error)}), expected a whole file in the archive`);
  }
  throw new CliError(`${name}: packed by method ${method}, expected 0 (stored), 8 (deflated) or 93 (Zstandard)`);
}
