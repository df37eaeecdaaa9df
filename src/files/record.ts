/** One record of a log as text, whatever holds it: a line of JSON Lines or an element of a JSON array. */

/** No episode is this long. A longer record is reported and skipped without being kept. */
export const MAX_RECORD_BYTES = 16 * 1024 * 1024;

/** Where a record begins; both count from 1. */
export interface Position {
  readonly line: number;
  /** Which element of the file's JSON array it is; absent in JSON Lines. */
  readonly record?: number;
}

/** `text` is null where the record cannot be read; `problem` then says why. */
export type RawRecord = Position & ({ readonly text: string } | { readonly text: null; readonly problem: string });

/** Collects the pieces of one record; of one that is too long only the length. */
export function collector() {
  let bytes = 0;
  let pieces: Buffer[] = [];
  return {
    add(piece: Buffer): void {
      bytes += piece.length;
      if (bytes > MAX_RECORD_BYTES) pieces = [];
      else pieces.push(piece);
    },
    /** What was collected, as the record at `position`; the next one begins empty. */
    take(position: Position): RawRecord {
      const isTooLong = bytes > MAX_RECORD_BYTES;
      const whole = Buffer.concat(pieces);
      bytes = 0;
      pieces = [];
      if (isTooLong) return { ...position, text: null, problem: TOO_LONG };
      try {
        return { ...position, text: new TextDecoder("utf-8", { fatal: true }).decode(whole) };
      } catch {
        return { ...position, text: null, problem: "not UTF-8 text" };
      }
    },
  };
}

const TOO_LONG = `longer than ${MAX_RECORD_BYTES / 1024 / 1024} MiB: expected one episode in each record`;
