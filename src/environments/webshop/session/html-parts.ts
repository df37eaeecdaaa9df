/** What the html pages share: escaping, addresses, and the frame with the instruction on top. */
import { dictRepr } from "../python/text.ts";
import type { ItemPlace, ResultsPlace, SubPage } from "./state.ts";
import { linkTo } from "./urls.ts";
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

const session = ({ state }: View) => ["session_id", String(state.goal)] as const;
const results = ({ query, page }: ResultsPlace) =>
  [
    ["keywords", query.split(" ")],
    ["page", String(page)],
  ] as const;
const options = ({ options }: Pick<ItemPlace, "options">) => ["options", dictRepr(options)] as const;

/** The addresses of pages, escaped for an attribute. The original routes all of them to `/`. */
export const links = {
  index: (view: View) => escaped(linkTo([session(view)])),
  results: (view: View, place: ResultsPlace) => escaped(linkTo([session(view), ...results(place)])),
  item: (view: View, place: ItemPlace) =>
    escaped(linkTo([session(view), ["asin", place.asin], ...results(place), options(place)])),
  subPage: (view: View, place: ItemPlace, name: SubPage) =>
    escaped(linkTo([session(view), ["asin", place.asin], ...results(place), ["sub_page", name], options(place)])),
  done: (view: View, place: ItemPlace) => escaped(linkTo([session(view), ["asin", place.asin], options(place)])),
};

/** A page with the instruction and the way back on top. `body` is indented by six; `script` follows the body. */
export const framed = (view: View, body: string, script = ""): string => `<!DOCTYPE html>
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
        <form method="post" action="${links.index(view)}">
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
