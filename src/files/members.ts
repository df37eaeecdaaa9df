/**
 * Episodes in one JSON object, plain or gzipped, streamed: memory holds one episode, however large the file. It finds
 * where records begin and end and nothing else; whether one is JSON is for JSON.parse to say.
 *
 *     {"6": {…}, "7": {…}}                            each value is a record
 *     {"23": {"taskName": …, "paths": [{…}, …]}}      with `list` = "paths": each element, as {"taskName": …, "paths":[{…}]}
 *
 * Values that are no objects tell no episode and are passed over, as is what stands behind a list in its object.
 */
import { contentOf, unreadable } from "./file.ts";
import { collector, type Position, type RawRecord } from "./record.ts";
import { SIGN, signFinder } from "./signs.ts";

/** Brackets open around a record: the file's own, or also its object's and its list's. */
const [IN_FILE, IN_LIST] = [1, 3];

/** Throws CliError, naming the file, if it cannot be read to its end. An object without an end is a last record with a problem. */
export async function* readMembers(file: string, list: string): AsyncGenerator<RawRecord> {
  const opensList = new RegExp(`"${list}"\\s*:\\s*\\[$`);
  const { add, take } = collector();
  const finder = signFinder();
  let depth = 0;
  let record = 0;
  /** Of the record being read; undefined between records. */
  let position: Position | undefined;
  /** What stands before the elements of the list being read; undefined outside of lists. */
  let head: string | undefined;
  const around = () => (head === undefined ? IN_FILE : IN_LIST);

  try {
    for await (const chunk of await contentOf(file)) {
      let from = 0;
      finder.begin(chunk);
      for (let at = finder.next(); at < chunk.length; at = finder.next()) {
        const sign = chunk[at];
        if (sign === SIGN.comma) continue;
        if (sign === SIGN.openObject && depth === around()) {
          position = { line: finder.lineAt(at), record: ++record };
          from = at;
        }
        const mayOpenList = sign === SIGN.openList && position && head === undefined && depth === IN_LIST - 1;
        if (sign === SIGN.openObject || sign === SIGN.openList) depth += 1;
        else if (depth > 0) depth -= 1;
        if (mayOpenList && position) {
          const before = take(position, chunk.subarray(from, at + 1));
          from = at + 1;
          const isHead = before.text !== null && opensList.test(before.text);
          if (isHead) {
            head = before.text;
            record -= 1;
            position = undefined;
          } else if (before.text !== null) {
            add(Buffer.from(before.text));
          } else {
            yield before;
            position = undefined;
          }
        } else if (sign === SIGN.closeObject && position && depth === around()) {
          const whole = take(position, chunk.subarray(from, at + 1));
          position = undefined;
          yield head === undefined || whole.text === null ? whole : { ...whole, text: `${head}${whole.text}]}` };
        }
        if (depth < IN_LIST) head = undefined;
      }
      if (position) add(chunk.subarray(from));
    }
  } catch (error) {
    throw unreadable(file, `line ${finder.line()}`, error);
  }
  if (depth === 0) return;
  const at = position ?? { line: finder.line(), record: record + 1 };
  yield { ...at, text: null, problem: "the file ends inside the object: expected a whole JSON file" };
}
