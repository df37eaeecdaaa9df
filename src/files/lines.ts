/**
 * The lines of a text file, plain or gzipped, streamed: memory holds one line, however large the file.
 *
 * Not node:readline, which also breaks lines at characters that may stand inside a JSON string (U+2028), replaces
 * bytes that are no text without a word, and has no limit for a line that never ends.
 */
import { contentOf, unreadable } from "./file.ts";
import { collector, type RawRecord } from "./record.ts";

const NEWLINE = 10;

/** Blank lines are counted but not given. Throws CliError, naming the file, if it cannot be read to its end. */
export async function* readLines(file: string): AsyncGenerator<RawRecord> {
  let line = 1;
  const { add, take } = collector();
  const isBlank = ({ text }: RawRecord) => text?.trim() === "";
  try {
    for await (const chunk of await contentOf(file)) {
      let from = 0;
      for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, from)) {
        const record = take({ line }, chunk.subarray(from, end));
        from = end + 1;
        line += 1;
        if (!isBlank(record)) yield record;
      }
      add(chunk.subarray(from));
    }
  } catch (error) {
    throw unreadable(file, `line ${line}`, error);
  }
  const last = take({ line });
  if (!isBlank(last)) yield last;
}
