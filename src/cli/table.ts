/** Plain tables for the terminal: no colours, so that they read the same in a pipe, and no lines between rows. Cells are escaped. */
import Table from "cli-table3";
import { printable } from "./terminal.ts";

/** `head` may be empty. Columns of numbers are right-aligned. `widths` wraps columns at that many characters. */
export function table(
  head: readonly string[],
  rows: readonly (readonly (string | number)[])[],
  widths?: readonly number[],
): string {
  const drawn = new Table({
    head: head.map(printable),
    style: { head: [], border: [], compact: true },
    colAligns: (rows[0] ?? []).map((_, column) =>
      rows.some((row) => typeof row[column] === "number") ? "right" : "left",
    ),
    ...(widths && { colWidths: [...widths], wordWrap: true }),
  });
  for (const row of rows) drawn.push(row.map((cell) => (typeof cell === "string" ? printable(cell) : cell)));
  return drawn.toString();
}
