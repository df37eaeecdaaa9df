// Pages read from their text: both ways to observe tell the same, and no text breaks the reader.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { readJsonLines, skipWithout } from "../../../test/shared.ts";
import { type Page, readPage } from "./pages.ts";

const skip = skipWithout("webshop/golden/episodes.jsonl.gz");

interface Recorded {
  readonly text: string;
  readonly text_rich: string;
  readonly clickables: readonly string[];
}

const recorded = () =>
  readJsonLines<{ readonly reset: Recorded; readonly steps: readonly Recorded[] }>(
    "webshop/golden/episodes.jsonl.gz",
  ).flatMap(({ reset, steps }) => [reset, ...steps]);

/** What both ways tell: only text_rich marks what was clicked, and long texts are broken into lines differently. */
function told(page: Page) {
  if (page.kind === "details") return { ...page, text: page.text.replace(/\s+/g, " ") };
  return { ...page, clicked: null };
}

test("text and text_rich tell the same", { skip }, () => {
  for (const { text, text_rich } of recorded()) assert.deepEqual(told(readPage(text_rich)), told(readPage(text)));
});

test("text_rich marks what was clicked", { skip }, () => {
  const counts = { results: 0, item: 0 };
  for (const { text_rich } of recorded()) {
    const page = readPage(text_rich);
    if (page.kind !== "results" && page.kind !== "item") continue;
    const texts = page.kind === "results" ? page.offers.map(({ asin }) => asin) : page.labels;
    for (const label of page.clicked)
      assert(
        texts.some((text) => text.toLowerCase() === label),
        label,
      );
    counts[page.kind] += page.clicked.size;
  }
  assert(counts.results > 0 && counts.item > 0);
});

test("what can be clicked is on the page that was read", { skip }, () => {
  const kinds = new Set<string>();
  for (const { text, clickables } of recorded()) {
    const page = readPage(text);
    kinds.add(page.kind);
    const named = clickables.filter((label) => !/^(search|back to search|< prev|next >|buy now)$/.test(label));
    if (page.kind === "results") {
      assert.deepEqual(
        page.offers.map(({ asin }) => asin),
        named,
      );
    }
    if (page.kind === "item") {
      const labels = new Set([...page.labels, "description", "features", "reviews"].map((label) => label.trim()));
      for (const label of named) assert(labels.has(label.trim()), `${label} in ${text}`);
    }
  }
  assert.deepEqual([...kinds].sort(), ["details", "item", "receipt", "results", "search"]);
});

test("a page of results", () => {
  const text =
    "Instruction: [SEP] Find me a lamp [SEP] Back to Search [SEP] Page 2 (Total results: 50) [SEP] < Prev [SEP] Next > " +
    "[SEP] B01 [SEP] A lamp [SEP] $17.4 [SEP] B02 [SEP] $10.0 to $20.0";
  assert.deepEqual(readPage(text), {
    kind: "results",
    instruction: "Find me a lamp",
    page: 2,
    offers: [
      { asin: "b01", title: "A lamp", price: { low: 17.4, high: 17.4 } },
      { asin: "b02", title: "", price: { low: 10, high: 20 } },
    ],
    clicked: new Set(),
  });
});

test("any text is some page", () => {
  const node = fc.oneof(
    fc.string(),
    fc.constantFrom("WebShop", "Instruction:", "Back to Search", "Page 1 (Total results: 1)", "< Prev", "Next >"),
    fc.constantFrom("Price: $1.0", "$2.0", "Buy Now", "Thank you for shopping with us!"),
  );
  fc.assert(
    fc.property(fc.array(node, { maxLength: 12 }), fc.constantFrom(" [SEP] ", "\n"), (nodes, separator) => {
      assert.equal(typeof readPage(nodes.join(separator)).kind, "string");
    }),
  );
});
