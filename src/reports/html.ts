/**
 * Reports and comparisons as one HTML page that needs nothing else: no scripts, no network, figures inline. The answer and the
 * figure behind it come first; what a reader can do without is folded. Every text is escaped.
 */
import { createHash } from "node:crypto";
import { type Document, type Fact, harmless, type Section, type Table, type Term } from "./document.ts";
import { STYLE } from "./html-style.ts";
import type { Plot } from "./plots.ts";
import { documentOf, type Subject, type Told } from "./subject.ts";

/** A whole page, ending with a newline. Each figure stands in the section that says the same; the others at the end. */
export function toHtml(subject: Subject, figures: readonly Plot[] = [], told: Told = {}): string {
  return pageOf(documentOf(subject, { wide: true, ...told }), figures);
}

/** Nothing but this very style is obeyed, whatever a text might bring along. */
const POLICY = [
  "default-src 'none'",
  `style-src 'sha256-${createHash("sha256").update(STYLE).digest("base64")}'`,
  "base-uri 'none'",
  "form-action 'none'",
].join("; ");

/** The same of any document. */
export function pageOf(document: Document, figures: readonly Plot[] = []): string {
  const { title, sections, lead = [] } = document;
  const parts = partsOf(document, figures);
  const shown = lead.length > 0 ? figureOf(sections[0], figures) : undefined;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<title>${escaped(title)}</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<h1>${escaped(title)}</h1>
${[...(lead.length > 0 ? [firstScreen(lead, shown)] : []), restHtml(parts)].join("\n")}
</main>
</body>
</html>
`;
}

function firstScreen([answer, ...follows]: readonly string[], figure: Plot | undefined): string {
  const said = [`<p class="answer">${sentence(answer!)}</p>`, ...follows.map(followHtml)].join("\n");
  return `<div class="first">\n<div>\n${said}\n</div>\n${figure ? figureHtml(figure) : ""}</div>`;
}

/** What to do next stands out. */
const followHtml = (text: string) =>
  text.startsWith(NEXT)
    ? `<p class="follows next"><strong>${NEXT}</strong> ${sentence(text.slice(NEXT.length + 1))}</p>`
    : `<p class="follows">${sentence(text)}</p>`;

const NEXT = "Next:";

/** A piece of the page below the first screen. */
interface Part {
  readonly title: string;
  readonly group?: string | undefined;
  readonly isFolded: boolean;
  readonly inner: string;
}

/** Where there is an answer only the first section stays open, and its figure is on the first screen. */
function partsOf(document: Document, figures: readonly Plot[]): Part[] {
  const { sections, facts = [], lead = [], glossary = [] } = document;
  const isAnswered = lead.length > 0;
  const shown = sections.map((section) => figureOf(section, figures));
  const left = figures.filter((figure) => !shown.includes(figure));
  const last = sections.at(-1)?.group;
  return [
    ...(facts.length > 0 ? [{ title: "What was run", isFolded: isAnswered, inner: factsHtml(facts) }] : []),
    ...sections.map((section, index): Part => {
      const figure = isAnswered && index === 0 ? undefined : shown[index];
      const inner = contents(section, figure).join("\n");
      return { title: section.title, group: section.group, isFolded: isAnswered && index > 0, inner };
    }),
    ...(left.length > 0
      ? [{ title: "More figures", group: last, isFolded: isAnswered, inner: left.map(figureHtml).join("\n") }]
      : []),
    ...(glossary.length > 0
      ? [{ title: "Glossary", group: last, isFolded: isAnswered, inner: glossaryHtml(glossary) }]
      : []),
  ];
}

/** The list of contents and everything that it lists. */
function restHtml(parts: readonly Part[]): string {
  const isFirstOfGroup = (index: number) =>
    parts[index]!.group !== undefined && parts[index]!.group !== parts[index - 1]?.group;
  const links: string[] = [];
  const pieces: string[] = [];
  for (const [index, part] of parts.entries()) {
    const id = `part-${index + 1}`;
    if (isFirstOfGroup(index)) {
      if (parts[index - 1]?.group !== undefined) links.push("</ul></li>");
      links.push(`<li><a href="#group-${index + 1}">${escaped(part.group!)}</a><ul>`);
      pieces.push(`<h2 id="group-${index + 1}">${escaped(part.group!)}</h2>`);
    }
    links.push(`<li><a href="#${id}">${escaped(part.title)}</a></li>`);
    pieces.push(partHtml(part, id));
  }
  if (parts.at(-1)?.group !== undefined) links.push("</ul></li>");
  const contents = `<nav aria-label="Contents">\n<ul>\n${links.join("\n")}\n</ul>\n</nav>`;
  return `<div class="rest">\n${contents}\n<div>\n${pieces.join("\n")}\n</div>\n</div>`;
}

/** A link to what is inside of something folded unfolds it; one to the whole would not. */
function partHtml({ title, isFolded, inner }: Part, id: string): string {
  const heading = `<h3>${escaped(title)}</h3>`;
  const inside = `<div class="inside" id="${id}">\n${inner}\n</div>`;
  return isFolded
    ? `<details>\n<summary>${heading}</summary>\n${inside}\n</details>`
    : `<section>\n${heading}\n${inside}\n</section>`;
}

const factsHtml = (facts: readonly Fact[]) =>
  `<dl class="facts">\n${facts.map(({ name, text }) => `<div><dt>${plainText(name)}</dt><dd>${sentence(text)}</dd></div>`).join("\n")}\n</dl>`;

const glossaryHtml = (terms: readonly Term[]) => `<dl class="terms">${terms.map(termHtml).join("\n")}</dl>`;

const termHtml = ({ word, meaning }: Term) => `<dt>${plainText(word)}</dt><dd>${plainText(meaning)}</dd>`;

const figureOf = (section: Section | undefined, figures: readonly Plot[]): Plot | undefined =>
  figures.find(({ name }) => name === section?.figure);

function contents({ table, notes, title }: Section, figure: Plot | undefined): string[] {
  return [
    ...(table ? [tableHtml(table, title)] : []),
    ...notes.map((note) => `<p class="note">${sentence(note)}</p>`),
    ...(figure ? [figureHtml(figure)] : []),
  ];
}

/** Scrolls within its own box, with the keyboard too. */
function tableHtml({ columns, rows }: Table, title: string): string {
  const attribute = columns.map(({ align }) => (align === "right" ? ' class="number"' : ""));
  const line = (tag: "th" | "td", cells: readonly string[]) =>
    `<tr>${cells.map((cell, index) => `<${tag}${attribute[index]}>${escaped(cell)}</${tag}>`).join("")}</tr>`;
  const head = line(
    "th",
    columns.map(({ name }) => name),
  );
  const body = rows.map((row) => line("td", row)).join("\n");
  const kind = columns.every(({ align }) => align === "left") ? ' class="text"' : "";
  return (
    `<div class="scroll" role="region" aria-label="${escaped(title)}" tabindex="0"><table${kind}>\n` +
    `<thead>${head}</thead>\n<tbody>\n${body}\n</tbody>\n</table></div>`
  );
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

/** What stands between backticks is code, and a number stays with its sign. */
const sentence = (text: string) =>
  plainText(text)
    .replace(/`([^`]+)`/g, "<code>$1</code>")
    .replace(/(?<=\d) %/g, "\u00a0%");

function escaped(text: string, length?: number): string {
  return harmless(text, length).replace(/[&<>"']/g, (mark) => ENTITIES[mark]!);
}
