/**
 * How a file holds its records, found by reading its first value: JSON Lines, values that go over several lines each, or one
 * value alone, a list or an object. Neither the file's name nor its first line tells: agents write one object over many lines,
 * and lists on one. Where the first value is damaged, the lines behind it tell: most of them are whole in JSON Lines.
 */
import { contentOf, unreadable } from "./file.ts";
import { isParquet } from "./parquet.ts";
import { parseJson } from "./python-json.ts";
import { MAX_RECORD_BYTES } from "./record.ts";
import { SIGN, signFinder } from "./signs.ts";

/**
 * - lines: JSON Lines, or what is read as such: a file without a list or an object at its beginning
 * - values: one JSON value behind the other, over several lines each
 * - array, object: one value, or the beginning of one that was cut off
 * - parquet: no JSON (parquet.ts)
 */
export type Shape = "lines" | "values" | "array" | "object" | "parquet";

const LINE_FEED = 0x0a;
/** Space, tab, line feed, carriage return, and the bytes of a byte order mark. */
const BLANKS: readonly number[] = [0x20, 0x09, LINE_FEED, 0x0d, 0xef, 0xbb, 0xbf];

/** What is known of a file's first value. */
interface FirstValue {
  readonly kind: "array" | "object" | "neither";
  /** Whether its end was seen. */
  readonly isClosed: boolean;
  /** Whether there is a line feed in it. */
  readonly spansLines: boolean;
  /** Whether something stands behind it. */
  readonly isFollowed: boolean;
  /** Its text as far as it was kept; undefined if it is longer than a record may be. */
  readonly text?: string;
  /** Whether most lines of what was seen are JSON by themselves. */
  areLines(): boolean;
}

/** Throws CliError, naming the file, if it cannot be read as far as it takes. Memory holds a record at most. */
export async function shapeOf(file: string): Promise<Shape> {
  if (await isParquet(file)) return "parquet";
  try {
    return shapeBy(await firstValueOf(await contentOf(file)));
  } catch (error) {
    throw unreadable(file, "line 1", error);
  }
}

function shapeBy({ kind, isClosed, spansLines, isFollowed, text, areLines }: FirstValue): Shape {
  if (kind === "neither") return "lines";
  if (isClosed && !spansLines) return isFollowed ? "lines" : kind;
  if (isClosed && text !== undefined && isJson(text)) return isFollowed ? "values" : kind;
  if (areLines()) return "lines";
  if (!isFollowed) return kind;
  return text === undefined ? "values" : "lines";
}

async function firstValueOf(chunks: AsyncIterable<Buffer>): Promise<FirstValue> {
  const value = valueScanner();
  for await (const chunk of chunks) {
    const rest = value.push(chunk);
    if (value.isEnough() || rest.some((byte) => !BLANKS.includes(byte))) return value.known(rest.length > 0);
  }
  return value.known(false);
}

/** Follows the first value of a text through its chunks. */
function valueScanner() {
  const finder = signFinder();
  let kind: FirstValue["kind"] | undefined;
  let depth = 0;
  let isClosed = false;
  let lastLine = 1;
  let kept: Buffer[] = [];
  let bytes = 0;
  /** Found when more was seen than is kept. */
  let isLines: boolean | undefined;

  function keep(piece: Buffer) {
    bytes += piece.length;
    if (isLines !== undefined) return;
    kept.push(piece);
    if (bytes <= MAX_RECORD_BYTES) return;
    isLines = areMostlyJson(Buffer.concat(kept).toString("utf8"));
    kept = [];
  }

  /** Where in the value's next chunk it is closed; the chunk's length if it goes on. */
  function endIn(chunk: Buffer): number {
    finder.begin(chunk);
    for (let at = finder.next(); at < chunk.length; at = finder.next()) {
      const sign = chunk[at];
      if (sign === SIGN.openList || sign === SIGN.openObject) depth += 1;
      else if (sign !== SIGN.comma) depth -= 1;
      if (depth > 0) continue;
      isClosed = true;
      lastLine = finder.lineAt(at);
      return at + 1;
    }
    return chunk.length;
  }

  return {
    /** Takes the next chunk, and gives what stands behind the value. */
    push(chunk: Buffer): Buffer {
      if (isClosed) return chunk;
      let from = 0;
      while (!kind && from < chunk.length && BLANKS.includes(chunk[from]!)) from += 1;
      const value = chunk.subarray(from);
      if (value.length === 0) return value;
      kind ??= value[0] === SIGN.openList ? "array" : value[0] === SIGN.openObject ? "object" : "neither";
      if (kind === "neither") return value;
      const end = endIn(value);
      keep(value.subarray(0, end));
      return value.subarray(end);
    },
    /** Whether more would tell nothing: lists are read element by element however they end. */
    isEnough: () => kind === "neither" || (isLines !== undefined && (isLines || kind === "array")),
    known(isFollowed: boolean): FirstValue {
      const text = isLines === undefined ? Buffer.concat(kept).toString("utf8") : undefined;
      return {
        ...{ kind: kind ?? "neither", isClosed, isFollowed },
        spansLines: (isClosed ? lastLine : finder.line()) > 1,
        ...(text !== undefined && { text }),
        areLines: () => isLines ?? areMostlyJson(text!),
      };
    },
  };
}

function isJson(text: string): boolean {
  try {
    parseJson(text);
    return true;
  } catch {
    return false;
  }
}

/** Whether half of the lines, or more, are a whole object or list each. */
function areMostlyJson(text: string): boolean {
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  const whole = lines.filter((line) => /^\s*(?:\{.+\}|\[.+\])\s*$/s.test(line) && isJson(line));
  return whole.length > 0 && 2 * whole.length >= lines.length;
}
