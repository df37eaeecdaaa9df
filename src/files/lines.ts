/**
 * The lines of a text file, plain or gzipped, streamed: memory holds one line, however large the file.
 *
 * Not node:readline, which also breaks lines at characters that may stand inside a JSON string (U+2028), replaces
 * bytes that are no text without a word, and has no limit for a line that never ends.
 */
import { contentOf, unreadable } from "./file.ts";
import { type Collector, collector, type RawRecord } from "./record.ts";

const NEWLINE = 10;

/** Blank lines are counted but not given. Throws CliError, naming the file, if it cannot be read to its end. */
export async function* readLines(file: string): AsyncGenerator<RawRecord> {
  for await (const { line, bytes, read } of linesOf(file)) {
    const record = read({ line }, bytes);
    if (record.text?.trim() !== "") yield record;
  }
}

/**
 * As `readLines`, but undefined for each line that does not begin with `wanted`, in ASCII; without it, for each line. No text
 * is made of them: to count lines takes a fraction of the time that reading them takes.
 */
export async function* skimLines(file: string, wanted?: string): AsyncGenerator<RawRecord | undefined> {
  const signs = wanted === undefined ? undefined : Buffer.from(wanted, "latin1");
  for await (const { line, bytes, read } of linesOf(file)) {
    const isOther = bytes === null || (isPlain(bytes[0]) && !signs?.equals(bytes.subarray(0, signs.length)));
    const record = isOther ? undefined : read({ line }, bytes);
    if (record?.text?.trim() === "") continue;
    yield wanted !== undefined && record?.text?.startsWith(wanted) ? record : undefined;
  }
}

/** Neither a blank nor part of a sign outside of ASCII, which may be one. */
const isPlain = (byte: number | undefined) => byte !== undefined && byte > 0x20 && byte < 0x80;

interface Line extends Pick<Collector, "read"> {
  readonly line: number;
  /** Without its line feed; good until the next line is asked for. null: too long. */
  readonly bytes: Uint8Array | null;
}

async function* linesOf(file: string): AsyncGenerator<Line> {
  let line = 1;
  const { add, takeBytes, read } = collector();
  try {
    for await (const chunk of await contentOf(file)) {
      let from = 0;
      for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, from)) {
        const bytes = takeBytes(chunk.subarray(from, end));
        from = end + 1;
        yield { line: line++, bytes, read };
      }
      add(chunk.subarray(from));
    }
  } catch (error) {
    throw unreadable(file, `line ${line}`, error);
  }
  yield { line, bytes: takeBytes(), read };
}
