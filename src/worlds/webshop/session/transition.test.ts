// The quirks of the original's dispatch, one by one, in a shop made by hand.
import assert from "node:assert/strict";
import { test } from "node:test";
import { lamps, product, smallTask, visit } from "../../../../test/small-shop.ts";
import type { ShopEnvironment } from "./index.ts";

/** Does `actions`; the last address without its head, and the last step's result. */
async function walk(environment: ShopEnvironment, ...actions: readonly string[]) {
  const results = [];
  for (const action of actions) results.push(await environment.step(action));
  const last = results.at(-1)!;
  const { url, clickables } = last.info as { readonly url: string; readonly clickables: readonly string[] };
  return { ...last, path: url.replace("http://127.0.0.1:3000/", ""), clickables };
}

test("a search is accepted on every page and always starts at its first page of results", async () => {
  const environment = await visit(lamps(25));
  const at = async (...actions: string[]) => (await walk(environment, ...actions)).path;
  assert.equal(await at("search[Lamp]"), "search_results/0/lamp/1");
  assert.equal(await at("click[Next >]"), "search_results/0/lamp/2");
  assert.equal(await at("search[desk  lamp ]"), "search_results/0/desk++lamp+/1");
  assert.equal(await at("click[b000000001]", "search[lamp]"), "search_results/0/lamp/1");
  assert.equal(await at("click[b000000001]", "click[features]", "search[lamp]"), "search_results/0/lamp/1");
});

test("results have no end, and going back from an item leads to its page of results", async () => {
  const environment = await visit(lamps(25));
  const far = await walk(environment, "search[lamp]", ...Array<string>(5).fill("click[next >]"));
  assert.equal(far.path, "search_results/0/lamp/6");
  assert.deepEqual(far.clickables, ["back to search", "< prev", "next >"]);
  const back = await walk(environment, ...Array<string>(4).fill("click[< prev]"), "click[b000000011]", "click[< prev]");
  assert.equal(back.path, "search_results/0/lamp/2");
});

test("a query that names a page misroutes the buttons behind it", async () => {
  const results = await walk(
    await visit(lamps(3)),
    "search[search_results lamp]",
    "click[b000000001]",
    "click[< prev]",
  );
  assert.equal(results.path, "search_results/0/search_results+lamp/0");
  assert.deepEqual(results.clickables, ["back to search", "next >"]);
  const lead = ["search[item_page lamp]", "click[b000000001]", "click[reviews]"];
  assert.equal((await walk(await visit(lamps(3)), ...lead, "click[< prev]")).path, "search_results/0/item_page+lamp/1");
  const usual = ["search[lamp]", "click[b000000001]", "click[reviews]", "click[< prev]"];
  assert.equal((await walk(await visit(lamps(3)), ...usual)).path, "item_page/0/B000000001/lamp/1/{}");
});

const labelled = (...values: readonly string[]) => [
  product({ options: [{ name: "kind", values }] }),
  ...lamps(3).slice(1),
];

test("an option whose value is a button's label acts as the button", async () => {
  const values = ["description", "next >", "attributes", "search", "plain"];
  const open = async () => {
    const environment = await visit(labelled(...values));
    await walk(environment, "search[lamp]", "click[b000000001]");
    return environment;
  };
  const after = async (label: string) => (await walk(await open(), `click[${label}]`)).path;
  assert.equal(await after("description"), "item_sub_page/0/B000000001/lamp/1/Description/{}");
  assert.equal(await after("attributes"), "item_sub_page/0/B000000001/lamp/1/Attributes/{}");
  assert.equal(await after("search"), "item_page/0/B000000001/lamp/1/{}");
  assert.equal(await after("next >"), 'item_page/0/B000000001/lamp/1/{"kind": "next >"}');
  const { clickables } = await walk(await open(), "click[plain]");
  const buttons = ["back to search", "< prev", "description", "features", "reviews", "buy now"];
  assert.deepEqual(clickables, [...buttons, "next >", "attributes", "search", "plain"]);
});

test("a value of two groups belongs to the last; a group keeps its place when chosen again", async () => {
  const options = [
    { name: "size", values: ["small", "large"] },
    { name: "fit", values: ["small", "wide"] },
  ];
  const environment = await visit([product({ options })]);
  const chosen = async (...labels: string[]) => {
    const { path } = await walk(environment, ...labels.map((label) => `click[${label}]`));
    return path.slice(path.indexOf("{"));
  };
  await walk(environment, "search[lamp]", "click[b000000001]");
  assert.equal(await chosen("SMALL"), '{"fit": "small"}');
  assert.equal(await chosen("large", "wide"), '{"fit": "wide", "size": "large"}');
  assert.equal(await chosen("description"), "{'fit': 'wide', 'size': 'large'}");
  assert.equal(await chosen("< prev"), '{"fit": "wide", "size": "large"}');
  assert.equal(await chosen("< prev", "b000000001"), "{}");
});

