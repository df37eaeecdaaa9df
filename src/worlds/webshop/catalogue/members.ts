/**
 * Reads an official file, plain or gzipped, member by member: the products of an array, the entries of an object. What
 * Python's json.load accepts is accepted (NaN and Infinity, which are read as null); everything else that is not JSON
 * ends in a CliError that names the file and the member.
 */
import { CliError, messageOf } from "../../../core/errors.ts";
import { contentOf, unreadable } from "../../../files/file.ts";
import { type JsonShape, jsonSplitter, type Member as Text } from "../../../files/splitter.ts";

/** No member is longer; the longest product of the official files has a few hundred kilobytes. */
const MAX_MEMBER_BYTES = 64 * 2 ** 20;

export interface Member {
  /** From 0. */
  readonly index: number;
  /** Of an entry of an object; "" in an array. */
  readonly key: string;
  /** The member as it stands in the file: a value, or `"key": value`. */
  readonly text: string;
  readonly value: unknown;
}

/** Throws CliError for a file that cannot be read, is damaged, or is not JSON of this shape. */
export async function* membersOf(path: string, shape: JsonShape): AsyncGenerator<Member> {
  const splitter = jsonSplitter(shape, MAX_MEMBER_BYTES);
  let index = 0;
  const read = (member: Text): Member => {
    try {
      if (member.text === null) throw new SyntaxError(member.problem);
      const { text } = member;
      return shape === "array" ? { index, key: "", text, value: parse(text) } : entry(text, index);
    } catch (error) {
      throw new CliError(`${path}: member ${index}: ${messageOf(error)}`, { cause: error });
    }
  };
  try {
    for await (const chunk of await contentOf(path)) {
      for (const text of splitter.push(chunk)) {
        yield read(text);
        index++;
      }
    }
  } catch (error) {
    throw unreadable(path, `member ${index}`, error);
  }
  for (const text of splitter.end()) read(text);
}

function entry(text: string, index: number): Member {
  const entries = entriesIn(text);
  if (entries.length !== 1) throw new SyntaxError("expected an entry");
  const [key, value] = entries[0]!;
  return { index, key, text, value };
}

/** The value of an entry by the entry's text. Throws SyntaxError if that is not JSON. */
export function valueOfEntry(text: string): unknown {
  return entriesIn(text)[0]?.[1];
}

function entriesIn(text: string): [key: string, value: unknown][] {
  return Object.entries(parse(`{${text}}`) as object);
}

/** As Python's json.loads: the numbers that JSON does not have are allowed, but not kept. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const strict = text.replace(/"(?:[^"\\]|\\.)*"|-?(?:NaN|Infinity)\b/g, (part) => (part[0] === '"' ? part : "null"));
    if (strict === text) throw error;
    return JSON.parse(strict);
  }
}
