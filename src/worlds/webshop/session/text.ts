/** The observation modes `text` and `text_rich`. */
import { strip } from "../python/text.ts";
import { type TextNode, textNodesOf } from "./nodes.ts";
import type { View } from "./view.ts";

/** All texts of the page, joined by ` [SEP] `. */
export function textOf(view: View): string {
  return textNodesOf(view)
    .map(({ text }) => strip(text))
    .join(" [SEP] ");
}

/**
 * One text a line, with marks around what can be clicked, and whether it was: an option is `clicked` if it stands in
 * double quotes anywhere in the address, so values that JSON escapes never are; a product if it was visited. Before
 * everything a line for each clicked option, the last of the page first.
 */
export function richTextOf(view: View): string {
  const isClicked = clickTest(view);
  const lines: string[] = [];
  const clicked: string[] = [];
  for (const node of textNodesOf(view)) {
    if (node.kind === "option" && isClicked(node)) clicked.unshift(`You have clicked ${node.text}.\n`);
    lines.push(`${decorated(node, isClicked(node))}\n`);
  }
  return [...clicked, ...lines].join("");
}

function clickTest(view: View): (node: TextNode) => boolean {
  return ({ kind, text }) =>
    kind === "option" ? view.url.includes(`"${text}"`) : kind === "product" && view.state.visited.includes(text);
}

const INDENT: Readonly<Record<TextNode["kind"], string>> = { plain: "", button: "", option: "  ", product: "\n" };

function decorated({ kind, text }: TextNode, isClicked: boolean): string {
  if (kind === "plain") return text;
  const mark = isClicked ? "clicked button" : "button";
  return `${INDENT[kind]}[${mark}] ${text} [${mark}_]`;
}
