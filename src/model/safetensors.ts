/**
 * The safetensors file format: eight bytes of header length, a JSON header, then the numbers.
 * https://huggingface.co/docs/safetensors (format). Writes float32; reads float32 and bfloat16.
 */
import { closeSync, openSync, readSync } from "node:fs";
import { ModelError } from "./errors.ts";

export interface StoredTensor {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

interface HeaderEntry {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly data_offsets: readonly [begin: number, end: number];
}

const LENGTH_BYTES = 8;
const ALIGNMENT = 8;

/** The bytes of a file with these tensors, in their order: equal tensors give equal bytes. */
export function encodeSafetensors(tensors: ReadonlyMap<string, StoredTensor>): Buffer {
  const header: Record<string, HeaderEntry | Record<string, string>> = { __metadata__: { format: "pt" } };
  let offset = 0;
  for (const [name, { shape, data }] of tensors) {
    header[name] = { dtype: "F32", shape, data_offsets: [offset, offset + data.byteLength] };
    offset += data.byteLength;
  }
  const json = Buffer.from(JSON.stringify(header));
  const padding = Buffer.alloc((ALIGNMENT - (json.length % ALIGNMENT)) % ALIGNMENT, " ");
  const length = Buffer.alloc(LENGTH_BYTES);
  length.writeBigUInt64LE(BigInt(json.length + padding.length));
  const numbers = [...tensors.values()].map(({ data }) => Buffer.from(data.buffer, data.byteOffset, data.byteLength));
  return Buffer.concat([length, json, padding, ...numbers]);
}

function toFloat32(bytes: ArrayBuffer, dtype: string): Float32Array | undefined {
  if (dtype === "F32") return new Float32Array(bytes);
  // A bfloat16 is the upper half of a float32.
  if (dtype === "BF16") return new Float32Array(Uint32Array.from(new Uint16Array(bytes), (half) => half << 16).buffer);
  return undefined;
}

/** Every tensor of a file. Throws ModelError for a damaged file or another number format. */
export function readSafetensors(path: string): Map<string, StoredTensor> {
  const file = openSync(path, "r");
  const read = (position: number, count: number): ArrayBuffer => {
    // A buffer of its own: small Buffers share a pool, whose memory must not be viewed as numbers.
    const bytes = new ArrayBuffer(count);
    if (readSync(file, new Uint8Array(bytes), 0, count, position) < count) {
      throw new ModelError(`${path}: expected ${position + count} bytes or more, the file is shorter`);
    }
    return bytes;
  };
  try {
    const headerLength = Number(Buffer.from(read(0, LENGTH_BYTES)).readBigUInt64LE());
    const json = Buffer.from(read(LENGTH_BYTES, headerLength)).toString("utf8");
    const header = JSON.parse(json) as Record<string, HeaderEntry>;
    const tensors = new Map<string, StoredTensor>();
    for (const [name, entry] of Object.entries(header)) {
      if (name === "__metadata__") continue;
      const [begin, end] = entry.data_offsets;
      const data = toFloat32(read(LENGTH_BYTES + headerLength + begin, end - begin), entry.dtype);
      if (!data) throw new ModelError(`${path}: expected ${name} to be F32 or BF16, got ${entry.dtype}`);
      tensors.set(name, { shape: entry.shape, data });
    }
    return tensors;
  } catch (error) {
    if (error instanceof ModelError) throw error;
    throw new ModelError(`${path}: expected a safetensors file: ${(error as Error).message}`);
  } finally {
    closeSync(file);
  }
}
