/** Pairs of methods as one of them sees them. Pure functions. */
import type { DifferenceLine, RunLine } from "../../api/project.ts";
import type { RoundKey } from "../../api/shared.ts";
import { evaluatedIn } from "../rounds.ts";

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

/** Where the tasks of a pair are compared: the round of `b`, then that of `a`, each at its method's last iteration with the first seed of both. */
export function sidesOf(
  run: RunLine | undefined,
  { a, b }: Pick<DifferenceLine, "a" | "b">,
): readonly [RoundKey, RoundKey] | null {
  const rounds = evaluatedIn(run);
  const seedsOf = (method: string) => rounds.filter((round) => round.method === method).map(({ seed }) => seed);
  const seed = Math.min(...seedsOf(a).filter((each) => seedsOf(b).includes(each)));
  const last = (method: string) => rounds.filter((round) => round.method === method && round.seed === seed).at(-1);
  const [first, second] = [last(b), last(a)];
  return first && second ? [first.key, second.key] : null;
}
