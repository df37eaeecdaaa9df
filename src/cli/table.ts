/** Plain tables for the terminal: no colours, so that they read the same in a pipe, and no lines between rows. */
import Table from "cli-table3";

/** `head` may be empty. Columns of numbers are right-aligned. `widths` wraps columns at that many characters. */
export function table(
  head: readonly string[],
  rows: readonly (readonly (string | number)[])[],
  widths?: readonly number[],
): string {
  const drawn = new Table({
    head: [...head],
    style: { head: [], border: [], compact: true },
    colAligns: (rows[0] ?? []).map((_, column) =>
      rows.some((row) => typeof row[column] === "number") ? "right" : "left",
    ),
    ...(widths && { colWidths: [...widths], wordWrap: true }),
  });
  for (const row of rows) drawn.push([...row]);
  return drawn.toString();
}
