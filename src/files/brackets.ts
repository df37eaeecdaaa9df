/** The brackets of JSON, outside of its strings, in a stream of chunks: enough to find where records begin and end. */

const [QUOTE, BACKSLASH, NEWLINE] = [...'"\\\n'].map((sign) => sign.charCodeAt(0));
const BRACKETS = new Map([..."{[}]"].map((sign) => [sign.charCodeAt(0), sign]));

interface Bracket {
  readonly sign: string;
  /** Where in the chunk. */
  readonly at: number;
  readonly line: number;
}

/** Finds the brackets outside of strings in one chunk after the other. */
export function bracketFinder() {
  let line = 1;
  let inString = false;
  let isEscaped = false;
  return {
    /** The line that was reached. */
    get line() {
      return line;
    },
    *find(chunk: Buffer): Generator<Bracket> {
      for (let at = 0; at < chunk.length; at++) {
        const byte = chunk[at]!;
        if (byte === NEWLINE) line += 1;
        if (isEscaped) isEscaped = false;
        else if (inString && byte === BACKSLASH) isEscaped = true;
        else if (byte === QUOTE) inString = !inString;
        else if (!inString && BRACKETS.has(byte)) yield { sign: BRACKETS.get(byte)!, at, line };
      }
    },
  };
}
