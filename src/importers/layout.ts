/**
 * Where a file of logs has its records, found by trying: a list may be one chat or many episodes, an object one episode or the
 * wrapping around a list of them. What the format's reader understands decides, not a name.
 */
import { CliError, messageOf } from "../core/errors.ts";
import { namesIn, parsePath } from "../files/json-path.ts";
import { type ListInFile, listsInFile } from "../files/list.ts";
import { parseJson } from "../files/python-json.ts";
import type { RawRecord } from "../files/record.ts";
import { type Layout, readRecords, skimRecords } from "../files/records.ts";
import { type Shape, shapeOf } from "../files/shape.ts";

/**
 * What is found out about a file by going through the whole of it, each once, however many formats are tried on it. Of a large
 * file each takes as long as reading it. Memory holds the first elements of its lists.
 */
export interface Peek {
  readonly file: string;
  /** Throws CliError, naming the file. */
  shape(): Promise<Shape>;
  /** Throws CliError, naming the file. */
  lists(): Promise<readonly ListInFile[]>;
}

export function peekAt(file: string): Peek {
  let shape: Promise<Shape> | undefined;
  let lists: Promise<readonly ListInFile[]> | undefined;
  return {
    file,
    shape() {
      shape ??= shapeOf(file);
      return shape;
    },
    lists() {
      lists ??= listsInFile(file);
      return lists;
    },
  };
}

/** Reads a record that was parsed as JSON. Throws CliError for one that it does not understand. */
export type Read = (row: unknown) => unknown;

/** A file in one piece that is no record, and in which no list is known to hold the records. */
interface Refused {
  readonly kind: "refused";
  readonly record: RawRecord;
}

/** Elements of a list that are tried. */
const TRIED = 3;
/** Names that are told of a list's first element. */
const MOST_NAMES = 8;

/** Every record of `file`, good or bad, in order. Throws CliError naming the file if it cannot be read to its end. */
export async function* recordsBy(read: Read, file: string, peek: Peek = peekAt(file)): AsyncGenerator<RawRecord> {
  const layout = await layoutOf(read, peek);
  if (layout.kind === "refused") yield layout.record;
  else yield* readRecords(file, layout);
}

/** The records of `file` by its shape alone: for formats whose records are no lists. Throws CliError as `recordsBy` does. */
export async function* recordsByShape(file: string, peek: Peek = peekAt(file)): AsyncGenerator<RawRecord> {
  yield* readRecords(file, { kind: await peek.shape() });
}

/** How many records `file` has, and those records, read anew. Throws CliError as `recordsBy` does. */
export async function countedBy(
  read: Read,
  file: string,
): Promise<{ readonly count: number; records(): AsyncGenerator<RawRecord> }> {
  const peek = peekAt(file);
  const layout = await layoutOf(read, peek);
  if (layout.kind === "refused") return { count: 1, records: () => recordsBy(read, file, peek) };
  let count = 0;
  for await (const _record of skimRecords(file, undefined, layout)) count++;
  return { count, records: () => readRecords(file, layout) };
}

async function layoutOf(read: Read, peek: Peek): Promise<Layout | Refused> {
  const shape = await peek.shape();
  if (shape === "array") return { kind: (await isOneRecord(read, peek.file)) ? "whole" : "array" };
  return shape === "object" ? objectLayout(read, peek) : { kind: shape };
}

/** Whether a list as a whole is understood, and none of its first elements is. */
async function isOneRecord(read: Read, file: string): Promise<boolean> {
  let tried = 0;
  for await (const { text } of readRecords(file, { kind: "array" })) {
    if (text !== null && problemOf(read, text) === undefined) return false;
    tried += 1;
    if (tried === TRIED) break;
  }
  const whole = tried === 0 ? undefined : await wholeOf(file);
  return whole !== undefined && whole.text !== null && problemOf(read, whole.text) === undefined;
}

async function objectLayout(read: Read, peek: Peek): Promise<Layout | Refused> {
  const whole = await wholeOf(peek.file);
  if (!whole) return { kind: "whole" };
  const problem = whole.text === null ? whole.problem : problemOf(read, whole.text);
  if (problem === undefined) return { kind: "whole" };
  const lists = (await peek.lists()).filter(({ first }) => first.some((text) => /^\s*[{[]/.test(text)));
  const fitting = lists.filter(({ first }) => first.some((text) => problemOf(read, text) === undefined));
  const [only, another] = fitting;
  if (only && !another) return { kind: "list", path: parsePath(only.path), shape: "object" };
  if (lists.length === 0) return { kind: "whole" };
  const told = another
    ? `records can be read from the lists ${described(fitting)}: --records says from which`
    : `${problem}; if a list in it holds the records, --records names it: ${described(lists)}`;
  const { line } = whole;
  return { kind: "refused", record: { line, text: null, problem: told } };
}

async function wholeOf(file: string): Promise<RawRecord | undefined> {
  for await (const record of readRecords(file, { kind: "whole" })) return record;
  return undefined;
}

/** `simulations (200 elements with task_id, traj[12])` */
const described = (lists: readonly ListInFile[]): string =>
  lists
    .map(
      ({ path, count, first }) => `${path} (${count} ${count === 1 ? "element" : "elements"} with ${namesOf(first)})`,
    )
    .join(", ");

function namesOf(elements: readonly string[]): string {
  try {
    return namesIn(parseJson(elements[0] ?? "null"), MOST_NAMES);
  } catch {
    return "no JSON";
  }
}

/** undefined: it is understood. */
function problemOf(read: Read, text: string): string | undefined {
  try {
    read(parseJson(text));
    return undefined;
  } catch (error) {
    if (error instanceof CliError) return error.message;
    if (error instanceof SyntaxError) return `not JSON (${messageOf(error)})`;
    throw error;
  }
}
