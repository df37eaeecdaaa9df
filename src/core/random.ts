/**
 * The one source of randomness. A generator is made from a seed and split by name: `random(1, "explore", taskId)`.
 * Nothing in the project calls Math.random, so every run can be repeated to the byte.
 *
 * sfc32 (Chris Doty-Humphrey, PractRand, public domain), seeded by FNV-1a over the names.
 */

/** A stream of random numbers: each call draws the next. Source: sfc32 (Chris Doty-Humphrey, PractRand). */
export interface Random {
  /** Uniform in [0, 1), 32 bits of it. */
  next(): number;
  /** Uniform integer in [0, below); `below` ≥ 1, else RangeError. */
  integer(below: number): number;
  /** Fills `into` with what as many calls of `integer(below)` would give, in a fraction of their time. */
  integers(below: number, into: Uint32Array): void;
  /** One of `items`. Throws RangeError if there are none. */
  pick<T>(items: readonly T[]): T;
  /** A new array with `items` in random order. */
  shuffle<T>(items: readonly T[]): T[];
  /** Standard normal deviate: mean 0, variance 1. */
  normal(): number;
}

/**
 * An integer of 32 bits, ≥ 0, that depends on every part (FNV-1a). Parts are separated, so ("a", "bc") and ("ab", "c") differ.
 */
export function seedFrom(...parts: readonly (string | number)[]): number {
  let hash = 0x811c9dc5;
  for (const part of parts) {
    const text = `${part}\u0000`;
    for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  }
  return hash >>> 0;
}

/** A generator whose stream follows from `parts` alone. */
export function random(...parts: readonly (string | number)[]): Random {
  let a = seedFrom("a", ...parts);
  let b = seedFrom("b", ...parts);
  let c = seedFrom("c", ...parts);
  let counter = 1;
  const bits = (): number => {
    const sum = (a + b + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + sum;
    return sum >>> 0;
  };
  for (let i = 0; i < 12; i++) bits();
  const next = () => bits() / 2 ** 32;
  const expectSome = (below: number) => {
    if (!(below >= 1)) throw new RangeError(`expected an integer ≥ 1, got ${below}`);
  };
  const integer = (below: number) => {
    expectSome(below);
    return Math.floor(next() * below);
  };
  return {
    next,
    integer,
    integers(below, into) {
      expectSome(below);
      // As `bits`, on variables that the processor keeps in registers.
      let [la, lb, lc, count] = [a | 0, b | 0, c | 0, counter];
      for (let i = 0; i < into.length; i++) {
        const sum = (la + lb + count) | 0;
        count = (count + 1) | 0;
        la = lb ^ (lb >>> 9);
        lb = (lc + (lc << 3)) | 0;
        lc = (((lc << 21) | (lc >>> 11)) + sum) | 0;
        into[i] = ((sum >>> 0) / 2 ** 32) * below;
      }
      [a, b, c, counter] = [la, lb, lc, count];
    },
    pick: (items) => items[integer(items.length)]!,
    shuffle(items) {
      const shuffled = [...items];
      for (let i = shuffled.length - 1; i > 0; i--) {
        const j = integer(i + 1);
        [shuffled[i], shuffled[j]] = [shuffled[j]!, shuffled[i]!];
      }
      return shuffled;
    },
    normal: () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next()),
  };
}
