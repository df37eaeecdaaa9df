/** HTML from templates in which every inserted text is escaped: product texts are data, whatever they contain. */

/** HTML that is already safe to insert; only `html` makes it. */
export interface Html {
  readonly html: string;
}

const ESCAPES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

const escaped = (text: string) => text.replace(/[&<>"']/g, (character) => ESCAPES[character]!);

type Part = string | number | Html | null | readonly Html[];

/** Inserts texts escaped, `Html` as it is, lists of it one after the other, null as nothing. Attributes must be quoted. */
export function html(texts: TemplateStringsArray, ...parts: readonly Part[]): Html {
  return { html: texts.reduce((whole, text, index) => whole + inserted(parts[index - 1] ?? null) + text) };
}

function inserted(part: Part): string {
  if (part === null) return "";
  if (typeof part === "string" || typeof part === "number") return escaped(String(part));
  return "html" in part ? part.html : part.map((each) => each.html).join("");
}
