/**
 * What a customer can tell from a page of the shop: its kind, and what stands on it. Reads observations in the modes
 * `text` and `text_rich`; knows nothing of the engine, so logs recorded elsewhere can be read too. Not the renderer of
 * pages: that is session/'s.
 */

/** A tag of one price has `low` = `high`; in USD. */
export interface PriceTag {
  readonly low: number;
  readonly high: number;
}

/** One product of a results page. */
export interface Offer {
  /** In lower case, as it is clicked. */
  readonly asin: string;
  readonly title: string;
  readonly price: PriceTag;
}

export interface ResultsPage {
  readonly kind: "results";
  readonly instruction: string;
  /** From 1. */
  readonly page: number;
  /** In the order of the search. */
  readonly offers: readonly Offer[];
  /** The products that `text_rich` marks as looked at, in lower case; `text` marks none. */
  readonly clicked: ReadonlySet<string>;
}

export interface ItemPage {
  readonly kind: "item";
  readonly instruction: string;
  /** Names of option groups and their values, in the page's order; which is which the text does not say. */
  readonly labels: readonly string[];
  readonly title: string;
  readonly price: PriceTag;
  /** The values that `text_rich` marks as chosen, in lower case; `text` marks none. */
  readonly clicked: ReadonlySet<string>;
}

export type Page =
  | { readonly kind: "search"; readonly instruction: string }
  | ResultsPage
  | ItemPage
  /** Description, features, reviews or attributes. */
  | { readonly kind: "details"; readonly instruction: string; readonly text: string }
  /** After buying. */
  | { readonly kind: "receipt"; readonly asin: string; readonly score: number }
  | { readonly kind: "other" };

const SEPARATOR = " [SEP] ";
const PRICE = /^\$(\d+(?:\.\d+)?(?:e\+?\d+)?)(?: to \$(\d+(?:\.\d+)?(?:e\+?\d+)?))?$/;

/** Any text is some page; what is none of the shop's is `other`. */
export function readPage(text: string): Page {
  const { nodes, clicked } = nodesOf(text);
  if (nodes[0] === "WebShop" && nodes[1] === "Instruction:") {
    return { kind: "search", instruction: nodes.slice(2, -1).join(" ") };
  }
  if (nodes[0] === "Thank you for shopping with us!") return receipt(nodes);
  const back = nodes.indexOf("Back to Search");
  if (nodes[0] !== "Instruction:" || back < 0) return { kind: "other" };
  const instruction = nodes.slice(1, back).join(" ");
  const rest = nodes.slice(back + 1);
  const page = /^Page (\d+) \(Total results: \d+\)$/.exec(rest[0] ?? "");
  if (page) return { kind: "results", instruction, page: Number(page[1]), offers: offersOf(rest), clicked };
  const item = itemOf(rest);
  if (item) return { kind: "item", instruction, ...item, clicked };
  return { kind: "details", instruction, text: rest.slice(1).join(" ") };
}

interface Nodes {
  /** The texts of a page in order; empty ones say nothing and are left out. */
  readonly nodes: readonly string[];
  /** Those marked as clicked, in lower case. */
  readonly clicked: ReadonlySet<string>;
}

function nodesOf(text: string): Nodes {
  const clicked = new Set<string>();
  if (text.includes(SEPARATOR) || !text.includes("\n")) return { nodes: trimmed(text.split(SEPARATOR)), clicked };
  const lines = text.split("\n").filter((line) => !/^You have clicked .*\.$/.test(line));
  const nodes = lines.map((line) => {
    const [, mark, button] = /^\s*\[(clicked )?button\] (.*) \[(?:clicked )?button_\]$/.exec(line) ?? [];
    if (button !== undefined && mark) clicked.add(button.trim().toLowerCase());
    return button ?? line;
  });
  return { nodes: trimmed(nodes), clicked };
}

const trimmed = (nodes: readonly string[]): string[] => nodes.map((node) => node.trim()).filter(Boolean);

function offersOf(nodes: readonly string[]): Offer[] {
  const offers: Offer[] = [];
  let pending: string[] = [];
  for (const node of nodes.slice(nodes.indexOf("Next >") + 1)) {
    const price = priceOf(node);
    if (price && pending.length > 0) {
      const [asin = "", ...title] = pending;
      offers.push({ asin: asin.toLowerCase(), title: title.join(" "), price });
      pending = [];
    } else pending.push(node);
  }
  return offers;
}

function itemOf(nodes: readonly string[]): Pick<ItemPage, "labels" | "title" | "price"> | null {
  const at = nodes.findLastIndex((node) => node.startsWith("Price: "));
  const price = priceOf(nodes[at]?.slice("Price: ".length) ?? "");
  if (!price || nodes.at(-1) !== "Buy Now") return null;
  const texts = nodes.slice(nodes.indexOf("< Prev") + 1, at);
  return { labels: texts.slice(0, -1), title: texts.at(-1) ?? "", price };
}

function receipt(nodes: readonly string[]): Page {
  const asin = nodes[nodes.indexOf("asin") + 1] ?? "";
  const score = Number(nodes[nodes.indexOf("Your score (min 0.0, max 1.0)") + 1]);
  return { kind: "receipt", asin: asin.toLowerCase(), score };
}

function priceOf(text: string): PriceTag | null {
  const [, low, high = low] = PRICE.exec(text) ?? [];
  return low === undefined ? null : { low: Number(low), high: Number(high) };
}
