/**
 * Rotary positions (Su et al. 2021): pairs of numbers of queries and keys turn with their place, each pair at its own pace. Many
 * models are stretched beyond the length that was trained first; the kinds that are known here are those of `Scaling`.
 */

/** How positions turn queries and keys. */
export interface Rope {
  /** The slowest pair turns about once in 2π times this many places. */
  readonly theta: number;
  /** How positions are stretched; null: not at all. */
  readonly scaling: Scaling | null;
}

export type Scaling = LinearScaling | Llama3Scaling;

/** Every pair turns `factor` times slower. */
export interface LinearScaling {
  readonly kind: "linear";
  readonly factor: number;
}

/** The stretching of Llama 3.1 and later: slow rotations become `factor` times slower, fast ones stay, those between go over. */
export interface Llama3Scaling {
  readonly kind: "llama3";
  readonly factor: number;
  /** A rotation that turns less often than this within the first length is slow … */
  readonly low: number;
  /** … and one that turns more often than this is fast. */
  readonly high: number;
  /** The first length, in tokens. */
  readonly firstLength: number;
}

/** Radians by which each pair of numbers turns from one place to the next (head size / 2). */
function rotations({ theta, scaling }: Rope, headSize: number): number[] {
  const half = headSize / 2;
  const plain = Array.from({ length: half }, (_, pair) => theta ** (-pair / half));
  if (scaling === null) return plain;
  const { factor } = scaling;
  if (scaling.kind === "linear") return plain.map((rotation) => rotation / factor);
  const { low, high, firstLength } = scaling;
  return plain.map((rotation) => {
    const turns = (rotation * firstLength) / (2 * Math.PI);
    const share = Math.min(Math.max((turns - low) / (high - low), 0), 1);
    return rotation * (share + (1 - share) / factor);
  });
}

/** Cosines and sines of the rotary angles, each (positions, head size / 2). */
export function rotaryAngles(
  rope: Rope,
  headSize: number,
  positions: number,
): { cosine: Float32Array; sine: Float32Array } {
  const turns = rotations(rope, headSize);
  const half = turns.length; // C/2
  const cosine = new Float32Array(positions * half); // (T, C/2)
  const sine = new Float32Array(positions * half); // (T, C/2)
  for (let position = 0; position < positions; position++) {
    for (let pair = 0; pair < half; pair++) {
      const angle = position * turns[pair]!;
      cosine[position * half + pair] = Math.cos(angle);
      sine[position * half + pair] = Math.sin(angle);
    }
  }
  return { cosine, sine };
}
