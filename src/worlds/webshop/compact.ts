/**
 * The shop in few words, for students that learn every word from scratch. A page is told as a customer with this
 * instruction sees it: of an affordable result its number and how much its title shares with the wish (0 to 9), of an
 * item which of the wanted options it has (`-`: not this one). Pages in `text_rich` also show what was `seen` and what is
 * `chosen`, which spares a student to remember it.
 *
 *     Find me machine wash men's pants with color: grey, and …     machine_wash men's_pants ; grey 40w_x_34l
 *     Back to Search [SEP] Page 1 … B09QCP4579 [SEP] …              page 1 p3 q17 5 p9 q2 0 …
 *     < Prev [SEP] color [SEP] black [SEP] grey … Buy Now           item grey -
 *     click[40w x 34l]                                              40w_x_34l
 */
import type { CompactRendering } from "../../core/environment.ts";
import { type Page, readPage } from "./pages.ts";
import { type Phrases, phrasesOf } from "./phrases.ts";
import { readRequest, shareOf, wantedValues, wordsOf } from "./requests.ts";
import type { Catalogue } from "./types.ts";

/** Most words kept of a text that is none of the shop's. */
const MAX_WORDS = 40;

/** Buttons; whatever else is clicked goes by its name. */
const BUTTONS: ReadonlyMap<string, string> = new Map([
  ["buy now", "buy"],
  ["back to search", "back"],
  ["< prev", "prev"],
  ["next >", "next"],
]);
const LABELS: ReadonlyMap<string, string> = new Map([...BUTTONS].map(([label, short]) => [short, label]));

/** `catalogue`: whose phrases are single words. They are gathered when the first text is rendered. */
export function compactRendering(catalogue: Catalogue): CompactRendering {
  let gathered: Phrases | undefined;
  const phrases = () => (gathered ??= phrasesOf(catalogue));

  const parse = (compact: string): string => {
    const text = compact.trim();
    if (text === "" || /^(?:search|click)\[/.test(text)) return compact;
    const [first = "", ...rest] = text.split(/\s+/);
    if (first === "search") return `search[${phrases().read(rest)}]`;
    return `click[${LABELS.get(text) ?? phrases().read([first, ...rest])}]`;
  };

  return {
    instruction(task) {
      const { text, options } = readRequest(task.instruction);
      const wish = phrases().write(wordsOf(text));
      const values = options.map(({ value }) => phrases().unitsOf(value) ?? value.replaceAll(" ", "_"));
      return [...wish, ";", ...values].join(" ");
    },
    observation: (text) => observationOf(readPage(text), phrases()) ?? wordsOf(text).slice(0, MAX_WORDS).join(" "),
    action(action) {
      const [, verb, what = ""] = /^(search|click)\[(.+)\]$/.exec(action) ?? [];
      if (verb === undefined) return action;
      const units = verb === "search" ? ["search", ...phrases().write(what.split(" "))] : [clicked(what, phrases())];
      const compact = units.join(" ");
      return parse(compact) === action ? compact : action;
    },
    parse,
  };
}

const clicked = (label: string, phrases: Phrases): string =>
  BUTTONS.get(label) ?? phrases.unitsOf(label) ?? label.replaceAll(" ", "_");

/** null: no page of the shop. */
function observationOf(page: Page, phrases: Phrases): string | null {
  switch (page.kind) {
    case "search":
      return "shop";
    case "results": {
      const request = readRequest(page.instruction);
      const offers = page.offers
        .filter(({ price }) => price.low <= request.priceLimit)
        .map(({ asin, title }) => {
          const share = Math.round(9 * shareOf(title, request));
          return `${clicked(asin, phrases)} ${page.clicked.has(asin) ? "seen" : share}`;
        });
      return ["page", page.page, ...offers].join(" ");
    }
    case "item": {
      const request = readRequest(page.instruction);
      const values = wantedValues(page.labels, request).map((value) => {
        if (value === null) return "-";
        return page.clicked.has(value) ? "chosen" : clicked(value, phrases);
      });
      return [page.price.low > request.priceLimit ? "dear" : "item", ...values].join(" ");
    }
    case "details": {
      return `details ${Math.round(9 * shareOf(page.text, readRequest(page.instruction)))}`;
    }
    case "receipt":
      return page.score === 1 ? "right" : "wrong";
    case "other":
      return null;
  }
}
