/** Which rounds are compared where nobody chose. Pure functions of the project. */
import type { RunLine } from "../../api/project.ts";
import type { RoundLine } from "../../api/shared.ts";

export interface Side {
  readonly run: string;
  readonly round: string;
}

/** Rounds that played held-out tasks. */
export const evaluatedIn = (run: RunLine | undefined): readonly RoundLine[] =>
  run?.rounds.filter(({ evaluated }) => evaluated > 0) ?? [];

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
