/** Columns of tables, and how lines are sorted by one. */

export interface Column<T> {
  /** Stands for the column in the address. */
  readonly key: string;
  readonly head: string;
  /** What the heading means, where it is short. */
  readonly title?: string;
  /** What is sorted by, and shown where the table has no cell of its own; null goes last either way. */
  readonly value: (line: T) => string | number | null;
  /** To the right, in digits of one width. */
  readonly isNumber?: boolean;
  readonly sorts?: boolean;
  /** At least so many pixels wide, so that tables one above the other line up. */
  readonly width?: number;
}

const inOrder = new Intl.Collator("en", { numeric: true }).compare;

/** `lines` by the column that `sort` names, downwards if a minus is before it; as they are if no column has that name. */
export function sorted<T>(lines: readonly T[], columns: readonly Column<T>[], sort: string): readonly T[] {
  const column = columns.find(({ key }) => key === sort.replace(/^-/, ""));
  if (!column) return lines;
  const sign = sort.startsWith("-") ? -1 : 1;
  return lines
    .map((line) => ({ line, value: column.value(line) }))
    .sort(({ value: a }, { value: b }) => {
      if (a === null || b === null) return Number(a === null) - Number(b === null);
      return sign * (typeof a === "number" && typeof b === "number" ? a - b : inOrder(String(a), String(b)));
    })
    .map(({ line }) => line);
}
