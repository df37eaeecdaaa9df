/** Why records of a log cannot be used, or only in part: an import's problems, with similar ones counted together. */
import { alike } from "../core/reasons.ts";
import { FIRST, type ImportSummary, type Place } from "./summary.ts";

export interface Reason {
  readonly fate: "not understood" | "left out" | "diverged" | "not replayed" | "kept without a replay";
  /** The wording of the first one. The others differ only in what they quote and count. */
  readonly reason: string;
  readonly count: number;
  /** The first few. */
  readonly places: readonly Place[];
}

/** The reasons in the order of their fates, the most frequent of each first. */
export function reasonsOf(summary: ImportSummary): Reason[] {
  const { malformed, unknownTasks, diverged, broken, unreplayable } = summary;
  return [
    ...grouped("not understood", malformed, ({ problem }) => problem),
    ...grouped("left out", unknownTasks, ({ problem }) => problem),
    ...grouped("diverged", diverged, ({ step, advice }) => {
      const where = step < 0 ? "the world's first observation differs" : "an answer of the world differs";
      return advice ? `${where}: ${advice}` : where;
    }),
    ...grouped("not replayed", broken, ({ error }) => error),
    ...Object.entries(unreplayable.reasons).map(([reason, count]) => ({
      fate: "kept without a replay" as const,
      reason,
      count,
      places: unreplayable.first[reason]!,
    })),
  ];
}

function grouped<T extends Place>(fate: Reason["fate"], items: readonly T[], wordsOf: (item: T) => string): Reason[] {
  const groups = Map.groupBy(items, (item) => alike(wordsOf(item)));
  return [...groups.values()]
    .map((group) => ({
      fate,
      reason: wordsOf(group[0]!),
      count: group.length,
      places: group
        .slice(0, FIRST)
        .map(({ file, line, record }) => ({ file, line, ...(record !== undefined && { record }) })),
    }))
    .sort((a, b) => b.count - a.count);
}
