/** Reports and comparisons for a terminal: at most 100 columns, the main table first, details left to the file. */
import Table from "cli-table3";
import { type Document, harmless, type Section, type Table as TableData } from "./document.ts";
import { documentOf, type Subject } from "./subject.ts";

const WIDTH = 100;
/** More rows than this are left to the file. */
const ROWS = 40;
/** No column is made narrower than this. */
const NARROWEST = 8;

/** Lines of plain text without colours. */
export function toTable(subject: Subject): string {
  const sections = fittingDocument(subject).sections.filter(({ isDetail }) => !isDetail);
  return sections.map(sectionText).join("\n\n");
}

function fittingDocument(subject: Subject): Document {
  const wide = documentOf(subject, { wide: true });
  const main = wide.sections[0]?.table;
  return main && Math.max(...tableText(main).split("\n").map(widthOf)) > WIDTH
    ? documentOf(subject, { wide: false })
    : wide;
}

function sectionText({ title, table, notes }: Section): string {
  const left = (table?.rows.length ?? 0) - ROWS;
  return [
    harmless(title, WIDTH),
    ...(table ? [fittingTable({ ...table, rows: table.rows.slice(0, ROWS) })] : []),
    ...(left > 0 ? [`… and ${left} more rows, which the files and --markdown have.`] : []),
    ...notes.map((note) => wrapped(harmless(note, Number.POSITIVE_INFINITY), WIDTH)),
  ].join("\n");
}

/** The table, its widest columns wrapped until it fits. */
function fittingTable({ columns, rows }: TableData): string {
  const widths = columns.map(({ name }, index) =>
    Math.max(...[name, ...rows.map((row) => row[index]!)].map((cell) => widthOf(harmless(cell)))),
  );
  // A border and a blank stand left of each cell, a blank right of it, a border at the end.
  const excess = () => widths.reduce((total, width) => total + width + 3, 1) - WIDTH;
  while (excess() > 0 && Math.max(...widths) > NARROWEST) widths[widths.indexOf(Math.max(...widths))]! -= 1;
  return tableText({ columns, rows }, widths);
}

/** `widths` are of the text in each column. Wrapped here, since cli-table3 breaks characters beyond U+FFFF in two. */
function tableText({ columns, rows }: TableData, widths?: readonly number[]): string {
  const cell = (text: string, index: number) => wrapped(harmless(text), widths?.[index]);
  const table = new Table({
    head: columns.map(({ name }, index) => cell(name, index)),
    colAligns: columns.map(({ align }) => align),
    style: { head: [], border: [], compact: true },
  });
  table.push(...rows.map((row) => row.map(cell)));
  return table.toString();
}

/** Lines of at most `width` columns, broken between words or, where a word is longer, within it. */
function wrapped(text: string, width = Number.POSITIVE_INFINITY): string {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && widthOf(line) + 1 + widthOf(word) <= width) {
      line += ` ${word}`;
      continue;
    }
    if (line !== "") lines.push(line);
    line = "";
    for (const character of word) {
      if (widthOf(line) + widthOf(character) > width) {
        lines.push(line);
        line = "";
      }
      line += character;
    }
  }
  return [...lines, line].join("\n");
}

/** Columns that a text takes: two for Chinese, Japanese, Korean and most signs beyond. */
function widthOf(text: string): number {
  return [...text].reduce((total, character) => total + (character.codePointAt(0)! >= 0x2e80 ? 2 : 1), 0);
}
