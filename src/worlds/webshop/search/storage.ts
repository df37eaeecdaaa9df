/**
 * Postings in one file: a mark, a header in JSON, then the typed arrays as they lie in memory. A file gets its name when
 * all of it is on the disk, so that a killed process leaves no half of one. Reading checks the size, a checksum of every
 * byte, and that the postings are of this catalogue.
 */
import { createHash } from "node:crypto";
import {
  closeSync,
  existsSync,
  fstatSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readSync,
  renameSync,
  rmSync,
  writeSync,
} from "node:fs";
import { endianness } from "node:os";
import { dirname, resolve } from "node:path";
import { crc32 } from "node:zlib";
import { CliError, messageOf } from "../../../core/errors.ts";
import type { Catalogue } from "../types.ts";
import { contentsOf } from "./contents.ts";
import type { Postings } from "./postings.ts";

const MARK = Buffer.from("gleaner\n");
/** Mark, then two little-endian uint32: bytes of the header, its CRC-32. */
const PREFIX_BYTES = MARK.length + 8;
/** To be raised whenever a text would give other terms, or the arrays mean something else. */
const VERSION = 1;

/** Bytes that are read or written by one call; the system takes 2 GB at most. */
const CHUNK_BYTES = 2 ** 28;

/** Products that a fingerprint looks at. */
const SAMPLES = 500;

interface Arrays extends Omit<Postings, "dictionary" | "crowded" | "holding"> {
  readonly termUnits: Uint16Array;
  readonly termStarts: Uint32Array;
  readonly termSlots: Uint32Array;
  readonly crowdedPostings: Uint32Array;
  readonly crowdedFrequencies: Uint32Array;
}

/** The arrays in the order in which they are saved. */
const LAYOUT = {
  termUnits: Uint16Array,
  termStarts: Uint32Array,
  termSlots: Uint32Array,
  rows: Uint32Array,
  lengths: Uint8Array,
  starts: Uint32Array,
  documents: Uint32Array,
  frequencies: Uint8Array,
  crowdedPostings: Uint32Array,
  crowdedFrequencies: Uint32Array,
  factors: Float32Array,
  peaks: Float32Array,
} satisfies Record<keyof Arrays, unknown>;
type Name = keyof typeof LAYOUT;
const NAMES = Object.keys(LAYOUT) as Name[];

interface Header {
  readonly version: number;
  readonly endianness: string;
  readonly fingerprint: string;
  readonly holding: number;
  readonly arrays: { readonly [N in Name]: { readonly length: number; readonly checksum: number } };
}

/** A catalogue that may know its own fingerprint: one that changes whenever any product does. */
export type FingerprintedCatalogue = Catalogue & { readonly fingerprint?: string };

/** Tells catalogues apart: by size, by texts of products spread evenly over them, by what they know of themselves. */
export function fingerprintOf(catalogue: FingerprintedCatalogue): string {
  const hash = createHash("sha256").update(JSON.stringify([catalogue.size, catalogue.fingerprint]));
  const samples = Math.min(SAMPLES, catalogue.size);
  for (let sample = 0; sample < samples; sample++) {
    const product = catalogue.product(Math.floor((sample * catalogue.size) / samples));
    hash.update(JSON.stringify([product.asin, contentsOf(product)]));
  }
  return hash.digest("hex");
}

/** Writes `file`, in place of the one there may be. Throws CliError if that fails. */
export function savePostings(file: string, postings: Postings, fingerprint: string): void {
  const arrays = arraysOf(postings);
  const header: Header = {
    version: VERSION,
    endianness: endianness(),
    fingerprint,
    holding: postings.holding,
    arrays: byName((name) => ({ length: arrays[name].length, checksum: checksumOf(arrays[name]) })),
  };
  const text = Buffer.from(JSON.stringify(header));
  const prefix = Buffer.alloc(PREFIX_BYTES);
  MARK.copy(prefix);
  prefix.writeUInt32LE(text.length, MARK.length);
  prefix.writeUInt32LE(crc32(text), MARK.length + 4);
  // Two processes may be at it at once: each has its own, and the last one to finish wins.
  const unfinished = `${file}.${process.pid}.unfinished`;
  try {
    mkdirSync(dirname(resolve(file)), { recursive: true });
    withFile(unfinished, "w", (handle) => {
      for (const bytes of [prefix, text, ...NAMES.map((name) => arrays[name])]) write(handle, bytes);
      fsyncSync(handle);
    });
    renameSync(unfinished, file);
    withFile(dirname(resolve(file)), "r", fsyncSync);
  } catch (error) {
    if (existsSync(unfinished)) rmSync(unfinished);
    throw new CliError(`${file}: could not write the search index: ${messageOf(error)}`);
  }
}

