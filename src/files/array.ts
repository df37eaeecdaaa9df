/**
 * The elements of a JSON array, plain or gzipped, streamed: memory holds one element, however large the file. It finds
 * where elements begin and end and nothing else; whether one is JSON is for JSON.parse to say.
 */
import { contentOf, unreadable } from "./file.ts";
import { collector, type Position, type RawRecord } from "./record.ts";

const [QUOTE, BACKSLASH, COMMA, NEWLINE] = [...'"\\,\n'].map((sign) => sign.charCodeAt(0));
const OPENING = new Set([..."[{"].map((sign) => sign.charCodeAt(0)));
const CLOSING = new Set([..."]}"].map((sign) => sign.charCodeAt(0)));
const BLANK = new Set([..." \t\r\n"].map((sign) => sign.charCodeAt(0)));

/**
 * Throws CliError, naming the file, if it cannot be read to its end. An array without an end, or text behind it, is a
 * last record with a problem.
 */
export async function* readArray(file: string): AsyncGenerator<RawRecord> {
  const { add, take } = collector();
  let line = 1;
  let record = 0;
  /** Of the element being read; undefined between elements. */
  let position: Position | undefined;
  /** Brackets open now, the array's own included. */
  let depth = 0;
  let isOver = false;
  let inString = false;
  let isEscaped = false;

  const finished = () => {
    const element = take(position!);
    position = undefined;
    return element;
  };
  try {
    for await (const chunk of await contentOf(file)) {
      let from = 0;
      for (let at = 0; at < chunk.length; at++) {
        const byte = chunk[at]!;
        if (byte === NEWLINE) line += 1;
        if (inString) {
          if (isEscaped) isEscaped = false;
          else if (byte === BACKSLASH) isEscaped = true;
          else if (byte === QUOTE) inString = false;
          continue;
        }
        if (isOver) {
          if (BLANK.has(byte)) continue;
          yield {
            line,
            record: record + 1,
            text: null,
            problem: "text behind the array: expected one array in the file",
          };
          return;
        }
        const endsElement = depth === 1 && (byte === COMMA || CLOSING.has(byte));
        if (endsElement && position) {
          add(chunk.subarray(from, at));
          yield finished();
        }
        if (depth === 1 && !endsElement && !position && !BLANK.has(byte)) {
          position = { line, record: ++record };
          from = at;
        }
        if (byte === QUOTE) inString = depth > 0;
        if (OPENING.has(byte)) depth += 1;
        // Whatever stands before the array (a byte order mark) closes nothing.
        if (CLOSING.has(byte) && depth > 0) isOver = --depth === 0;
      }
      if (position) add(chunk.subarray(from));
    }
  } catch (error) {
    throw unreadable(file, line, error);
  }
  if (isOver) return;
  const at = position ?? { line, record: record + 1 };
  yield { ...at, text: null, problem: "the array has no end here: expected a whole JSON array" };
}
