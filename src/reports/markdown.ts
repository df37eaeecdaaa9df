/** Reports and comparisons as Markdown. Every text is escaped: ids, categories and actors come from outside. */
import { harmless, type Section, type Table } from "./document.ts";
import { documentOf, type Subject } from "./subject.ts";

/** A whole Markdown file, ending with a newline. */
export function toMarkdown(subject: Subject): string {
  const { title, sections } = documentOf(subject, { wide: true });
  return `${[`# ${escaped(title)}`, ...sections.map(sectionText)].join("\n\n")}\n`;
}

function sectionText({ title, table, notes }: Section): string {
  const paragraphs = notes.map((note) => escaped(note, Number.POSITIVE_INFINITY));
  return [`## ${escaped(title)}`, ...(table ? [tableText(table)] : []), ...paragraphs].join("\n\n");
}

function tableText({ columns, rows }: Table): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [
    line(columns.map(({ name }) => escaped(name))),
    line(columns.map(({ align }) => (align === "right" ? "--:" : "---"))),
    ...rows.map((row) => line(row.map((cell) => escaped(cell)))),
  ].join("\n");
}

/** Text that Markdown shows as it is, on one line. An underscore inside a word is safe and stays readable. */
function escaped(text: string, length?: number): string {
  return harmless(text, length)
    .replace(/[\\`|<>[\]*~$&#]|(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])/gu, (mark) => `\\${mark}`)
    .trim();
}
