/**
 * The objects in one list of a JSON object, `{…, "samples": [{…}, {…}], …}`, plain or gzipped, streamed: memory holds one of
 * them, however large the file. What stands around the list is passed over.
 */
import { contentOf, unreadable } from "./file.ts";
import { collector, type Position, type RawRecord } from "./record.ts";
import { SIGN, signFinder } from "./signs.ts";

/** Brackets open around the list, and around its elements. */
const [AROUND_LIST, IN_LIST] = [1, 2];

/** Bytes in front of a bracket that are looked at for the list's name. */
const NAME_BYTES = 200;

/** Space, tab, line feed, carriage return. */
const BLANKS = [0x20, 0x09, 0x0a, 0x0d];
const isBlank = (bytes: Uint8Array) => bytes.every((byte) => BLANKS.includes(byte));

/**
 * The elements of the list called `name` in the file's object. Throws CliError, naming the file, if it cannot be read to its
 * end. An element that is no object is a record with a problem. So is, as the last one, an object without such a list, or
 * without an end.
 */
export async function* readList(file: string, name: string): AsyncGenerator<RawRecord> {
  const opensList = new RegExp(`"${name}"\\s*:\\s*$`);
  const { add, take } = collector();
  const finder = signFinder();
  let depth = 0;
  let record = 0;
  let isInList = false;
  let hasList = false;
  let before = Buffer.alloc(0);
  /** Of the object being read; undefined between objects. */
  let position: Position | undefined;
  /** What was found since the last comma of the list. */
  let element: "nothing" | "an object" | "another value" = "nothing";

  /** The element that ends at a comma or a bracket, if it was no object. */
  function* otherValue(line: number): Generator<RawRecord> {
    const problem = "expected an object, found another value";
    if (element === "another value") yield { line, record: ++record, text: null, problem };
    element = "nothing";
  }

  try {
    for await (const chunk of await contentOf(file)) {
      const known = Buffer.concat([before, chunk]);
      const nameBefore = (at: number) =>
        known.toString("latin1", Math.max(0, before.length + at - NAME_BYTES), before.length + at);
      let from = 0;
      /** Where what stands between the list's objects goes on. */
      let between = 0;
      const noteBetween = (end: number) => {
        if (isInList && depth === IN_LIST && element === "nothing" && !isBlank(chunk.subarray(between, end)))
          element = "another value";
      };
      finder.begin(chunk);
      for (let at = finder.next(); at < chunk.length; at = finder.next()) {
        const sign = chunk[at];
        noteBetween(at);
        if (sign === SIGN.comma) {
          if (isInList && depth === IN_LIST) yield* otherValue(finder.lineAt(at));
          between = at + 1;
          continue;
        }
        const opens = sign === SIGN.openObject || sign === SIGN.openList;
        if (sign === SIGN.openList && depth === AROUND_LIST && opensList.test(nameBefore(at))) {
          isInList = true;
          hasList = true;
        } else if (isInList && depth === IN_LIST && opens && element === "nothing") {
          element = sign === SIGN.openObject ? "an object" : "another value";
        }
        if (sign === SIGN.openObject && isInList && depth === IN_LIST) {
          position = { line: finder.lineAt(at), record: ++record };
          from = at;
        }
        between = at + 1;
        depth = Math.max(0, depth + (opens ? 1 : -1));
        if (opens || !isInList) continue;
        if (depth === IN_LIST && position) {
          yield take(position, chunk.subarray(from, at + 1));
          position = undefined;
        } else if (depth < IN_LIST) {
          yield* otherValue(finder.lineAt(at));
          isInList = false;
        }
      }
      noteBetween(chunk.length);
      if (position) add(chunk.subarray(from));
      before = known.subarray(-NAME_BYTES);
    }
  } catch (error) {
    throw unreadable(file, `line ${finder.line()}`, error);
  }
  const at = position ?? { line: finder.line(), record: record + 1 };
  if (depth > 0) yield { ...at, text: null, problem: "the file ends inside the object: expected a whole JSON file" };
  else if (!hasList) yield { ...at, text: null, problem: `no list "${name}" in the file's object: expected one` };
}