/** Reads what `savePostings` wrote. Throws CliError if the file is missing, damaged, or of another catalogue or version. */
export function loadPostings(file: string, fingerprint: string): Postings {
  try {
    return withFile(file, "r", (handle) => {
      const { arrays, holding } = readHeader(handle, fingerprint);
      const readArray = (name: Name) => {
        const { length, checksum } = arrays[name];
        const array = new LAYOUT[name](length);
        read(handle, array);
        if (checksumOf(array) !== checksum) throw new CliError("its contents are damaged (checksum)");
        return array;
      };
      return postingsOf(byName(readArray) as Arrays, holding);
    });
  } catch (error) {
    const found = messageOf(error);
    throw new CliError(
      `${file}: expected a search index of this catalogue, but ${found}; delete it to build a new one`,
    );
  }
}

function readHeader(handle: number, fingerprint: string): Header {
  const prefix = Buffer.alloc(PREFIX_BYTES);
  read(handle, prefix);
  if (!prefix.subarray(0, MARK.length).equals(MARK)) throw new CliError("it is no search index");
  const size = fstatSync(handle).size;
  const headerBytes = prefix.readUInt32LE(MARK.length);
  if (PREFIX_BYTES + headerBytes > size) throw new CliError("it ends early");
  const text = Buffer.alloc(headerBytes);
  read(handle, text);
  if (crc32(text) !== prefix.readUInt32LE(MARK.length + 4)) throw new CliError("its header is damaged (checksum)");
  const header = JSON.parse(text.toString()) as Header;
  if (header.version !== VERSION) throw new CliError(`it has version ${header.version}, not ${VERSION}`);
  if (header.endianness !== endianness()) throw new CliError(`it was written on a ${header.endianness} machine`);
  if (header.fingerprint !== fingerprint) throw new CliError("it belongs to another catalogue");
  const bytes = NAMES.reduce((sum, name) => sum + header.arrays[name].length * LAYOUT[name].BYTES_PER_ELEMENT, 0);
  const expected = PREFIX_BYTES + headerBytes + bytes;
  if (size !== expected) throw new CliError(`it has ${size} bytes instead of ${expected}`);
  return header;
}

function arraysOf({ dictionary, crowded, holding, ...arrays }: Postings): Arrays {
  return {
    termUnits: dictionary.units,
    termStarts: dictionary.starts,
    termSlots: dictionary.slots,
    crowdedPostings: Uint32Array.from(crowded.keys()),
    crowdedFrequencies: Uint32Array.from(crowded.values()),
    ...arrays,
  };
}

function postingsOf(arrays: Arrays, holding: number): Postings {
  const { termUnits, termStarts, termSlots, crowdedPostings, crowdedFrequencies, ...rest } = arrays;
  const dictionary = { units: termUnits, starts: termStarts, slots: termSlots };
  const crowded = new Map(Array.from(crowdedPostings, (posting, i) => [posting, crowdedFrequencies[i]!]));
  return { dictionary, crowded, holding, ...rest };
}

/** An object with one value for each array, in the order of the file. */
function byName<T>(make: (name: Name) => T): { [N in Name]: T } {
  return Object.fromEntries(NAMES.map((name) => [name, make(name)])) as { [N in Name]: T };
}

function withFile<T>(file: string, flags: string, use: (handle: number) => T): T {
  const handle = openSync(file, flags);
  try {
    return use(handle);
  } finally {
    closeSync(handle);
  }
}

/** The bytes of `array` in pieces that one call can take. */
function* chunksOf({ buffer, byteOffset, byteLength }: NodeJS.TypedArray): Generator<Buffer> {
  for (let at = 0; at < byteLength; at += CHUNK_BYTES) {
    yield Buffer.from(buffer, byteOffset + at, Math.min(CHUNK_BYTES, byteLength - at));
  }
}

function checksumOf(array: NodeJS.TypedArray): number {
  let checksum = 0;
  for (const chunk of chunksOf(array)) checksum = crc32(chunk, checksum);
  return checksum;
}

function write(handle: number, array: NodeJS.TypedArray): void {
  for (const chunk of chunksOf(array)) {
    for (let at = 0; at < chunk.length; ) at += writeSync(handle, chunk, at);
  }
}

function read(handle: number, array: NodeJS.TypedArray): void {
  for (const chunk of chunksOf(array)) {
    for (let at = 0; at < chunk.length; ) {
      const bytes = readSync(handle, chunk, at, chunk.length - at, null);
      if (bytes === 0) throw new CliError("it ends early");
      at += bytes;
    }
  }
}
