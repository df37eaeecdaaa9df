/**
 * CPython's `random.Random`, draw for draw: WebShop's prices, goals and random sessions follow from it. It is here only to
 * repeat the original's draws; everything of our own draws from core/random.ts.
 *
 * Generator: MT19937 (Matsumoto and Nishimura 1998, the reference seeding by array). Distributions: CPython 3.8 to 3.11,
 * Lib/random.py and Modules/_randommodule.c.
 */

const WORDS = 624;
const MIDDLE = 397;
const TWO_32 = 2 ** 32;

/** A generator's whole state as plain JSON. */
export interface PythonRandomState {
  /** 624 words of 32 bits. */
  readonly words: readonly number[];
  /** The next word to use, 0 to 624. */
  readonly position: number;
}

/** Anything that can be shuffled in place: an array or a typed array. */
export interface Shuffleable<T> {
  readonly length: number;
  [index: number]: T;
}

export interface PythonRandom {
  /** Starts again. Any non-negative integer; throws RangeError otherwise. */
  seed(seed: number | bigint): void;
  /** Uniform in [0, 1), 53 bits. */
  random(): number;
  /** Between `a` and `b`, which may be in either order. */
  uniform(a: number, b: number): number;
  /** `bits` random bits as an integer; 0 ≤ bits ≤ 53, else RangeError. */
  getrandbits(bits: number): number;
  /** Uniform integer in [0, below); 1 ≤ below ≤ 2^53 - 1, else RangeError. */
  randbelow(below: number): number;
  /** In place. */
  shuffle<T>(list: Shuffleable<T>): void;
  /** `count` different members in random order; throws RangeError if there are fewer. */
  sample<T>(list: readonly T[], count: number): T[];
  /** `count` members, repeats allowed; `list` must not be empty. */
  choices<T>(list: readonly T[], count: number): T[];
  state(): PythonRandomState;
  /** Goes back to a state. Throws RangeError if it is not one. */
  restore(state: PythonRandomState): void;
}

/** The generator that `random.Random(seed)` is. */
export function pythonRandom(seed: number | bigint): PythonRandom {
  const words = new Uint32Array(WORDS);
  let position = WORDS;

  const word = (): number => {
    if (position >= WORDS) {
      twist(words);
      position = 0;
    }
    return temper(words[position++]!);
  };
  const random = () => ((word() >>> 5) * 2 ** 26 + (word() >>> 6)) / 2 ** 53;
  const getrandbits = (bits: number): number => {
    if (!Number.isInteger(bits) || bits < 0 || bits > 53) throw new RangeError(`expected 0 to 53 bits, got ${bits}`);
    if (bits === 0) return 0;
    if (bits <= 32) return word() >>> (32 - bits);
    const low = word();
    return (word() >>> (64 - bits)) * TWO_32 + low;
  };
  const randbelow = (below: number): number => {
    if (!Number.isSafeInteger(below) || below < 1) throw new RangeError(`expected an integer ≥ 1, got ${below}`);
    const bits = bitLength(below);
    let drawn = getrandbits(bits);
    while (drawn >= below) drawn = getrandbits(bits);
    return drawn;
  };

  const generator: PythonRandom = {
    seed(value) {
      seedByArray(words, keyOf(value));
      position = WORDS;
    },
    random,
    uniform: (a, b) => a + (b - a) * random(),
    getrandbits,
    randbelow,
    shuffle(list) {
      for (let i = list.length - 1; i > 0; i--) {
        const j = randbelow(i + 1);
        const moved = list[i]!;
        list[i] = list[j]!;
        list[j] = moved;
      }
    },
    sample(list, count) {
      if (!Number.isInteger(count) || count < 0 || count > list.length) {
        throw new RangeError(`expected a sample of 0 to ${list.length}, got ${count}`);
      }
      return (keepsPool(list.length, count) ? samplePool : sampleSet)(list, count, randbelow);
    },
    choices(list, count) {
      if (list.length === 0) throw new RangeError("expected a list that is not empty");
      return Array.from({ length: count }, () => list[Math.floor(random() * list.length)]!);
    },
    state: () => ({ words: [...words], position }),
    restore(state) {
      const isState =
        state.words.length === WORDS &&
        state.words.every((value) => Number.isInteger(value) && value >= 0 && value < TWO_32) &&
        Number.isInteger(state.position) &&
        state.position >= 0 &&
        state.position <= WORDS;
      if (!isState) throw new RangeError(`expected ${WORDS} words of 32 bits and a position in them`);
      words.set(state.words);
      position = state.position;
    },
  };
  generator.seed(seed);
  return generator;
}

