/** The bytes of a zip archive, by place: of a file or in memory. */
import { open } from "node:fs/promises";
import { beginReading } from "./hearing.ts";

export interface ZipSource {
  readonly size: number;
  /** So many bytes from `start` on. Throws an error for places beyond the archive's end. */
  read(start: number, bytes: number): Promise<Buffer>;
  close(): Promise<void>;
}

export function bufferSource(archive: Buffer): ZipSource {
  const size = archive.length;
  return {
    size,
    async read(start, bytes) {
      expectWithin(size, start, bytes);
      return archive.subarray(start, start + bytes);
    },
    close: async () => {},
  };
}

/** Throws what the file system throws. */
export async function fileSource(path: string): Promise<ZipSource> {
  const file = await open(path);
  const { size } = await file.stat();
  const readTo = beginReading(path, size);
  let sum = 0;
  return {
    size,
    async read(start, bytes) {
      expectWithin(size, start, bytes);
      const { buffer, bytesRead } = await file.read(Buffer.allocUnsafe(bytes), 0, bytes, start);
      if (bytesRead < bytes) throw new Error("the archive became shorter while it was read");
      // From place to place: how many tells how far it is, and where does not.
      sum += bytesRead;
      readTo(sum);
      return buffer;
    },
    close: () => file.close(),
  };
}

function expectWithin(size: number, start: number, bytes: number): void {
  if (start + bytes > size) throw new Error(`names bytes ${start} to ${start + bytes} of ${size}`);
}
