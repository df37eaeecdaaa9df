/**
 * Tensors of a GGUF file as float32. The header is read by @huggingface/gguf; block formats are undone as llama.cpp
 * defines them (ggml-common.h: `block_q4_0`, `block_q4_1`, `block_q8_0`), each number rounded as float32 arithmetic does.
 */
import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { GGMLQuantizationType, gguf } from "@huggingface/gguf";
import { ModelError } from "./errors.ts";
import { widen } from "./number-formats.ts";

export interface GgufTensor {
  /** The slowest axis first, as safetensors has it. */
  readonly shape: readonly number[];
  read(): Float32Array;
}

export interface GgufFile {
  /** Numbers that are 64 bits wide are bigints. */
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly tensors: ReadonlyMap<string, GgufTensor>;
  close(): void;
}

/** Numbers in a block. */
const BLOCK = 32;

interface Encoding {
  /** For so many numbers. */
  readonly bytes: (count: number) => number;
  readonly decode: (bytes: ArrayBuffer, count: number) => Float32Array;
}

const ENCODINGS: Readonly<Record<number, Encoding>> = {
  [GGMLQuantizationType.F32]: { bytes: (count) => 4 * count, decode: (bytes) => widen(bytes, "F32") },
  [GGMLQuantizationType.F16]: { bytes: (count) => 2 * count, decode: (bytes) => widen(bytes, "F16") },
  [GGMLQuantizationType.BF16]: { bytes: (count) => 2 * count, decode: (bytes) => widen(bytes, "BF16") },
  // A scale; then two numbers in each byte: the low half's, and the high half's, which is 16 places behind. 8 is zero.
  [GGMLQuantizationType.Q4_0]: blocks(18, ({ bytes, at }, out, to) => {
    const scale = halfAt(bytes, at);
    for (let i = 0; i < BLOCK / 2; i++) {
      const both = bytes[at + 2 + i]!;
      out[to + i] = ((both & 15) - 8) * scale;
      out[to + i + BLOCK / 2] = ((both >> 4) - 8) * scale;
    }
  }),
  // A scale and what 0 stands for; then as before.
  [GGMLQuantizationType.Q4_1]: blocks(20, ({ bytes, at }, out, to) => {
    const scale = halfAt(bytes, at);
    const least = halfAt(bytes, at + 2);
    for (let i = 0; i < BLOCK / 2; i++) {
      const both = bytes[at + 4 + i]!;
      out[to + i] = Math.fround((both & 15) * scale) + least;
      out[to + i + BLOCK / 2] = Math.fround((both >> 4) * scale) + least;
    }
  }),
  // A scale; then a signed byte for each number.
  [GGMLQuantizationType.Q8_0]: blocks(34, ({ bytes, at }, out, to) => {
    const scale = halfAt(bytes, at);
    for (let i = 0; i < BLOCK; i++) out[to + i] = ((bytes[at + 2 + i]! << 24) >> 24) * scale;
  }),
};

/** Every half-precision number by its bits. */
const HALVES = widen(Uint16Array.from({ length: 2 ** 16 }, (_, bits) => bits).buffer, "F16");

function halfAt(bytes: Uint8Array, at: number): number {
  return HALVES[bytes[at]! | (bytes[at + 1]! << 8)]!;
}

/** Blocks of `size` bytes. `decode` writes the numbers of the one that begins at `at` to `out` from `to` on. */
function blocks(
  size: number,
  decode: (block: { bytes: Uint8Array; at: number }, out: Float32Array, to: number) => void,
): Encoding {
  return {
    bytes: (count) => (count / BLOCK) * size,
    decode(buffer, count) {
      const bytes = new Uint8Array(buffer);
      const out = new Float32Array(count);
      for (let i = 0; i < count / BLOCK; i++) decode({ bytes, at: i * size }, out, i * BLOCK);
      return out;
    },
  };
}

/** Opens the file at `path`. Throws ModelError for one that is damaged or in a format that is not read. Close it. */
export async function openGguf(path: string): Promise<GgufFile> {
  const header = await gguf(path, { allowLocalFile: true }).catch((error: Error) => {
    throw new ModelError(`${path}: expected a GGUF file: ${error.message}`);
  });
  const file = openSync(path, "r");
  const { size } = fstatSync(file);
  const read = (offset: number, count: number): ArrayBuffer => {
    // No memory is asked for before it is known that the file has so much.
    if (!(offset + count <= size))
      throw new ModelError(`${path}: expected ${offset + count} bytes or more, found ${size}`);
    const bytes = new ArrayBuffer(count);
    readSync(file, new Uint8Array(bytes), 0, count, offset);
    return bytes;
  };
  const start = Number(header.tensorDataOffset);
  const tensors = header.tensorInfos.map(({ name, shape: reversed, dtype, offset }): [string, GgufTensor] => {
    const shape = reversed.map(Number).reverse();
    const count = shape.reduce((a, b) => a * b, 1);
    const encoding = ENCODINGS[dtype];
    if (!encoding || (count % BLOCK !== 0 && !Number.isInteger(encoding.bytes(count)))) {
      const known = Object.keys(ENCODINGS).map((type) => GGMLQuantizationType[Number(type)]);
      const found = GGMLQuantizationType[dtype] ?? dtype;
      closeSync(file);
      throw new ModelError(`${path}: expected ${name} to be one of ${known.join(", ")}, got ${found}`);
    }
    return [name, { shape, read: () => encoding.decode(read(start + Number(offset), encoding.bytes(count)), count) }];
  });
  return {
    metadata: header.metadata as object as Record<string, unknown>,
    tensors: new Map(tensors),
    close: () => closeSync(file),
  };
}
