/** Which lines the expert map shows, and in which order. Pure functions of the map and of what the address says. */
import type { ExpertLine } from "../../api/expert.ts";
import type { Query } from "../address.ts";

export const SORTS = { breaks: "where it breaks", lost: "lost first", task: "task" } as const;
export const SHOWN = {
  all: "all runs",
  lost: "lost runs",
  broken: "runs with a harmful action",
  unsolved: "tasks nobody won",
} as const;

export interface Arrangement {
  readonly sort: keyof typeof SORTS;
  readonly show: keyof typeof SHOWN;
  /** Lines with a harmful action of this kind; empty: of any. */
  readonly kind: string;
  /** Under headings, by the kind of action with which they break. */
  readonly isClustered: boolean;
  /** In the task's id. */
  readonly text: string;
}

export type MapItem =
  | { readonly kind: "line"; readonly line: ExpertLine }
  | { readonly kind: "heading"; readonly breaksWith: string | null; readonly lines: number };

/** What `query` asks for. Where nothing was probed, nothing breaks. */
export const arrangementOf = (query: Query, isProbed: boolean): Arrangement => ({
  sort: named(SORTS, query.sort, isProbed ? "breaks" : "lost"),
  show: named(SHOWN, query.show, "all"),
  kind: query.kind ?? "",
  isClustered: isProbed && query.cluster !== "no",
  text: query.task ?? "",
});

const named = <T extends object>(names: T, name: string | undefined, other: keyof T): keyof T =>
  name !== undefined && Object.hasOwn(names, name) ? (name as keyof T) : other;

const SHOWS: Readonly<Record<Arrangement["show"], (line: ExpertLine) => boolean>> = {
  all: () => true,
  lost: (line) => !line.won,
  broken: (line) => line.breaksAt !== null,
  unsolved: (line) => line.unsolved,
};

const inOrder = new Intl.Collator("en", { numeric: true }).compare;
const byTask = (a: ExpertLine, b: ExpertLine) => inOrder(a.task, b.task) || inOrder(a.trajectory, b.trajectory);
/** Lines that never break come last. */
const byBreak = (a: ExpertLine, b: ExpertLine) => (a.breaksAt ?? Infinity) - (b.breaksAt ?? Infinity) || 0;
const ORDERS: Readonly<Record<Arrangement["sort"], (a: ExpertLine, b: ExpertLine) => number>> = {
  breaks: (a, b) => byBreak(a, b) || Number(a.won) - Number(b.won) || byTask(a, b),
  lost: (a, b) => Number(a.won) - Number(b.won) || byBreak(a, b) || byTask(a, b),
  task: byTask,
};

export function arranged(lines: readonly ExpertLine[], arrangement: Arrangement): MapItem[] {
  const { sort, show, kind, isClustered, text } = arrangement;
  const wanted = lines
    .filter((line) => SHOWS[show](line) && (kind === "" || hasHarmful(line, kind)) && line.task.includes(text))
    .sort(ORDERS[sort]);
  if (!isClustered) return wanted.map((line) => ({ kind: "line", line }));
  return clusters(wanted).flatMap(([breaksWith, of]) => [
    { kind: "heading" as const, breaksWith, lines: of.length },
    ...of.map((line) => ({ kind: "line" as const, line })),
  ]);
}

/** The largest first; lines that never break come last. */
function clusters(lines: readonly ExpertLine[]): [string | null, ExpertLine[]][] {
  return [...Map.groupBy(lines, (line) => line.breaksWith)].sort(
    ([a, as], [b, bs]) => Number(a === null) - Number(b === null) || bs.length - as.length,
  );
}

export const hasHarmful = (line: ExpertLine, kind: string): boolean =>
  line.cells.some((cell) => cell.label === "harmful" && cell.kind === kind);

/** How many of `lines` break at each step, up to the longest. */
export function breaksByStep(lines: readonly ExpertLine[]): number[] {
  const longest = lines.reduce((most, line) => Math.max(most, line.cells.length), 0);
  const breaks = new Array<number>(longest).fill(0);
  for (const { breaksAt } of lines) if (breaksAt !== null) breaks[breaksAt]! += 1;
  return breaks;
}
