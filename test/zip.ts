/** Zip archives as Python's zipfile writes them, for tests of what reads them. */
import { crc32, deflateRawSync, zstdCompressSync } from "node:zlib";

const METHODS = { stored: 0, deflated: 8, zstandard: 93, other: 97 } as const;

/** Marks a name as UTF-8, and sizes as behind the data. */
const [UTF8, DESCRIPTOR] = [0x800, 0x8];
/** Stands for a size that is in the zip64 field. */
const ELSEWHERE = 0xffffffff;

export interface ZipLayout {
  /** With the directory of archives of more than 4 GiB. */
  readonly isZip64?: boolean;
  /** Bytes in the file before the archive, which its places count. */
  readonly bytesBefore?: number;
  /** The files' headers leave out the sizes, which follow the data, as where a program writes to a pipe. */
  readonly hasDescriptors?: boolean;
}

/** An archive of these files, packed by `method`. */
export function zipOf(
  files: readonly (readonly [name: string, content: string | Buffer])[],
  method: keyof typeof METHODS = "deflated",
  { isZip64 = false, bytesBefore = 0, hasDescriptors = false }: ZipLayout = {},
): Buffer {
  const locals: Buffer[] = [];
  const entries: Buffer[] = [];
  let offset = bytesBefore;
  for (const [name, content] of files) {
    const plain = Buffer.from(content);
    const packed =
      method === "deflated" ? deflateRawSync(plain) : method === "zstandard" ? zstdCompressSync(plain) : plain;
    const path = Buffer.from(name);
    const sizes = [crc32(plain), packed.length, plain.length];
    const local = Buffer.alloc(30);
    local.writeUInt32LE(0x04034b50, 0);
    const flags = UTF8 | (hasDescriptors ? DESCRIPTOR : 0);
    local.writeUInt16LE(flags, 6);
    local.writeUInt16LE(METHODS[method], 8);
    const descriptor = Buffer.alloc(hasDescriptors ? 16 : 0);
    if (hasDescriptors) descriptor.writeUInt32LE(0x08074b50, 0);
    for (const [index, size] of sizes.entries()) {
      if (hasDescriptors) descriptor.writeUInt32LE(size, 4 + 4 * index);
      else local.writeUInt32LE(size, 14 + 4 * index);
    }
    local.writeUInt16LE(path.length, 26);
    const entry = Buffer.alloc(46);
    entry.writeUInt32LE(0x02014b50, 0);
    entry.writeUInt16LE(flags, 8);
    entry.writeUInt16LE(METHODS[method], 10);
    for (const [index, size] of sizes.entries()) entry.writeUInt32LE(size, 16 + 4 * index);
    entry.writeUInt16LE(path.length, 28);
    entry.writeUInt32LE(isZip64 ? ELSEWHERE : offset, 42);
    entries.push(entry, path);
    if (isZip64) {
      const field = Buffer.alloc(28);
      field.writeUInt16LE(1, 0);
      field.writeUInt16LE(24, 2);
      for (const [index, size] of [plain.length, packed.length, offset].entries())
        field.writeBigUInt64LE(BigInt(size), 4 + 8 * index);
      for (const at of [20, 24]) entry.writeUInt32LE(ELSEWHERE, at);
      entry.writeUInt16LE(field.length, 30);
      entries.push(field);
    }
    locals.push(local, path, packed, descriptor);
    offset += 30 + path.length + packed.length + descriptor.length;
  }
  const directory = Buffer.concat(entries);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(files.length, 8);
  end.writeUInt16LE(files.length, 10);
  end.writeUInt32LE(isZip64 ? ELSEWHERE : directory.length, 12);
  end.writeUInt32LE(isZip64 ? ELSEWHERE : offset, 16);
  const zip64 = isZip64 ? zip64End(files.length, directory.length, offset) : Buffer.alloc(0);
  return Buffer.concat([...locals, directory, zip64, end]);
}

/** The end of a zip64 directory, and where it is. */
function zip64End(files: number, bytes: number, start: number): Buffer {
  const end = Buffer.alloc(56);
  end.writeUInt32LE(0x06064b50, 0);
  end.writeBigUInt64LE(44n, 4);
  for (const [index, number] of [files, files, bytes, start].entries())
    end.writeBigUInt64LE(BigInt(number), 24 + 8 * index);
  const locator = Buffer.alloc(20);
  locator.writeUInt32LE(0x07064b50, 0);
  locator.writeBigUInt64LE(BigInt(start + bytes), 8);
  locator.writeUInt32LE(1, 16);
  return Buffer.concat([end, locator]);
}
