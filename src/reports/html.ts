/** Reports and comparisons as one HTML page that needs nothing else: no scripts, no network, figures inline. Every text is escaped. */
import { harmless, type Section, type Table } from "./document.ts";
import type { Plot } from "./plots.ts";
import { documentOf, type Subject } from "./subject.ts";

const STYLE = `
:root { color-scheme: light; }
body { margin: 2.5rem auto; padding: 0 1.5rem; max-width: 68rem; background: white; color: #1b1b1b;
  font: 15px/1.5 system-ui, sans-serif; }
h1 { margin: 0 0 .5rem; font-size: 1.6rem; }
h2 { margin: 2.6rem 0 .6rem; padding-top: .8rem; border-top: 1px solid #ddd; font-size: 1.1rem; }
nav { margin-bottom: 1.5rem; color: #777; font-size: .85rem; }
nav a { margin-right: .9rem; color: #0072b2; text-decoration: none; white-space: nowrap; }
nav a:hover { text-decoration: underline; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; font-size: .87rem; font-variant-numeric: tabular-nums; }
th { border-bottom: 2px solid #999; font-weight: 600; vertical-align: bottom; }
th, td { padding: .28rem .8rem .28rem 0; text-align: left; }
td { border-bottom: 1px solid #eee; white-space: nowrap; }
.number { padding: .28rem 0 .28rem .8rem; text-align: right; }
p { margin: .6rem 0; max-width: 52rem; color: #444; font-size: .87rem; }
figure { margin: 1.2rem 0; }
figure svg { max-width: 100%; height: auto; }
@media print { nav { display: none; } h2 { break-after: avoid; } figure, tr { break-inside: avoid; } }
`;

/** A whole page, ending with a newline. Each figure stands in the section that says the same; the others at the end. */
export function toHtml(subject: Subject, figures: readonly Plot[] = []): string {
  const { title, sections } = documentOf(subject, { wide: true });
  const placed = new Set(sections.map(({ figure }) => figure));
  const left = figures.filter(({ name }) => !placed.has(name));
  const links = sections.map((section, index) => `<a href="#${idOf(index)}">${escaped(section.title)}</a>`);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${escaped(title)}</title>
<style>${STYLE}</style>
</head>
<body>
<h1>${escaped(title)}</h1>
<nav>${links.join("\n")}</nav>
${sections.map((section, index) => sectionHtml(section, index, figures)).join("\n")}
${left.map(figureHtml).join("\n")}
</body>
</html>
`;
}

const idOf = (index: number) => `section-${index + 1}`;

function sectionHtml({ title, table, notes, figure }: Section, index: number, figures: readonly Plot[]): string {
  return [
    `<section id="${idOf(index)}">`,
    `<h2>${escaped(title)}</h2>`,
    ...(table ? [tableHtml(table)] : []),
    ...notes.map((note) => `<p>${escaped(note, Number.POSITIVE_INFINITY)}</p>`),
    ...figures.filter(({ name }) => name === figure).map(figureHtml),
    "</section>",
  ].join("\n");
}

function tableHtml({ columns, rows }: Table): string {
  const attribute = columns.map(({ align }) => (align === "right" ? ' class="number"' : ""));
  const line = (tag: "th" | "td", cells: readonly string[]) =>
    `<tr>${cells.map((cell, index) => `<${tag}${attribute[index]}>${escaped(cell)}</${tag}>`).join("")}</tr>`;
  const head = line(
    "th",
    columns.map(({ name }) => name),
  );
  const body = rows.map((row) => line("td", row)).join("\n");
  return `<div class="scroll"><table>\n<thead>${head}</thead>\n<tbody>\n${body}\n</tbody>\n</table></div>`;
}

/** The SVG is our own plot, whose texts are escaped already. */
const figureHtml = ({ svg }: Plot) => `<figure>${svg}</figure>`;

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

function escaped(text: string, length?: number): string {
  return harmless(text, length).replace(/[&<>"']/g, (mark) => ENTITIES[mark]!);
}
