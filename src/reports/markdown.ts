/** Reports and comparisons as Markdown. Every text is escaped: ids, categories and actors come from outside. */
import { type Document, type Fact, harmless, type Section, type Table, type Term } from "./document.ts";
import { documentOf, type Subject, type Told } from "./subject.ts";

/** A whole Markdown file, ending with a newline. `told`: what a report says beside its figures. */
export function toMarkdown(subject: Subject, told: Told = {}): string {
  return markdownOf(documentOf(subject, { wide: true, ...told }));
}

/** The same of any document. */
export function markdownOf({ title, lead = [], facts = [], sections, glossary = [] }: Document): string {
  const parts = [
    `# ${escaped(title)}`,
    ...lead.map((sentence, index) => (index === 0 ? `**${plainText(sentence)}**` : plainText(sentence))),
    ...(facts.length > 0 ? [facts.map(factText).join("\n")] : []),
    ...sections.map(sectionText),
    ...(glossary.length > 0 ? ["## Glossary", glossary.map(termText).join("\n")] : []),
  ];
  return `${parts.join("\n\n")}\n`;
}

const factText = ({ name, text }: Fact) => `- ${plainText(name)}: ${plainText(text)}`;
const termText = ({ word, meaning }: Term) => `- **${plainText(word)}**: ${plainText(meaning)}`;

function sectionText({ title, table, notes }: Section): string {
  const paragraphs = notes.map(plainText);
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

const plainText = (text: string) => escaped(text, Number.POSITIVE_INFINITY);

/** Text that Markdown shows as it is, on one line. An underscore inside a word is safe and stays readable. */
function escaped(text: string, length?: number): string {
  return harmless(text, length)
    .replace(/[\\`|<>[\]*~$&#]|(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])/gu, (mark) => `\\${mark}`)
    .trim();
}
