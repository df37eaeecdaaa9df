/**
 * Reads an official file, plain or gzipped, member by member: the products of an array, the entries of an object. What
 * Python's json.load accepts is accepted (NaN and Infinity, which are read as null); everything else that is not JSON
 * ends in a CliError that names the file and the member.
 */
import { createReadStream } from "node:fs";
import { pipeline, type Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import { CliError, messageOf } from "../../../core/errors.ts";
import { type JsonShape, jsonSplitter } from "./json-splitter.ts";

const CHUNK_BYTES = 2 ** 20;

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
  const splitter = jsonSplitter(shape);
  let index = 0;
  try {
    for await (const chunk of bytesOf(path)) {
      for (const text of splitter.push(chunk)) {
        yield shape === "array" ? { index, key: "", text, value: parse(text) } : entry(text, index);
        index++;
      }
    }
    splitter.end();
  } catch (error) {
    // What the consumer of this generator throws does not come by here.
    throw new CliError(`${path}: member ${index}: ${messageOf(error)}`, { cause: error });
  }
}

async function* bytesOf(path: string): AsyncGenerator<Buffer> {
  const source = createReadStream(path, { highWaterMark: CHUNK_BYTES });
  if (!path.endsWith(".gz")) {
    yield* source;
    return;
  }
  const unpacked: Readable = pipeline(source, createGunzip({ chunkSize: CHUNK_BYTES }), () => {});
  try {
    yield* unpacked;
  } catch (error) {
    throw new Error(`damaged gzip (${messageOf(error)}), download the file again`, { cause: error });
  }
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
