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

/**
 * The elements of the list called `name` in the file's object. Throws CliError, naming the file, if it cannot be read to its
 * end. An object without such a list, or without an end, is a last record with a problem.
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
  /** Of the element being read; undefined between elements. */
  let position: Position | undefined;

  try {
    for await (const chunk of await contentOf(file)) {
      const known = Buffer.concat([before, chunk]);
      const nameBefore = (at: number) =>
        known.toString("latin1", Math.max(0, before.length + at - NAME_BYTES), before.length + at);
      let from = 0;
      finder.begin(chunk);
      for (let at = finder.next(); at < chunk.length; at = finder.next()) {
        const sign = chunk[at];
        if (sign === SIGN.comma) continue;
        const opens = sign === SIGN.openObject || sign === SIGN.openList;
        if (sign === SIGN.openList && depth === AROUND_LIST && opensList.test(nameBefore(at))) {
          isInList = true;
          hasList = true;
        }
        if (sign === SIGN.openObject && isInList && depth === IN_LIST) {
          position = { line: finder.lineAt(at), record: ++record };
          from = at;
        }
        depth = Math.max(0, depth + (opens ? 1 : -1));
        if (opens || !isInList) continue;
        if (depth === IN_LIST && position) {
          yield take(position, chunk.subarray(from, at + 1));
          position = undefined;
        } else if (depth < IN_LIST) isInList = false;
      }
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
