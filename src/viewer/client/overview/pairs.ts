/** Pairs of methods as one of them sees them. Pure functions. */
import type { DifferenceLine } from "../../api/project.ts";

/** Every method that is in a pair, in the order in which they come. */
export const methodsIn = (lines: readonly DifferenceLine[]): string[] => [
  ...new Set(lines.flatMap(({ a, b }) => [a, b])),
];

/** The pairs of `method`, each turned so that it is `a`; all as they are if `method` is empty. */
export function pairsOf(lines: readonly DifferenceLine[], method: string): readonly DifferenceLine[] {
  if (method === "") return lines;
  return lines
    .filter(({ a, b }) => a === method || b === method)
    .map((line) => (line.a === method ? line : turned(line)));
}

const turned = (line: DifferenceLine): DifferenceLine => ({
  ...line,
  a: line.b,
  b: line.a,
  estimate: negative(line.estimate),
  low: negative(line.high),
  high: negative(line.low),
});

/** 0 stays 0. */
const negative = (value: number | null) => value && -value;
