/**
 * BM25 to the bit as Lucene 8.11 computes it (k1 = 0.9, b = 0.4): every operation in single precision, the length of a
 * document rounded to one byte, no factor k1 + 1. A document's score is the sum of its terms' scores in double
 * precision, rounded to single at the end.
 */
const { fround, log } = Math;

const K1 = fround(0.9);
const B = fround(0.4);

/** Lengths below this are kept exactly; above, four bits of each are. */
const EXACT_LENGTHS = 24;

/** The byte that stands for a length in terms (Lucene's SmallFloat.intToByte4): exact up to 39. */
export function lengthByte(length: number): number {
  if (length < EXACT_LENGTHS) return length;
  const rest = length - EXACT_LENGTHS;
  if (rest < 8) return length;
  const shift = 32 - Math.clz32(rest) - 4;
  return EXACT_LENGTHS + (((rest >>> shift) & 7) | ((shift + 1) << 3));
}

/** The length that a byte stands for. */
export function lengthOf(byte: number): number {
  const rest = byte - EXACT_LENGTHS;
  if (rest < 8) return byte;
  return EXACT_LENGTHS + ((rest & 7) | 8) * 2 ** ((rest >>> 3) - 1);
}

/** For each length byte the factor of a term's frequency; the average of lengths comes as a float32. */
export function lengthFactors(averageLength: number): Float32Array {
  return Float32Array.from({ length: 256 }, (_, byte) => {
    const relative = fround(fround(B * fround(lengthOf(byte))) / averageLength);
    return 1 / fround(K1 * fround(fround(1 - B) + relative));
  });
}

/** What a term weighs that the query has `repeats` times and `holders` of `documents` hold. */
export function weightOf(repeats: number, holders: number, documents: number): number {
  return fround(fround(repeats) * fround(log(1 + (documents - holders + 0.5) / (holders + 0.5))));
}

/** The score of one term in one document; `occurrence` = its frequency there times the factor of the length, a float32. */
export function scoreOf(weight: number, occurrence: number): number {
  return fround(weight - fround(weight / fround(1 + occurrence)));
}
