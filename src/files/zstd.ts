/**
 * Zstandard files as a stream. Node's own stream ends at the end of the first frame and says nothing of what is behind it; writers
 * that append, and those that compress in parallel, write many frames. So the frames are told apart here, and Node unpacks each.
 *
 * Source: RFC 8878, sections 3.1.1 (frames and blocks) and 3.1.2 (skippable frames).
 */
import { pipeline, Readable } from "node:stream";
import { createZstdDecompress } from "node:zlib";

/** The first bytes of a frame. */
export const ZSTD_MAGIC = Buffer.of(0x28, 0xb5, 0x2f, 0xfd);
const SKIPPABLE = 0x184d2a50;
/** Bytes of a frame's fields by two bits of its descriptor. */
const DICTIONARY_BYTES = [0, 1, 2, 4] as const;
const SIZE_BYTES = [0, 2, 4, 8] as const;
/** A block whose content is one byte, repeated. */
const REPEATED = 1;

/** What `unreadable` tells as a damaged file. */
const damaged = (problem: string) => Object.assign(new Error(problem), { code: "ZSTD_frame" });

/** The unpacked bytes. Throws errors whose code begins with ZSTD or Z_ for what is no whole Zstandard file. */
export async function* unzstd(source: AsyncIterable<Buffer>, chunkSize: number): AsyncGenerator<Buffer> {
  const bytes = byteReader(source);
  try {
    while (await bytes.has(1)) {
      const magic = await bytes.take(4);
      if (magic.equals(ZSTD_MAGIC)) {
        const packed = Readable.from(frame(bytes), { objectMode: false });
        const unpacked = pipeline(packed, createZstdDecompress({ chunkSize }), () => {});
        for await (const chunk of unpacked) yield chunk as Buffer;
      } else if ((magic.readUInt32LE() & 0xfffffff0) >>> 0 === SKIPPABLE) {
        await bytes.skip((await bytes.take(4)).readUInt32LE());
      } else throw damaged("no frame where one must begin");
    }
  } finally {
    await bytes.close();
  }
}

/** The bytes of one frame, whose magic was taken. */
async function* frame({ take }: ByteReader): AsyncGenerator<Buffer> {
  const first = await take(1);
  const descriptor = first[0]!;
  const isSingle = (descriptor & 0x20) !== 0;
  const sizeBytes = SIZE_BYTES[(descriptor >> 6) as 0]! || (isSingle ? 1 : 0);
  const rest = await take((isSingle ? 0 : 1) + DICTIONARY_BYTES[(descriptor & 3) as 0]! + sizeBytes);
  yield Buffer.concat([ZSTD_MAGIC, first, rest]);
  for (let isLast = false; !isLast; ) {
    const header = await take(3);
    const value = header.readUIntLE(0, 3);
    isLast = (value & 1) === 1;
    const size = ((value >> 1) & 3) === REPEATED ? 1 : value >> 3;
    yield Buffer.concat([header, await take(size)]);
  }
  if ((descriptor & 4) !== 0) yield await take(4);
}

interface ByteReader {
  /** Whether there are so many more. */
  has(count: number): Promise<boolean>;
  /** Throws where there are fewer. */
  take(count: number): Promise<Buffer>;
  skip(count: number): Promise<void>;
  close(): Promise<void>;
}

function byteReader(source: AsyncIterable<Buffer>): ByteReader {
  const chunks = source[Symbol.asyncIterator]();
  let held: Buffer = Buffer.alloc(0);
  const has = async (count: number) => {
    const pieces = [held];
    for (let bytes = held.length; bytes < count; ) {
      const next = await chunks.next();
      if (next.done) break;
      pieces.push(next.value);
      bytes += next.value.length;
    }
    if (pieces.length > 1) held = Buffer.concat(pieces);
    return held.length >= count;
  };
  const take = async (count: number) => {
    if (!(await has(count))) throw damaged("unexpected end of file");
    const taken = held.subarray(0, count);
    held = held.subarray(count);
    return taken;
  };
  return {
    has,
    take,
    close: async () => void (await chunks.return?.()),
    async skip(count) {
      for (let left = count; left > 0; ) {
        const piece = Math.min(left, 2 ** 16);
        await take(piece);
        left -= piece;
      }
    },
  };
}