/** The next 624 words. */
function twist(words: Uint32Array): void {
  for (let i = 0; i < WORDS; i++) {
    const mixed = (words[i]! & 0x80000000) | (words[(i + 1) % WORDS]! & 0x7fffffff);
    words[i] = words[(i + MIDDLE) % WORDS]! ^ (mixed >>> 1) ^ (mixed & 1 ? 0x9908b0df : 0);
  }
}

function temper(word: number): number {
  let mixed = word ^ (word >>> 11);
  mixed ^= (mixed << 7) & 0x9d2c5680;
  mixed ^= (mixed << 15) & 0xefc60000;
  return (mixed ^ (mixed >>> 18)) >>> 0;
}

/** A seed as words of 32 bits, the low one first. */
function keyOf(seed: number | bigint): readonly number[] {
  const isSeed = typeof seed === "bigint" ? seed >= 0n : Number.isSafeInteger(seed) && seed >= 0;
  if (!isSeed) throw new RangeError(`expected a non-negative integer as seed, got ${seed}`);
  const key: number[] = [];
  for (let rest = BigInt(seed); rest > 0n; rest >>= 32n) key.push(Number(rest & 0xffffffffn));
  return key.length > 0 ? key : [0];
}

function seedByArray(words: Uint32Array, key: readonly number[]): void {
  words[0] = 19650218;
  for (let i = 1; i < WORDS; i++) words[i] = Math.imul(1812433253, carry(words, i)) + i;
  let i = 1;
  const advance = () => {
    if (++i < WORDS) return;
    words[0] = words[WORDS - 1]!;
    i = 1;
  };
  for (let step = 0; step < Math.max(WORDS, key.length); step++) {
    const j = step % key.length;
    words[i] = (words[i]! ^ Math.imul(carry(words, i), 1664525)) + key[j]! + j;
    advance();
  }
  for (let step = 1; step < WORDS; step++) {
    words[i] = (words[i]! ^ Math.imul(carry(words, i), 1566083941)) - i;
    advance();
  }
  words[0] = 0x80000000;
}

/** What seeding takes over from the word before `i`. */
function carry(words: Uint32Array, i: number): number {
  const before = words[i - 1]!;
  return before ^ (before >>> 30);
}

function bitLength(value: number): number {
  const high = Math.floor(value / TWO_32);
  return high > 0 ? 64 - Math.clz32(high) : 32 - Math.clz32(value);
}

/** CPython copies a list to sample from it unless a set of what was drawn is smaller. */
function keepsPool(size: number, count: number): boolean {
  const setSize = 21 + (count > 5 ? 4 ** Math.ceil(Math.log(count * 3) / Math.log(4)) : 0);
  return size <= setSize;
}

function samplePool<T>(list: readonly T[], count: number, randbelow: (below: number) => number): T[] {
  const pool = [...list];
  return Array.from({ length: count }, (_, i) => {
    const j = randbelow(pool.length - i);
    const drawn = pool[j]!;
    pool[j] = pool[pool.length - i - 1]!;
    return drawn;
  });
}

function sampleSet<T>(list: readonly T[], count: number, randbelow: (below: number) => number): T[] {
  const drawn = new Set<number>();
  while (drawn.size < count) drawn.add(randbelow(list.length));
  return Array.from(drawn, (index) => list[index]!);
}
