/** One record of a large file as text, whatever holds it: a line of JSON Lines or a member of a JSON array or object. */

/** No episode is this long. A longer record is reported and skipped without being kept. */
export const MAX_RECORD_BYTES = 16 * 2 ** 20;

/** Where a record begins; both count from 1. */
export interface Position {
  readonly line: number;
  /** Which member of the file's JSON array or object it is; absent in JSON Lines. */
  readonly record?: number;
}

/** `text` is null where the record cannot be read; `problem` then says why. */
export type RawRecord<Place extends Position = Position> = Place &
  ({ readonly text: string } | { readonly text: null; readonly problem: string });

export interface Collector {
  /** Adds the next piece of the record; says whether the record is still short enough. */
  add(piece: Uint8Array): boolean;
  /** What was collected and then `last`, as the record at `position`; the next one begins empty. */
  take<Place extends Position>(position: Place, last?: Uint8Array): RawRecord<Place>;
  /** The same as bytes, for those who need not read them all; null: it is too long. */
  takeBytes(last?: Uint8Array): Uint8Array | null;
  /** The record that `takeBytes` gave. */
  read<Place extends Position>(position: Place, bytes: Uint8Array | null): RawRecord<Place>;
}

/** Collects the pieces of one record; of one that is longer than `maxBytes` only the length. */
export function collector(maxBytes = MAX_RECORD_BYTES): Collector {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let bytes = 0;
  let pieces: Uint8Array[] = [];
  const takeBytes = (last: Uint8Array = NOTHING) => {
    const isTooLong = bytes + last.length > maxBytes;
    const whole = pieces.length === 0 ? last : Buffer.concat([...pieces, last]);
    bytes = 0;
    pieces = [];
    return isTooLong ? null : whole;
  };
  const read = <Place extends Position>(position: Place, whole: Uint8Array | null): RawRecord<Place> => {
    if (whole === null) return { ...position, text: null, problem: tooLong(maxBytes) };
    try {
      return { ...position, text: decoder.decode(whole) };
    } catch {
      return { ...position, text: null, problem: "not UTF-8 text" };
    }
  };
  return {
    add(piece) {
      bytes += piece.length;
      if (bytes > maxBytes) pieces = [];
      else pieces.push(piece);
      return bytes <= maxBytes;
    },
    take: (position, last) => read(position, takeBytes(last)),
    takeBytes,
    read,
  };
}

const NOTHING = new Uint8Array();
const tooLong = (maxBytes: number) => `expected a record of at most ${maxBytes / 2 ** 20} MiB, found a longer one`;
