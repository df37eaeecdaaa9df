/** Gradients beside what the loss itself does when parameters move. */
import assert from "node:assert/strict";
import type { Parameters } from "../src/model/architecture.ts";
import { randomStream } from "../src/model/random.ts";

export interface Slopes {
  readonly parameters: Parameters;
  /** As they are for `parameters` now; copied before anything moves. */
  readonly gradients: ReadonlyMap<string, Float32Array>;
  /** The loss for `parameters` as they are then. */
  readonly loss: () => Promise<number>;
  /** How far parameters move: a width, and half of it. */
  readonly widths: readonly [wide: number, narrow: number];
  /** The largest error, for a gradient of this norm. */
  readonly tolerance: (norm: number) => number;
}

/** For each parameter the slope along one random direction. The parameters are put back. */
export async function assertSlopes({ parameters, gradients, loss, widths, tolerance }: Slopes): Promise<void> {
  const claimed = new Map([...gradients].map(([name, gradient]) => [name, gradient.slice()]));
  const random = randomStream(3);
  for (const [name, values] of parameters) {
    const original = values.slice();
    const direction = values.map(() => random.normal());
    const lossAt = async (distance: number): Promise<number> => {
      values.set(original.map((value, i) => value + distance * direction[i]!));
      const moved = await loss();
      values.set(original);
      return moved;
    };
    const slope = claimed.get(name)!.reduce((sum, g, i) => sum + g * direction[i]!, 0);
    const size = Math.hypot(...claimed.get(name)!);
    // The error of a central difference falls with the square of its width, and rounding grows with its inverse.
    const differences = [];
    for (const width of widths) differences.push(((await lossAt(width)) - (await lossAt(-width))) / (2 * width));
    const extrapolated = (4 * differences[1]! - differences[0]!) / 3;
    const text = `${name}: ${extrapolated} and ${slope}, norm ${size}`;
    assert(Math.abs(extrapolated - slope) < tolerance(size), text);
  }
}
