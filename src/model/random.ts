/**
 * Seeded random numbers for initialisation, the order of examples and sampling. This folder imports nothing, so it
 * brings its own: sfc32 (Chris Doty-Humphrey, PractRand, public domain), seeded by 32-bit numbers.
 */

export interface RandomStream {
  /** Uniform in [0, 1), 32 bits of it. */
  next(): number;
  /** Standard normal deviate. */
  normal(): number;
  /** 0 … count − 1 in random order. */
  permutation(count: number): number[];
}

/** The stream that follows from `seeds` (each taken modulo 2³²), at most three. */
export function randomStream(...seeds: readonly number[]): RandomStream {
  let a = (seeds[0] ?? 0) | 0;
  let b = (seeds[1] ?? 0) | 0;
  let c = (seeds[2] ?? 0) | 0;
  let counter = 1;
  const bits = (): number => {
    const sum = (a + b + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + sum;
    return sum >>> 0;
  };
  // Neighbouring seeds need some rounds until their streams have nothing in common.
  for (let i = 0; i < 15; i++) bits();
  const next = () => bits() / 2 ** 32;
  return {
    next,
    normal: () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next()),
    permutation(count) {
      const order = Array.from({ length: count }, (_, i) => i);
      for (let i = count - 1; i > 0; i--) {
        const j = Math.floor(next() * (i + 1));
        [order[i], order[j]] = [order[j]!, order[i]!];
      }
      return order;
    },
  };
}