test("buying ends the task; of what follows only a search does anything", async () => {
  const environment = await visit(lamps(3));
  const bought = await walk(environment, "search[lamp]", "click[b000000001]", "click[BUY NOW]");
  assert.equal(bought.path, "done/0/B000000001/{}");
  assert.equal(bought.terminated, true);
  assert.equal(bought.reward, 1);
  assert.deepEqual(bought.clickables, []);
  assert.deepEqual(await environment.actions(), []);
  const again = await walk(environment, "click[buy now]");
  assert.deepEqual([again.path, again.reward, again.terminated], [bought.path, 0, false]);
  assert.equal((await walk(environment, "search[lamp]")).path, "search_results/0/lamp/1");
});

test("visits are forgotten on the way back to the search, and only there", async () => {
  const environment = await visit(lamps(3), { observation: "text_rich" });
  const isMarked = async (...actions: string[]) =>
    (await walk(environment, ...actions)).observation.includes("[clicked button] B000000002");
  assert.equal(await isMarked("search[lamp]"), false);
  assert.equal(await isMarked("click[b000000002]", "click[< prev]"), true);
  assert.equal(await isMarked("search[desk]"), true);
  assert.equal(await isMarked("click[back to search]", "search[desk]"), false);
});

test("<c> and <q> list a department or a customer's query, in the catalogue's order and whole", async () => {
  const others = lamps(70).map((lamp) => ({ ...lamp, query: "floor lamps", category: "garden" }));
  const mixed = [...others.slice(0, 60), ...lamps(70).slice(60)];
  const found = async (query: string) => {
    const { observation } = await walk(await visit(mixed), `search[${query}]`);
    return [/Total results: (\d+)/.exec(observation)?.[1], /B\d{9}/.exec(observation)?.[0]];
  };
  assert.deepEqual(await found("<c> electronics and more"), ["10", "B000000061"]);
  assert.deepEqual(await found("<c> Garden"), ["60", "B000000001"]);
  assert.deepEqual(await found("<q> desk lamps "), ["10", "B000000061"]);
  assert.deepEqual(await found("<q> desk"), ["0", undefined]);
  assert.deepEqual(await found("<c> "), ["0", undefined]);
});

test("where the original crashes the page stays", async () => {
  const environment = await visit(lamps(49));
  const before = await walk(environment, "search[lamp]", "click[b000000003]");
  for (const action of ["search[<a> easy clean]", "search[<a>]", "search[<c>]", "search[<r>]"]) {
    assert.equal((await walk(environment, action)).path, before.path, action);
  }
});

test("<r> shows fifty different products, others each time, and the same ones after a restore", async () => {
  const environment = await visit(lamps(80));
  const listed = ({ clickables }: { readonly clickables: readonly string[] }) =>
    clickables.filter((label) => /^b\d/.test(label));
  const shown = new Set<string>();
  const pages = [];
  for (const action of ["search[<r> x]", "click[next >]", "click[next >]"]) {
    const page = listed(await walk(environment, action));
    assert.equal(new Set(page).size, 10);
    pages.push(page.join(" "));
  }
  assert.equal(new Set(pages).size, 3);
  const snapshot = await environment.snapshot();
  const future = async () => listed(await walk(environment, "click[next >]", "search[<r>]"));
  const expected = await future();
  await environment.restore(smallTask, JSON.parse(JSON.stringify(snapshot)));
  assert.deepEqual(await future(), expected);
  for (const seed of [0, 1, 2]) {
    shown.add(listed(await walk(await visit(lamps(80), {}, seed), "search[<r>]")).join(" "));
  }
  assert.equal(shown.size, 3);
});

test("what cannot be clicked is not offered", async () => {
  const environment = await visit(labelled("a [b] c", "a]b", "two\nlines", "", "search", " | x", "plain"));
  await walk(environment, "search[lamp]", "click[b000000001]");
  const offered = (await environment.actions())!.filter(
    (action) => !/search|prev|tion|features|reviews|buy/.test(action),
  );
  assert.deepEqual(offered, ["click[a]b]", "click[ | x]", "click[plain]"]);
});
