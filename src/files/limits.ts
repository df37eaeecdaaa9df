/**
 * What bounds the time that a file from elsewhere can take. A packed file of a few bytes may unpack to any number of them, so
 * what it unpacks to is limited by a fixed part and by its own size. Records of text pack to a hundredth at best: real logs
 * stay far below.
 */

export interface UnpackingLimit {
  /** Bytes that any file may unpack to. */
  readonly freeBytes: number;
  /** Bytes that it may unpack to beside them, for each of its own. */
  readonly perByte: number;
}

export const UNPACKING_LIMIT: UnpackingLimit = { freeBytes: 2 ** 30, perByte: 200 };

/** Files in a zip archive; those in Inspect's logs hold one sample each. */
export const MAX_ZIP_FILES = 1_000_000;

/** Bytes that a file of so many packed bytes may unpack to. */
export const mostUnpacked = ({ freeBytes, perByte }: UnpackingLimit, packedBytes: number): number =>
  freeBytes + perByte * packedBytes;

/** What is said of a file that unpacks to more. */
export function unpacksToMore(limit: UnpackingLimit, packedBytes: number): string {
  const { freeBytes, perByte } = limit;
  const most = mostUnpacked(limit, packedBytes);
  return `unpacks to more than ${most} bytes, expected at most ${freeBytes} and ${perByte} times its own size; unpack it yourself if it is to be that large`;
}
