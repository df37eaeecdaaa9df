/** JSON values one behind the other, each over as many lines as it likes, streamed: memory holds one of them. */
import { contentOf, unreadable } from "./file.ts";
import { collector, type Position, type RawRecord } from "./record.ts";
import { SIGN, signFinder } from "./signs.ts";

/** Space, tab, line feed, carriage return, and the bytes of a byte order mark. */
const BLANKS: readonly number[] = [0x20, 0x09, 0x0a, 0x0d, 0xef, 0xbb, 0xbf];

/**
 * The objects and lists of a file. One that is longer than a record may be is told of as soon as that is known. Text between them is a record with a problem, as is a last one without an end. Throws
 * CliError, naming the file, if it cannot be read to its end.
 */
export async function* readValues(file: string): AsyncGenerator<RawRecord> {
  const finder = signFinder();
  const { add, take } = collector();
  let depth = 0;
  let record = 0;
  let position: Position = { line: 1 };
  /** What stands between two values is told once. */
  let isOdd = false;
  let isTooLong = false;
  const odd = (line: number): RawRecord => {
    isOdd = true;
    return {
      line,
      record: ++record,
      text: null,
      problem: "text between two values: expected one JSON value behind the other",
    };
  };
  try {
    for await (const chunk of await contentOf(file)) {
      let from = 0;
      const isBlank = (to: number) => chunk.subarray(from, to).every((byte) => BLANKS.includes(byte));
      finder.begin(chunk);
      for (let at = finder.next(); at < chunk.length; at = finder.next()) {
        const sign = chunk[at];
        if (depth === 0) {
          const opens = sign === SIGN.openList || sign === SIGN.openObject;
          if (!isOdd && !(opens && isBlank(at))) yield odd(finder.lineAt(at));
          from = opens ? at : at + 1;
          if (!opens) continue;
          position = { line: finder.lineAt(at), record: ++record };
          isOdd = false;
          isTooLong = false;
        }
        if (sign === SIGN.comma) continue;
        depth += sign === SIGN.openList || sign === SIGN.openObject ? 1 : -1;
        if (depth > 0) continue;
        if (!isTooLong) yield take(position, chunk.subarray(from, at + 1));
        from = at + 1;
      }
      if (depth > 0) {
        if (isTooLong || add(chunk.subarray(from))) continue;
        isTooLong = true;
        yield take(position);
      } else if (!isOdd && !isBlank(chunk.length)) yield odd(finder.line());
    }
  } catch (error) {
    throw unreadable(file, `line ${finder.line()}`, error);
  }
  if (depth > 0 && !isTooLong)
    yield { ...position, text: null, problem: "the file ends inside the value: expected a whole JSON value" };
}
