/** What the html pages share: escaping, addresses, and the frame with the instruction on top. */
import { dictRepr } from "../python/text.ts";
import type { Choices, SubPage } from "./state.ts";
import { quoted } from "./urls.ts";
import type { View } from "./view.ts";

/** `text` as Jinja escapes it. */
export const escaped = (text: string): string => text.replace(/[&<>"']/g, (character) => ESCAPES[character]!);

const ESCAPES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&#34;",
  "'": "&#39;",
};

/** The addresses in a page, escaped for an attribute. The original routes all of them to `/`. */
export interface Links {
  readonly index: string;
  results(page: number): string;
  item(asin: string, options: Choices): string;
  subPage(name: SubPage): string;
  readonly done: string;
}

/** The links of an index, results, item or sub page. A page has dozens, so the query's words are quoted once. */
export function linksOf(view: View): Links {
  const { query, page, asin, options } = { query: "", page: 0, asin: "", options: [], ...view };
  const session = pair("session_id", String(view.state.goal));
  const keywords = query
    .split(" ")
    .map((word) => pair("keywords", word))
    .join("&amp;");
  const here = pair("page", String(page));
  const product = pair("asin", asin);
  const chosen = (choices: Choices) => pair("options", dictRepr(choices));
  return {
    index: link(session),
    results: (other) => link(session, keywords, pair("page", String(other))),
    item: (other, choices) => link(session, pair("asin", other), keywords, here, chosen(choices)),
    subPage: (name) => link(session, product, keywords, here, pair("sub_page", name), chosen(options)),
    done: link(session, product, chosen(options)),
  };
}

const link = (...pairs: readonly string[]) => `/?${pairs.join("&amp;")}`;

const pair = (key: string, value: string) => `${key}=${escaped(quoted(value))}`;

export interface Framed {
  /** Indented by six. */
  readonly body: string;
  /** Behind the body, from a new line on. */
  readonly script?: string;
}

/** A page with the instruction and the way back on top. */
export const framed = (view: View, links: Links, { body, script = "" }: Framed): string => `<!DOCTYPE html>
<html>
  <head>
    <link rel="stylesheet" href="/static/style.css">
    <link rel="stylesheet" href="https://maxcdn.bootstrapcdn.com/bootstrap/3.4.1/css/bootstrap.min.css">
    <link rel="stylesheet" href="https://cdnjs.cloudflare.com/ajax/libs/font-awesome/4.0.3/css/font-awesome.css\t">
    <script src="https://ajax.googleapis.com/ajax/libs/jquery/3.5.1/jquery.min.js"></script>
    <script src="https://stackpath.bootstrapcdn.com/bootstrap/4.3.1/js/bootstrap.bundle.min.js"></script>
    <link rel="icon" href="data:,">
  </head>
  <body>
    <div class="container py-5">
      <div class="row top-buffer">
        <div class="col-sm-6">
          <div id="instruction-text" class="text-center">
            <h4>Instruction:<br>${escaped(view.instruction)}</h4>
          </div>
        </div>
      </div>
      <div class="row top-buffer">
        <form method="post" action="${links.index}">
          <button type="submit" class="btn btn-success">Back to Search</button>
        </form>
      </div>
${body}
    </div>
  </body>${script}
</html>`;

/** The row with the button back to `address`. */
export const previousButton = (address: string): string => `      <div class="row top-buffer">
        <form method="post" action="${address}">
          <button type="submit" class="btn btn-primary">&lt; Prev</button>
        </form>
      </div>`;

/** A page of its own: the first and the last. `content` is indented by ten. */
export const centred = (content: string): string => `<!DOCTYPE html>
<html>
  <head>
    <link rel="stylesheet" href="/static/style.css">
    <link rel="stylesheet" href="https://cdnjs.cloudflare.com/ajax/libs/font-awesome/4.7.0/css/font-awesome.min.css">
    <link rel="stylesheet" href="https://maxcdn.bootstrapcdn.com/bootstrap/3.4.1/css/bootstrap.min.css">
    <link rel="icon" href="data:,">
  </head>
  <body>
    <!-- Code reference: https://bootsnipp.com/snippets/m13mN -->
    <div class="container" style="margin-top: 8%;">
      <div class="col-md-6 col-md-offset-3">${" ".repeat(5)}
        <div class="row">
${content}
        </div>${" ".repeat(12)}
      </div>
    </div>
  </body>
</html>`;

/** A loop of a template whose tags are alone on their lines, indented by `indent`: each turn leaves a blank line. */
export const loop = (indent: number, turns: readonly string[]): string => {
  const blanks = " ".repeat(indent);
  return blanks + turns.map((turn) => `\n${turn}\n${blanks}`).join("");
};
