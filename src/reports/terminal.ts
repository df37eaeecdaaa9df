/** Reports and comparisons for a terminal: at most 100 columns, the answer and the main table first, the rest where it is asked for. */
import Table from "cli-table3";
import { type Document, type Fact, harmless, type Section, type Table as TableData } from "./document.ts";
import { documentOf, type Subject, type Told } from "./subject.ts";

const WIDTH = 100;
/** More rows than this are left to the file. */
const ROWS = 40;
/** No column is made narrower than this. */
const NARROWEST = 10;

export interface TerminalOptions extends Told {
  /** Every section and the glossary; else, of a report, only the answer, what was run and the main table. */
  readonly all?: boolean;
}

/** Lines of plain text without colours. */
export function toTable(subject: Subject, { all = false, ...told }: TerminalOptions = {}): string {
  const documentFor = (wide: boolean) => documentOf(subject, { wide, ...told });
  const wide = documentFor(true);
  const main = wide.sections[0]?.table;
  const fits = !main || Math.max(...tableText(main).split("\n").map(widthOf)) <= WIDTH;
  return textOf(fits ? wide : documentFor(false), all);
}

/** The same of any document. Without `all` the rows of very long tables are left to the files. */
export function textOf({ lead = [], facts = [], sections, glossary = [] }: Document, all = false): string {
  const shown = sections.filter(({ isDetail }, index) => all || (!isDetail && (lead.length === 0 || index === 0)));
  const terms = glossary.map(({ word, meaning }) => hanging(`${harmless(word)}: `, meaning, 2));
  return [
    ...(lead.length > 0 ? [lead.map((sentence) => plainText(sentence)).join("\n")] : []),
    ...(facts.length > 0 ? [factsText(facts)] : []),
    ...shown.map((section) => sectionText(section, all ? Number.POSITIVE_INFINITY : ROWS)),
    ...(all && terms.length > 0 ? [["Glossary", ...terms].join("\n")] : []),
  ].join("\n\n");
}

/** Names in a column of their own. */
function factsText(facts: readonly Fact[]): string {
  const longest = Math.min(24, Math.max(...facts.map(({ name }) => widthOf(harmless(name)))));
  return facts.map(({ name, text }) => hanging(harmless(name).padEnd(longest + 2), text, longest + 2)).join("\n");
}

/** Stands for a blank where no line may break. Harmless texts have none. */
const UNBROKEN = "\0";

/** A command stays on one line, however long, so that it can be copied. */
function plainText(text: string, width = WIDTH): string {
  const unbroken = (command: string) => command.replaceAll(" ", UNBROKEN);
  const words = harmless(text, Number.POSITIVE_INFINITY).replace(/`gleaner [^`]*`/g, unbroken);
  return wrapped(words, width).replaceAll(UNBROKEN, " ");
}

/** `text` behind `head`, its further lines set in by `by` columns. */
function hanging(head: string, text: string, by: number): string {
  const [first, ...rest] = plainText(text, WIDTH - Math.max(by, widthOf(head))).split("\n");
  return [head + first, ...rest.map((line) => " ".repeat(by) + line)].join("\n");
}

function sectionText({ title, table, notes }: Section, mostRows: number): string {
  const left = (table?.rows.length ?? 0) - mostRows;
  return [
    harmless(title, WIDTH),
    ...(table ? [fittingTable({ ...table, rows: table.rows.slice(0, mostRows) })] : []),
    ...(left > 0 ? [`… and ${left} more rows, which the files and --markdown have.`] : []),
    ...notes.map((note) => plainText(note)),
  ].join("\n");
}

/** The table, its widest columns wrapped until it fits; one of too many columns as several, each with the first column. */
function fittingTable(table: TableData): string {
  return partsOf(table).map(fitted).join("\n");
}

/** A border and a blank stand left of each cell, a blank right of it, a border at the end. */
const widthOfTable = (widths: readonly number[]) => widths.reduce((total, width) => total + width + 3, 1);

function partsOf(table: TableData): TableData[] {
  const least = naturalWidths(table).map((width) => Math.min(width, NARROWEST));
  const parts: number[][] = [[0]];
  for (let column = 1; column < least.length; column++) {
    const columns = [...parts.at(-1)!, column];
    if (columns.length > 2 && widthOfTable(columns.map((index) => least[index]!)) > WIDTH) parts.push([0, column]);
    else parts[parts.length - 1] = columns;
  }
  const part = (indices: readonly number[]): TableData => ({
    columns: indices.map((index) => table.columns[index]!),
    rows: table.rows.map((row) => indices.map((index) => row[index]!)),
  });
  return parts.map(part);
}

const naturalWidths = ({ columns, rows }: TableData): number[] =>
  columns.map(({ name }, index) =>
    Math.max(...[name, ...rows.map((row) => row[index]!)].map((cell) => widthOf(harmless(cell)))),
  );

function fitted(table: TableData): string {
  const widths = naturalWidths(table);
  const excess = () => widthOfTable(widths) - WIDTH;
  while (excess() > 0 && Math.max(...widths) > NARROWEST) widths[widths.indexOf(Math.max(...widths))]! -= 1;
  return tableText(table, widths);
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
    if (word.includes(UNBROKEN)) {
      line = word;
      continue;
    }
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
