/**
 * The visible texts of a page in document order, as BeautifulSoup 4 (`html.parser`) finds them in the original's html:
 * what both text observations are made of.
 */
import { floatRepr, toJson } from "../python/text.ts";
import type { View, ViewOf } from "./view.ts";

/** `kind` is what the text stands in: a button, the label of an option, the link to a product, anything else. */
export interface TextNode {
  readonly kind: "plain" | "button" | "option" | "product";
  readonly text: string;
}

export function textNodesOf(view: View): readonly TextNode[] {
  switch (view.kind) {
    case "index":
      return visible([plain("WebShop"), plain("Instruction: "), plain(view.instruction), button("Search")]);
    case "results":
      return visible([...header(view), ...results(view)]);
    case "item":
      return visible([...header(view), button("< Prev"), ...item(view)]);
    case "sub":
      return visible([...header(view), button("< Prev"), ...subPage(view).map(plain)]);
    case "done":
      return visible(receipt(view).map(plain));
  }
}

const plain = (text: string): TextNode => ({ kind: "plain", text });
const button = (text: string): TextNode => ({ kind: "button", text });

const header = ({ instruction }: View) => [plain("Instruction:"), plain(instruction), button("Back to Search")];

function results({ page, total, products }: ViewOf<"results">): TextNode[] {
  const listed = products.flatMap(({ asin, title, priceTag }): TextNode[] => [
    { kind: "product", text: asin },
    plain(title),
    plain(priceTag),
  ]);
  const previous = page > 1 ? [button("< Prev")] : [];
  return [plain(`Page ${page} (Total results: ${total})`), ...previous, button("Next >"), ...listed];
}

function item({ product, showAttributes }: ViewOf<"item">): TextNode[] {
  const options = product.options.flatMap(({ name, values }) => [
    plain(name),
    ...values.map((text): TextNode => ({ kind: "option", text })),
  ]);
  const subPages = ["Description", "Features", "Reviews", ...(showAttributes ? ["Attributes"] : [])];
  const facts = [product.title, `Price: ${product.priceTag}`, "Rating: N.A."];
  return [...options, ...facts.map(plain), ...[...subPages, "Buy Now"].map(button)];
}

/** What a sub page shows below its buttons. Reviews are never there: the original does not load them. */
function subPage({ name, product }: ViewOf<"sub">): readonly string[] {
  switch (name) {
    case "Description":
      return [product.description];
    case "Features":
      return product.bullets.map((bullet) => ` ${bullet}`);
    case "Reviews":
      return [];
    case "Attributes":
      return [
        ...product.attributes.map((attribute) => ` ${attribute}`),
        product.category,
        product.query,
        product.productCategory,
      ];
  }
}

/** The last page has every field of a debugging display, mostly empty, with the original's spelling. */
const receipt = ({ asin, options, reward }: ViewOf<"done">): readonly string[] => [
  ...["Thank you for shopping with us!", "Your code: ", "None", " (Paste it in your MTurk interface.)"],
  ...["Purchased", "asin", asin, "options", toJson(options), "attrs", "None", "category", "None", "query", "None"],
  ...["product category", "None", "Target", "asin", "options", "attrs", "price upper", "instuction text", "category"],
  ...["product category", "query", "Goal ", "None", "Reward", "Your score (min 0.0, max 1.0)"],
  ...[floatRepr(reward.total), "Reward Details ", "None"],
];

/** BeautifulSoup shortens a text of ASCII blanks to one line feed or one blank; line feeds and empty texts are no nodes. */
function visible(nodes: readonly TextNode[]): readonly TextNode[] {
  return nodes.flatMap((node) => {
    if (!/^[ \n\t\f\r]*$/.test(node.text)) return [node];
    return node.text === "" || node.text.includes("\n") ? [] : [{ ...node, text: " " }];
  });
}
