/** One list inside of a file's JSON value, and all lists that there are, streamed: memory holds one element. */
import { contentOf, unreadable } from "./file.ts";
import { type JsonPath, writePath } from "./json-path.ts";
import type { RawRecord } from "./record.ts";
import { type Interest, walk } from "./walk.ts";

/** Objects around the lists that are found; deeper ones are parts of records. */
const DEEPEST = 3;
/** Lists that are kept, elements of each, and the characters of an element. */
const [MOST_LISTS, MOST_ELEMENTS, LONGEST_ELEMENT] = [20, 3, 2 ** 20];

type Chunks = AsyncIterable<Uint8Array> | Iterable<Uint8Array>;

/**
 * The elements of the list at `path` in the file's value. Throws CliError, naming the file, if it cannot be read to its end.
 * Where there is no such list, or the file ends in the value, the last record is one with a problem.
 */
export async function* readList(file: string, path: JsonPath): AsyncGenerator<RawRecord> {
  let line = 1;
  try {
    for await (const record of elementsAt(await contentOf(file), path)) {
      line = record.line;
      yield record;
    }
  } catch (error) {
    throw unreadable(file, `line ${line}`, error);
  }
}

/** The elements of the list at `path` in the JSON value that `chunks` hold, numbered from 1, as `readList` gives them. */
export async function* elementsAt(chunks: Chunks, path: JsonPath): AsyncGenerator<RawRecord> {
  const others: string[] = [];
  const leadsTo = (inner: JsonPath, isList: boolean): Interest => {
    if (isList && others.length < MOST_LISTS) others.push(writePath(inner));
    if (inner.some((part, index) => part !== path[index])) return "none";
    return inner.length === path.length ? "elements" : "inside";
  };
  const wanted = writePath(path);
  let hasList = false;
  let line = 1;
  let record = 0;
  for await (const found of walk(chunks, leadsTo)) {
    if (found.kind === "list") hasList = true;
    else if (found.kind === "element") {
      line = found.member.line;
      yield { ...found.member, record: ++record };
    } else {
      hasList = true;
      if (found.kind === "cut") line = found.line;
      const problem =
        found.kind === "cut"
          ? "the file ends inside the object: expected a whole JSON file"
          : `${wanted}: expected a list of records, found an object`;
      yield { line, record: ++record, text: null, problem };
    }
  }
  if (hasList) return;
  const lists = others.length > 0 ? `; lists there: ${others.join(", ")}` : "";
  yield { line, record: 1, text: null, problem: `${wanted}: expected a list of records, found nothing${lists}` };
}

/** A list that stands in a file's object. */
export interface ListInFile {
  readonly path: string;
  readonly count: number;
  /** Its first elements, as texts; of those that are long or no text, none. */
  readonly first: readonly string[];
}

/** The lists in the object that `chunks` hold, the first twenty; those inside of lists are not looked for. */
export async function listsIn(chunks: Chunks): Promise<ListInFile[]> {
  const lists = new Map<string, { count: number; readonly first: string[] }>();
  const interestIn = (path: JsonPath, isList: boolean): Interest => {
    if (typeof path.at(-1) === "number") return "none";
    if (isList) return lists.size < MOST_LISTS ? "elements" : "none";
    return path.length < DEEPEST ? "inside" : "none";
  };
  for await (const found of walk(chunks, interestIn)) {
    if (found.kind === "cut") continue;
    const path = writePath(found.path);
    const list = lists.get(path) ?? { count: 0, first: [] };
    lists.set(path, list);
    if (found.kind !== "element") continue;
    list.count += 1;
    const { text } = found.member;
    if (text !== null && text.length <= LONGEST_ELEMENT && list.first.length < MOST_ELEMENTS) list.first.push(text);
  }
  return [...lists].map(([path, list]) => ({ path, ...list }));
}

/** As `listsIn`, of a file. Throws CliError, naming it, if it cannot be read to its end. */
export async function listsInFile(file: string): Promise<ListInFile[]> {
  try {
    return await listsIn(await contentOf(file));
  } catch (error) {
    throw unreadable(file, "line 1", error);
  }
}
