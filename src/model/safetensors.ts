/**
 * The safetensors file format: eight bytes of header length, a JSON header, then the numbers.
 * https://huggingface.co/docs/safetensors (format). Writes float32; reads
 * float32, float16 and bfloat16, all at once or tensor by tensor.
 */
import { closeSync, existsSync, fstatSync, openSync, readSync } from "node:fs";
import { ModelError } from "./errors.ts";
import { bytesIn, isNumberFormat, NUMBER_FORMATS, type NumberFormat, widen } from "./number-formats.ts";

export interface StoredTensor {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** Where a tensor stands and what it is made of. */
export interface HeaderEntry {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly data_offsets: readonly [begin: number, end: number];
}

const LENGTH_BYTES = 8;
const ALIGNMENT = 8;
/** As the format's own library has it. */
export const MAX_HEADER_BYTES = 100_000_000;

/** The bytes of a file with these tensors, in their order: equal tensors give equal bytes. */
export function encodeSafetensors(tensors: ReadonlyMap<string, StoredTensor>): Buffer {
  const numbers = [...tensors.values()].map(({ data }) => Buffer.from(data.buffer, data.byteOffset, data.byteLength));
  return Buffer.concat([safetensorsHead(tensors), ...numbers]);
}

/** What comes before the numbers in a file of float32 tensors of these shapes, in their order. */
export function safetensorsHead(tensors: ReadonlyMap<string, Pick<StoredTensor, "shape">>): Buffer {
  const header: Record<string, HeaderEntry | Record<string, string>> = { __metadata__: { format: "pt" } };
  let offset = 0;
  for (const [name, { shape }] of tensors) {
    const end = offset + Float32Array.BYTES_PER_ELEMENT * shape.reduce((a, b) => a * b, 1);
    header[name] = { dtype: "F32", shape, data_offsets: [offset, end] };
    offset = end;
  }
  const json = Buffer.from(JSON.stringify(header));
  const padding = Buffer.alloc((ALIGNMENT - (json.length % ALIGNMENT)) % ALIGNMENT, " ");
  const length = Buffer.alloc(LENGTH_BYTES);
  length.writeBigUInt64LE(BigInt(json.length + padding.length));
  return Buffer.concat([length, json, padding]);
}

/** An open file. Knows of the numbers only where they are. */
export interface SafetensorsFile {
  /** What comes before the numbers. A file of the same tensors with other values begins with the same bytes. */
  readonly head: Uint8Array;
  /** In the order of the header. */
  readonly entries: ReadonlyMap<string, HeaderEntry>;
  /** The bytes of one tensor, in a buffer of its own. Throws ModelError if the file ends before. */
  read(entry: HeaderEntry): ArrayBuffer;
  close(): void;
}

/** Throws ModelError for a file that is missing or damaged. Close it. */
export function openSafetensors(path: string): SafetensorsFile {
  if (!existsSync(path)) throw new ModelError(`${path}: no such file, expected the weights`);
  const file = openSync(path, "r");
  const { size } = fstatSync(file);
  const read = (position: number, count: number): ArrayBuffer => {
    // No memory is asked for before it is known that the file has so much.
    if (position + count > size) {
      throw new ModelError(`${path}: expected ${position + count} bytes or more, found ${size}: the file is shorter`);
    }
    // A buffer of its own: small Buffers share a pool, whose memory must not be viewed as numbers.
    const bytes = new ArrayBuffer(count);
    readSync(file, new Uint8Array(bytes), 0, count, position);
    return bytes;
  };
  try {
    const headerLength = Number(Buffer.from(read(0, LENGTH_BYTES)).readBigUInt64LE());
    if (headerLength > MAX_HEADER_BYTES) {
      throw new ModelError(`${path}: expected a header of at most ${MAX_HEADER_BYTES} bytes, found ${headerLength}`);
    }
    const start = LENGTH_BYTES + headerLength;
    const head = new Uint8Array(read(0, start));
    const json = Buffer.from(head.subarray(LENGTH_BYTES)).toString("utf8");
    const header = JSON.parse(json) as Record<string, HeaderEntry> | null;
    if (typeof header !== "object" || header === null || Array.isArray(header)) {
      throw new ModelError(`${path}: expected a safetensors file: its header is no JSON object`);
    }
    const { __metadata__, ...entries } = header;
    for (const [name, entry] of Object.entries(entries)) checkEntry(path, name, entry);
    return {
      head,
      entries: new Map(Object.entries(entries)),
      read: ({ data_offsets: [begin, end] }) => read(start + begin, end - begin),
      close: () => closeSync(file),
    };
  } catch (error) {
    closeSync(file);
    if (error instanceof ModelError) throw error;
    throw new ModelError(`${path}: expected a safetensors file: ${(error as Error).message}`);
  }
}

const isSize = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;
const isSizes = (value: unknown): value is readonly number[] => Array.isArray(value) && value.every(isSize);

/** Throws ModelError for what says nothing, or less than its own shape needs. */
function checkEntry(path: string, name: string, entry: Partial<HeaderEntry> | null): void {
  const { dtype, shape, data_offsets: place } = entry ?? {};
  const range = isSizes(place) && place.length === 2 && place[0]! <= place[1]! ? place : undefined;
  if (typeof dtype !== "string" || !isSizes(shape) || !range) {
    throw new ModelError(
      `${path}: expected a safetensors file: ${name.slice(0, 80)} needs a dtype, a shape and two data_offsets in order`,
    );
  }
  if (!isNumberFormat(dtype)) return;
  const bytes = shape.reduce((a, b) => a * b, bytesIn(dtype));
  const found = range[1]! - range[0]!;
  if (found !== bytes)
    throw new ModelError(
      `${path}: expected ${bytes} bytes of ${name.slice(0, 80)} (${dtype} [${shape}]), found ${found}`,
    );
}

/** Every tensor of a file. Throws ModelError for a damaged file or another number format. */
export function readSafetensors(path: string): Map<string, StoredTensor> {
  const file = openSafetensors(path);
  try {
    const tensors = new Map<string, StoredTensor>();
    for (const [name, entry] of file.entries) {
      tensors.set(name, { shape: entry.shape, data: widen(file.read(entry), formatOf(path, name, entry)) });
    }
    return tensors;
  } catch (error) {
    if (error instanceof ModelError) throw error;
    throw new ModelError(`${path}: expected a safetensors file: ${(error as Error).message}`);
  } finally {
    file.close();
  }
}

/** In which numbers a tensor of the file at `path` is stored. Throws ModelError for others than those known here. */
export function formatOf(path: string, name: string, { dtype }: HeaderEntry): NumberFormat {
  if (!isNumberFormat(dtype)) {
    throw new ModelError(`${path}: expected ${name} to be one of ${NUMBER_FORMATS.join(", ")}, got ${dtype}`);
  }
  return dtype;
}
