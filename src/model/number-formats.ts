/**
 * The number formats in which checkpoints store weights, to and from float32. Narrowing rounds to the nearest, ties to
 * even, as torch does. IEEE 754 binary32 and binary16; bfloat16 is the upper half of a binary32.
 */

/** As safetensors names them. */
export const NUMBER_FORMATS = ["F32", "F16", "BF16"] as const;
export type NumberFormat = (typeof NUMBER_FORMATS)[number];

export const isNumberFormat = (name: string): name is NumberFormat => NUMBER_FORMATS.some((known) => known === name);

/** Bytes of one number. */
export const bytesIn = (format: NumberFormat): number => (format === "F32" ? 4 : 2);

/** The numbers in `bytes`, little endian. A view of `bytes` where they are float32 already. */
export function widen(bytes: ArrayBuffer, format: NumberFormat): Float32Array {
  if (format === "F32") return new Float32Array(bytes);
  const halves = new Uint16Array(bytes);
  const bits = new Uint32Array(halves.length);
  if (format === "BF16") for (let i = 0; i < bits.length; i++) bits[i] = halves[i]! << 16;
  else for (let i = 0; i < bits.length; i++) bits[i] = fromHalf(halves[i]!);
  return new Float32Array(bits.buffer);
}

/** `values` as bytes, little endian. What is too large for the format becomes infinite. */
export function narrow(values: Float32Array, format: NumberFormat): Uint8Array {
  if (format === "F32") return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
  const halves = new Uint16Array(values.length);
  const toHalf = format === "BF16" ? toBrainHalf : toBinaryHalf;
  for (let i = 0; i < halves.length; i++) halves[i] = toHalf(bits[i]!);
  return new Uint8Array(halves.buffer);
}

/** Bits of ½, whose neighbours are as far apart as binary16's smallest numbers. */
const HALF = 0x3f000000;
const scratch = new Float32Array(1);
const scratchBits = new Uint32Array(scratch.buffer);

function fromHalf(half: number): number {
  const sign = (half & 0x8000) << 16;
  const exponent = (half >> 10) & 0x1f;
  const fraction = half & 0x3ff;
  if (exponent === 0x1f) return sign | 0x7f800000 | (fraction << 13);
  if (exponent > 0) return sign | ((exponent + 112) << 23) | (fraction << 13);
  scratch[0] = fraction * 2 ** -24;
  return sign | scratchBits[0]!;
}

function toBinaryHalf(bits: number): number {
  const sign = (bits >>> 16) & 0x8000;
  const magnitude = bits & 0x7fffffff;
  if (magnitude > 0x7f800000) return sign | 0x7e00; // not a number
  if (magnitude >= 0x47800000) return sign | 0x7c00; // 65,536 and more
  if (magnitude >= 0x38800000) return sign | ((magnitude - 0x38000000 + 0xfff + ((magnitude >>> 13) & 1)) >>> 13);
  // Below 2⁻¹⁴: adding ½ rounds to a multiple of 2⁻²⁴, which the last bits then count.
  scratchBits[0] = magnitude;
  scratch[0] = scratch[0]! + 0.5;
  return sign | (scratchBits[0]! - HALF);
}

function toBrainHalf(bits: number): number {
  if ((bits & 0x7fffffff) > 0x7f800000) return (bits >>> 16) | 0x40; // not a number, and it must stay none
  return (bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16;
}
