/** Which rounds are compared where nobody chose. Pure functions of the project. */
import type { Flips } from "../../api/compare.ts";
import type { RunLine } from "../../api/project.ts";
import { evaluatedIn } from "../rounds.ts";

export interface Side {
  readonly run: string;
  readonly round: string;
}

/**
 * The run's last two methods at their last iterations with the first seed, the last as b; with one method its first and last
 * iteration. null: fewer than two rounds played held-out tasks.
 */
export function firstSides(run: RunLine | undefined): readonly [Side, Side] | null {
  const rounds = evaluatedIn(run);
  const rows = [...new Set(rounds.map(({ row }) => row))];
  const seed = (row: number) => Math.min(...rounds.filter((round) => round.row === row).map((round) => round.seed));
  const lasts = rows.map((row) => rounds.filter((round) => round.row === row && round.seed === seed(row)).at(-1)!);
  const [a, b] = lasts.length > 1 ? lasts.slice(-2) : [rounds[0], rounds.at(-1)];
  if (!run || !a || !b || a === b) return null;
  return [
    { run: run.name, round: a.key },
    { run: run.name, round: b.key },
  ];
}

/** What tells the two sides of a comparison apart, in as few words as do: the run, the method, the iteration or the seed; else a and b. */
export function shortNames(a: Flips["a"], b: Flips["a"]): { readonly a: string; readonly b: string } {
  const tellings: readonly ((side: Flips["a"]) => string)[] = [
    ({ round }) => round.method,
    ({ run }) => run,
    ({ round }) => `iteration ${round.iteration}`,
    ({ round }) => `seed ${round.seed}`,
  ];
  const telling = tellings.find((tell) => tell(a) !== tell(b));
  return telling ? { a: telling(a), b: telling(b) } : { a: "a", b: "b" };
}
