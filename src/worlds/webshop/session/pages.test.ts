// The renderings of odd products: html and text must say the same, whatever the product's texts are.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { product, smallShop, visit } from "../../../../test/small-shop.ts";
import { type ShopPage as ShownPage, shopDocument } from "../../../servers/shop/page.ts";
import type { Product } from "../types.ts";
import { htmlOf } from "./html.ts";
import { ORIGINAL_RULES, openStorefront, type ShopEnvironment } from "./index.ts";
import { textNodesOf } from "./nodes.ts";
import { shopPageOf } from "./shop-page.ts";
import { initialState, type Place, type State, SUB_PAGES } from "./state.ts";
import { richTextOf, textOf } from "./text.ts";
import { quoted } from "./urls.ts";
import { viewOf } from "./view.ts";

/** The visible texts of a page, read from its html as a browser's text would be, by BeautifulSoup's rules for blanks. */
function textsIn(html: string): string[] {
  const body = html
    .replace(/<head>[\s\S]*?<\/head>/, "")
    .replace(/<script>[\s\S]*?<\/script>/g, "")
    .replace(/<!--[\s\S]*?-->/g, "")
    .replace(/^<!DOCTYPE html>\n/, "");
  const unescaped = (text: string) =>
    text.replace(/&(#34|#39|lt|gt|amp);/g, (entity) => UNESCAPED[entity] ?? assert.fail(entity));
  return body
    .split(/<[^>]*>/)
    .map(unescaped)
    .map((text) => (/^[ \n\t\f\r]+$/.test(text) ? (text.includes("\n") ? "\n" : " ") : text))
    .filter((text) => text !== "" && text !== "\n");
}

const UNESCAPED: Readonly<Record<string, string>> = {
  "&#34;": '"',
  "&#39;": "'",
  "&lt;": "<",
  "&gt;": ">",
  "&amp;": "&",
};

const REWARD = {
  total: 0.5,
  parts: { r_type: 1, r_att: 0, w_att: 0.5, query_match: true, category_match: true, title_score: 1 },
};

/** Every kind of page that shows `one`, by name. */
async function viewsOf(one: Product, wish = "a desk lamp") {
  const front = openStorefront(await smallShop([one], wish), { ...ORIGINAL_RULES, showAttributes: true });
  const options = one.options.flatMap(({ name, values }) => values.slice(0, 1).map((value) => [name, value] as const));
  const item = { query: "lamp", page: 1, asin: one.asin, options };
  const places: readonly Place[] = [
    { kind: "index" },
    { kind: "results", query: "<q> desk lamps", page: 1 },
    { kind: "results", query: "<q> desk lamps", page: 2 },
    { kind: "item", ...item },
    ...SUB_PAGES.map((name) => ({ kind: "sub", ...item, name }) as const),
    { kind: "done", asin: one.asin, options, reward: REWARD },
  ];
  return places.map((place): ReturnType<typeof viewOf> => viewOf(front, { ...initialState(0, 0), place } as State));
}

const oddText = fc
  .array(
    fc.constantFrom("<b>", "&amp;", '"', "'", "\u00a0", " ", "\n", "\t", "-->", "<!--", "é", "★", "x", "\\", "`", "${"),
    {
      maxLength: 5,
    },
  )
  .map((pieces) => pieces.join(""));

const oddProduct = fc
  .record({
    title: oddText,
    description: oddText,
    bullets: fc.array(oddText, { minLength: 1, maxLength: 3 }),
    attributes: fc.array(oddText, { minLength: 1, maxLength: 2 }),
    category: oddText,
    productCategory: oddText,
    image: oddText,
    names: fc.uniqueArray(oddText, { maxLength: 2 }),
    values: fc.array(oddText, { minLength: 1, maxLength: 3 }),
    wish: oddText,
  })
  .map(({ names, values, wish, ...texts }) => ({
    one: product({ ...texts, options: names.map((name) => ({ name, values })) }),
    wish,
  }));

test("html and text have the same texts on every page of any product", async () => {
  const property = fc.asyncProperty(oddProduct, async ({ one, wish }) => {
    for (const view of await viewsOf(one, wish)) {
      assert.deepEqual(
        textNodesOf(view).map(({ text }) => text),
        textsIn(htmlOf(view)),
        view.kind,
      );
    }
  });
  await fc.assert(property, { numRuns: 300 });
});

test("texts of blanks shrink to one, and vanish with a line feed in them", async () => {
  const one = product({ title: " \t ", description: "\n \n", bullets: ["", "\n", "x"], attributes: [" a "] });
  const [, results, , item, description, features, reviews, attributes] = (await viewsOf(one)).map(textOf);
  assert.equal(
    results,
    "Instruction: [SEP] a desk lamp [SEP] Back to Search [SEP] Page 1 (Total results: 1) [SEP] Next > [SEP] B000000001 [SEP]  [SEP] $10.0",
  );
  assert.match(item!, /< Prev \[SEP\] {2}\[SEP\] Price: \$10\.0 \[SEP\] Rating: N\.A\. \[SEP\] Description/);
  const head = "Instruction: [SEP] a desk lamp [SEP] Back to Search [SEP] < Prev";
  assert.equal(description, head);
  assert.equal(features, `${head} [SEP]  [SEP] x`);
  assert.equal(reviews, head);
  assert.equal(attributes, `${head} [SEP] a [SEP] electronics [SEP] desk lamps [SEP] Home › Lighting › Lamps`);
});

test("rich text marks what was clicked, the last clicked of the page first; values that JSON escapes never are", async () => {
  const options = [
    { name: "color", values: ["red", "blue"] },
    { name: "size", values: ['5"', "xl"] },
    { name: "fit", values: ["café", "wide"] },
  ];
  const front = openStorefront(await smallShop([product({ options })]));
  const rich = (...chosen: readonly (readonly [string, string])[]) => {
    const place = { kind: "item", query: 'a "red" lamp', page: 1, asin: "B000000001", options: chosen } as const;
    return richTextOf(viewOf(front, { ...initialState(0, 0), place }));
  };
  // The query stands in the address too.
  assert.match(rich(), /^You have clicked red\.\nInstruction:\n/);
  assert.match(
    rich(["size", "xl"], ["color", "blue"]),
    /^You have clicked xl\.\nYou have clicked blue\.\nYou have clicked red\.\nI/,
  );
  assert.match(rich(["size", "xl"]), /\n {2}\[clicked button\] xl \[clicked button_\]\n/);
  const escapedOnes = rich(["size", '5"'], ["fit", "café"]);
  assert.match(escapedOnes, /\n {2}\[button\] 5" \[button_\]\n/);
  assert.match(escapedOnes, /\n {2}\[button\] café \[button_\]\n/);
});

test("parameters are quoted as werkzeug does", () => {
  assert.equal(quoted("x y+z/é:;,$!'()*~\"|\ud800"), "x+y%2Bz%2F%C3%A9%3A;,$!'()*~%22%7C%EF%BF%BD");
});

test("the page for a person has what the html has, and every button on it does something", async () => {
  const options = [{ name: "color", values: ["red", "blue"] }];
  const optionImages = new Map([["red", "https://pictures.test/red.jpg"]]);
  const environment = await visit([product({ options, optionImages }), product({ asin: "B000000002" })]);
  const page = async (action: string) => {
    await environment.step(action);
    return environment.page();
  };
  assert.deepEqual(await environment.page(), { kind: "index", instruction: "a desk lamp", buttons: [] });
  const results = await page("search[lamp]");
  assert.equal(results.heading, "Page 1 (Total results: 2)");
  assert.deepEqual(results.products?.[1], {
    asin: "B000000001",
    title: "Desk Lamp",
    price: "$10.0",
    image: "https://pictures.test/lamp.jpg",
    isVisited: false,
    action: "click[b000000001]",
  });
  assert.deepEqual((await page("click[b000000001]")).item?.image, "https://pictures.test/lamp.jpg");
  const { item, buttons } = await page("click[red]");
  assert.equal(item?.image, "https://pictures.test/red.jpg");
  assert.deepEqual(
    item?.options[0]?.values.map(({ label, isChosen }) => [label, isChosen]),
    [
      ["red", true],
      ["blue", false],
    ],
  );
  assert.deepEqual(
    buttons.map(({ label }) => label),
    ["Back to Search", "< Prev", "Description", "Features", "Reviews", "Buy Now"],
  );
  assert.deepEqual((await page("click[features]")).texts, ["bright"]);
  await environment.step("click[< prev]");
  const done = await page("click[buy now]");
  assert.deepEqual([done.kind, done.score, done.parts?.r_type, done.buttons], ["done", 1, 1, []]);
});

test("all that a page for a person offers is accepted, and the web page shows it", async () => {
  const environment: ShopEnvironment = await visit([product({ options: [{ name: "color", values: ["red", "a/b"] }] })]);
  const offered = (page: ShownPage) =>
    [...page.buttons, ...(page.products ?? []), ...(page.item?.options.flatMap(({ values }) => values) ?? [])].map(
      ({ action }) => action,
    );
  for (const walk of [["search[lamp]"], ["search[lamp]", "click[b000000001]"]]) {
    for (const action of walk) await environment.step(action);
    const page = await environment.page();
    const shown = shopDocument(page, { number: 1, steps: 1, maxSteps: 15 });
    const snapshot = await environment.snapshot();
    const task = { id: snapshot.taskId, split: "test", category: "", instruction: "", data: null };
    for (const action of offered(page)) {
      await environment.restore(task, snapshot);
      await environment.step(action);
      assert.notDeepEqual((await environment.snapshot()) as unknown, snapshot, action);
      assert(shown.includes(action.replaceAll("<", "&lt;").replaceAll(">", "&gt;")), action);
    }
    await environment.restore(task, snapshot);
  }
  const view = (await viewsOf(product()))[4]!;
  assert.deepEqual(shopPageOf(view).texts, ["A lamp."]);
});
