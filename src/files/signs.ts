/**
 * The brackets and commas of JSON, outside of its strings, in a stream of chunks: enough to find where records begin and
 * end. Whether the text is JSON is for JSON.parse to say.
 */

export const SIGN = { comma: 0x2c, openList: 0x5b, closeList: 0x5d, openObject: 0x7b, closeObject: 0x7d } as const;

const [QUOTE, BACKSLASH, LINE_FEED] = [0x22, 0x5c, 0x0a];
/** 1 for the bytes at which the search stops. */
const STOPS = new Uint8Array(256);
for (const byte of [QUOTE, ...Object.values(SIGN)]) STOPS[byte] = 1;

export interface SignFinder {
  /** Begins the next chunk. The one before must have been searched to its end. */
  begin(chunk: Uint8Array): void;
  /** Where in the chunk the next bracket or comma is; the chunk's length, once, if there is none left. */
  next(): number;
  /** The line, from 1, of a place in this chunk. Places must be asked for in order. */
  lineAt(at: number): number;
  /** The last line of all chunks so far. */
  line(): number;
}

/** `firstLine`: the line in which the first chunk begins. */
export function signFinder(firstLine = 1): SignFinder {
  let chunk: Uint8Array = new Uint8Array();
  let at = 0;
  let inString = false;
  /** Whether the chunk's first byte is escaped by the last one of the chunk before. */
  let isEscaped = false;
  let line = firstLine;
  /** The chunk's first line feed that is not counted yet; its length if there is none. */
  let lineFeed = 0;

  const findLineFeed = (from: number) => {
    const found = chunk.indexOf(LINE_FEED, from);
    lineFeed = found < 0 ? chunk.length : found;
  };
  const lineAt = (place: number) => {
    while (lineFeed < place) {
      line += 1;
      findLineFeed(lineFeed + 1);
    }
    return line;
  };
  /** Where a string that goes on at `from` is over: behind its closing quote, or further if that is in a later chunk. */
  const behindString = (from: number) => {
    let end = from;
    while (end < chunk.length && chunk[end] !== QUOTE) end += chunk[end] === BACKSLASH ? 2 : 1;
    inString = end >= chunk.length;
    isEscaped = end > chunk.length;
    return end + 1;
  };

  return {
    begin(nextChunk) {
      lineAt(chunk.length);
      chunk = nextChunk;
      at = 0;
      findLineFeed(0);
    },
    next() {
      let place = at;
      if (inString && chunk.length > 0) place = behindString(isEscaped ? place + 1 : place);
      while (place < chunk.length) {
        const byte = chunk[place]!;
        if (STOPS[byte] === 0) place += 1;
        else if (byte === QUOTE) place = behindString(place + 1);
        else break;
      }
      at = place + 1;
      return Math.min(place, chunk.length);
    },
    lineAt,
    line: () => lineAt(chunk.length),
  };
}
