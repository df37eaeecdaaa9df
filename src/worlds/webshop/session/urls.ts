/**
 * Addresses: the one in the session's browser (`url`), and the quoting of those inside html pages. Options stand in them
 * as Python writes them: item pages hold `json.dumps(options)`, sub pages and the last page `str(options)`, links
 * werkzeug 2.2's quoting of the latter.
 */
import { dictRepr, jsonDumps } from "../python/text.ts";
import type { State } from "./state.ts";

const BASE = "http://127.0.0.1:3000";

/** The address that the session's browser shows. */
export function urlOf({ goal, place }: State): string {
  switch (place.kind) {
    case "index":
      return `${BASE}/${goal}`;
    case "results":
      return `${BASE}/search_results/${goal}/${words(place.query)}/${place.page}`;
    case "item":
      return `${BASE}/item_page/${goal}/${place.asin}/${words(place.query)}/${place.page}/${jsonDumps(place.options)}`;
    case "sub": {
      const item = `${goal}/${place.asin}/${words(place.query)}/${place.page}`;
      return `${BASE}/item_sub_page/${item}/${place.name}/${dictRepr(place.options)}`;
    }
    case "done":
      return `${BASE}/done/${goal}/${place.asin}/${dictRepr(place.options)}`;
  }
}

const words = (query: string) => query.replaceAll(" ", "+");

export type PageName = "search_results" | "item_page" | "item_sub_page" | "done" | "";

/**
 * The page that the original takes `url` for: the first of these names anywhere in it, so a search for
 * `item_page shoes` misroutes the buttons behind it.
 */
export function pageNameIn(url: string): PageName {
  const names = ["search_results", "item_page", "item_sub_page", "done"] as const;
  return names.find((name) => url.includes(name)) ?? "";
}

/**
 * `text` as a parameter of a link: percent-encoding of UTF-8 with `+` for a blank. Lone surrogates, which Python would
 * refuse, become U+FFFD.
 */
export const quoted = (text: string) =>
  encodeURIComponent(text.toWellFormed()).replace(/%(?:20|24|2C|3B)/g, (code) => UNQUOTED[code]!);

const UNQUOTED: Readonly<Record<string, string>> = { "%20": "+", "%24": "$", "%2C": ",", "%3B": ";" };
