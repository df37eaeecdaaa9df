/** Which rows of a diff are folded, and what its first divergence is in words. Pure functions of the data. */
import type { Diff, DiffRow } from "../../api/compare.ts";
import type { TrajectoryHead } from "../../api/shared.ts";

/** Equal rows `[from, to)`, of which only the number is shown, or one row. */
export type DiffPart =
  | { readonly kind: "equal"; readonly from: number; readonly to: number; readonly isPrefix: boolean }
  | { readonly kind: "row"; readonly row: DiffRow };

/** The shared beginning is always one part; a single equal row behind it is shown. */
export function partsOf({ rows, shared }: Pick<Diff, "rows" | "shared">): DiffPart[] {
  const parts: DiffPart[] = [];
  for (let at = 0; at < rows.length; ) {
    const to = at < shared ? Math.min(shared, rows.length) : endOfEqual(rows, at);
    if (at < shared || to - at > 1) parts.push({ kind: "equal", from: at, to, isPrefix: at === 0 && shared > 0 });
    else parts.push({ kind: "row", row: rows[at]! });
    at = Math.max(to, at + 1);
  }
  return parts;
}

function endOfEqual(rows: readonly DiffRow[], from: number): number {
  const end = rows.findIndex((row, index) => index >= from && !row.same);
  return end === -1 ? rows.length : end;
}

type Cell = DiffRow["cells"][number];

/** What is not the same in a row, in the order in which it is read: `the observations`, `the actions`; `what some did not reach`. */
export function differencesIn({ cells }: Pick<DiffRow, "cells">): string[] {
  const there = cells.filter((cell) => cell !== null);
  const differs = (of: (cell: NonNullable<Cell>) => string | number) => new Set(there.map(of)).size > 1;
  return [
    ...(differs(({ observation }) => observation.text) ? ["the observations"] : []),
    ...(differs(({ thought }) => thought.text) ? ["the thoughts"] : []),
    ...(differs(({ action }) => action.text) ? ["the actions"] : []),
    ...(differs(({ reward }) => reward) ? ["the rewards"] : []),
  ];
}

/** One sentence on where the columns part. Steps are counted from 0. */
export function partingOf({ divergesAt, rows, columns }: Pick<Diff, "divergesAt" | "rows" | "columns">): string {
  if (divergesAt === null) {
    const lengths = new Set(columns.map(({ steps }) => steps));
    return lengths.size > 1
      ? "They are the same until the shortest ends."
      : "They are the same from the first step to the last.";
  }
  const row = rows.find(({ index }) => index === divergesAt);
  const what = row ? differencesIn(row) : [];
  const said = what.length ? `${what.join(" and ")} differ` : "they differ";
  return `They part at step ${divergesAt}: ${said}.`;
}

/** `EEF, seed 1, iteration 1, from s_8`: several probes of one round differ in where they began. */
export const columnName = ({ who, fork }: Pick<TrajectoryHead, "who" | "fork">): string =>
  fork ? `${who}, from s_${fork.step}` : who;
