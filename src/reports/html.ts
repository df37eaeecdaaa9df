/** Reports and comparisons as one HTML page that needs nothing else: no scripts, no network, figures inline. Every text is escaped. */
import { type Document, type Fact, harmless, type Section, type Table, type Term } from "./document.ts";
import type { Plot } from "./plots.ts";
import { documentOf, type Subject, type Told } from "./subject.ts";

const STYLE = `
:root { color-scheme: light; }
body { margin: 2rem auto; padding: 0 1.5rem; max-width: 68rem; background: white; color: #1b1b1b;
  font: 16px/1.5 system-ui, sans-serif; }
h1 { margin: 0 0 .6rem; font-size: 1.05rem; font-weight: 600; color: #555; }
h2 { margin: 0; font-size: 1.1rem; }
section { margin-top: 1.6rem; }
nav { margin-bottom: 1.5rem; color: #777; font-size: .9rem; }
nav a { margin-right: .9rem; color: #0072b2; text-decoration: none; white-space: nowrap; }
nav a:hover { text-decoration: underline; }
.answer { margin: 0 0 .7rem; max-width: 56rem; color: #111; font-size: 1.35rem; line-height: 1.35; font-weight: 600; }
.follows { margin: .3rem 0; color: #1b1b1b; font-size: 1.05rem; }
.facts { margin: 1.1rem 0 0; padding: .7rem .9rem; background: #f5f6f7; border-radius: .4rem; font-size: .9rem; }
.facts div { display: grid; grid-template-columns: 9.5rem 1fr; }
.facts dt { color: #666; }
.facts dd { margin: 0; overflow-wrap: anywhere; }
.terms dt { margin-top: .6rem; font-weight: 600; }
.terms dd { margin: 0; max-width: 52rem; }
details { border-top: 1px solid #ddd; padding: .6rem 0; }
section + details { margin-top: 1.6rem; }
summary { cursor: pointer; }
summary h2 { display: inline; font-size: 1rem; }
details[open] > summary { margin-bottom: .6rem; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; font-size: .9rem; font-variant-numeric: tabular-nums; }
th { border-bottom: 2px solid #999; font-weight: 600; vertical-align: bottom; }
th, td { padding: .28rem .8rem .28rem 0; text-align: left; }
td { border-bottom: 1px solid #eee; white-space: nowrap; }
.number { padding: .28rem 0 .28rem .8rem; text-align: right; }
p { margin: .6rem 0; max-width: 52rem; color: #444; font-size: .9rem; }
figure { margin: 1.2rem 0; overflow-x: auto; }
figure svg { display: block; }
@media (max-width: 40rem) {
  body { margin: 1rem auto; padding: 0 1rem; }
  .answer { font-size: 1.15rem; }
  .facts { padding: .6rem .7rem; }
  .facts div { grid-template-columns: 5.5rem 1fr; }
}
@media print {
  nav { display: none; }
  h2 { break-after: avoid; }
  figure, tr { break-inside: avoid; }
  details::details-content { display: block; content-visibility: visible; }
}
`;

/** A whole page, ending with a newline. Each figure stands in the section that says the same; the others at the end. */
export function toHtml(subject: Subject, figures: readonly Plot[] = [], told: Told = {}): string {
  return pageOf(documentOf(subject, { wide: true, ...told }), figures);
}

/** The same of any document. */
export function pageOf(document: Document, figures: readonly Plot[] = []): string {
  const { title, sections, lead = [], facts = [], glossary = [] } = document;
  const placed = new Set(sections.map(({ figure }) => figure));
  const left = figures.filter(({ name }) => !placed.has(name));
  const isFolded = lead.length > 0;
  const links = sections.map((section, index) => `<a href="#${idOf(index)}">${escaped(section.title)}</a>`);
  const body = [
    `<h1>${escaped(title)}</h1>`,
    // Folded titles are a list of contents already.
    ...(isFolded ? [leadHtml(lead), factsHtml(facts)] : [`<nav>${links.join("\n")}</nav>`]),
    ...sections.map((section, index) =>
      isFolded && index > 0 ? folded(section, figures) : sectionHtml(section, index, figures),
    ),
    ...left.map(figureHtml),
    ...(glossary.length > 0
      ? [foldedHtml("Glossary", `<dl class="terms">${glossary.map(termHtml).join("\n")}</dl>`)]
      : []),
  ];
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
${body.join("\n")}
</body>
</html>
`;
}

const leadHtml = ([answer, ...rest]: readonly string[]) =>
  [
    `<p class="answer">${plainText(answer!)}</p>`,
    ...rest.map((sentence) => `<p class="follows">${plainText(sentence)}</p>`),
  ].join("\n");

const factsHtml = (facts: readonly Fact[]) =>
  `<dl class="facts">\n${facts.map(({ name, text }) => `<div><dt>${plainText(name)}</dt><dd>${plainText(text)}</dd></div>`).join("\n")}\n</dl>`;

const termHtml = ({ word, meaning }: Term) => `<dt>${plainText(word)}</dt><dd>${plainText(meaning)}</dd>`;

const idOf = (index: number) => `section-${index + 1}`;

function sectionHtml(section: Section, index: number, figures: readonly Plot[]): string {
  const title = `<h2>${escaped(section.title)}</h2>`;
  return [`<section id="${idOf(index)}">`, title, ...contents(section, figures), "</section>"].join("\n");
}

const folded = (section: Section, figures: readonly Plot[]) =>
  foldedHtml(section.title, contents(section, figures).join("\n"));

const foldedHtml = (title: string, inner: string) =>
  `<details>\n<summary><h2>${escaped(title)}</h2></summary>\n${inner}\n</details>`;

function contents({ table, notes, figure }: Section, figures: readonly Plot[]): string[] {
  return [
    ...(table ? [tableHtml(table)] : []),
    ...notes.map((note) => `<p>${plainText(note)}</p>`),
    ...figures.filter(({ name }) => name === figure).map(figureHtml),
  ];
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

const plainText = (text: string) => escaped(text, Number.POSITIVE_INFINITY);

function escaped(text: string, length?: number): string {
  return harmless(text, length).replace(/[&<>"']/g, (mark) => ENTITIES[mark]!);
}
