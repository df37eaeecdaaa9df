/**
 * ASINs that are computed: neighbours in the catalogue have ASINs that look nothing alike, so that ties in a search are
 * broken as if by chance, and the row of an ASIN needs no table.
 */
import { random } from "../../../core/random.ts";

const DIGITS = 5;
const COUNT = 36 ** DIGITS;
const PREFIX_DIGITS = 4;

export interface Asins {
  /** `row` in [0, 36⁵). */
  asinOf(row: number): string;
  /** Inverse of `asinOf`; undefined for what is no ASIN of this seed. */
  rowOf(asin: string): number | undefined;
}

/** Other seeds have other ASINs. */
export function asinsOf(seed: number): Asins {
  const draw = random("generated asins", seed);
  const prefix = `G${inDigits(draw.integer(36 ** PREFIX_DIGITS), PREFIX_DIGITS)}`;
  // A multiple of 6, plus 1, has no divisor in common with a power of 36, so that it can be undone.
  const factor = 6 * draw.integer(COUNT / 6) + 1;
  const shift = draw.integer(COUNT);
  const inverse = inverseOf(factor);
  const pattern = new RegExp(`^${prefix}([0-9A-Z]{${DIGITS}})$`);
  return {
    asinOf: (row) => prefix + inDigits((row * factor + shift) % COUNT, DIGITS),
    rowOf(asin) {
      const digits = pattern.exec(asin)?.[1];
      return digits === undefined ? undefined : ((Number.parseInt(digits, 36) - shift + COUNT) * inverse) % COUNT;
    },
  };
}

function inDigits(number: number, digits: number): string {
  return number.toString(36).toUpperCase().padStart(digits, "0");
}

/** The number whose product with `factor` leaves 1 when divided by COUNT (extended Euclid). */
function inverseOf(factor: number): number {
  let [rest, next] = [COUNT, factor];
  let [share, nextShare] = [0, 1];
  while (next !== 0) {
    const times = Math.floor(rest / next);
    [rest, next] = [next, rest - times * next];
    [share, nextShare] = [nextShare, share - times * nextShare];
  }
  return (share + COUNT) % COUNT;
}
