/** Zip archives as Python's zipfile writes them, for tests of what reads them. */
import { crc32, deflateRawSync, zstdCompressSync } from "node:zlib";

const METHODS = { stored: 0, deflated: 8, zstandard: 93, other: 97 } as const;

/** An archive of these files, packed by `method`. */
export function zipOf(
  files: readonly (readonly [name: string, content: string | Buffer])[],
  method: keyof typeof METHODS = "deflated",
): Buffer {
  const locals: Buffer[] = [];
  const entries: Buffer[] = [];
  let offset = 0;
  for (const [name, content] of files) {
    const plain = Buffer.from(content);
    const packed =
      method === "deflated" ? deflateRawSync(plain) : method === "zstandard" ? zstdCompressSync(plain) : plain;
    const path = Buffer.from(name);
    const sizes = [crc32(plain), packed.length, plain.length];
    const local = Buffer.alloc(30);
    local.writeUInt32LE(0x04034b50, 0);
    local.writeUInt16LE(METHODS[method], 8);
    for (const [index, size] of sizes.entries()) local.writeUInt32LE(size, 14 + 4 * index);
    local.writeUInt16LE(path.length, 26);
    const entry = Buffer.alloc(46);
    entry.writeUInt32LE(0x02014b50, 0);
    entry.writeUInt16LE(METHODS[method], 10);
    for (const [index, size] of sizes.entries()) entry.writeUInt32LE(size, 16 + 4 * index);
    entry.writeUInt16LE(path.length, 28);
    entry.writeUInt32LE(offset, 42);
    entries.push(entry, path);
    locals.push(local, path, packed);
    offset += 30 + path.length + packed.length;
  }
  const directory = Buffer.concat(entries);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(files.length, 8);
  end.writeUInt16LE(files.length, 10);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...locals, directory, end]);
}
