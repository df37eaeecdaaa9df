// The shop in few words: actions come back exactly, pages are short, and everything follows from the text alone.
import assert from "node:assert/strict";
import { before, test } from "node:test";
import fc from "fast-check";
import { readJsonLines, shared, skipWithout } from "../../../test/shared.ts";
import type { CompactRendering } from "../../core/environment.ts";
import { random } from "../../core/random.ts";
import type { Task } from "../../core/task.ts";
import { loadCatalogue } from "./catalogue/load.ts";
import { catalogueOf } from "./catalogue/memory.ts";
import { stockOf } from "./catalogue/stock.ts";
import { compactRendering } from "./compact.ts";
import { heuristicNouns } from "./reward/nouns.ts";
import { buildIndex } from "./search/index.ts";
import { openStorefront, sessionsOf } from "./session/index.ts";
import type { Shop } from "./types.ts";

const skip = skipWithout("webshop/items_shuffle_1000.json.gz");

let shop: Shop;
let compact: CompactRendering;
before(async () => {
  if (skip) return;
  const catalogue = await loadCatalogue({ data: shared("webshop") });
  const stock = stockOf(catalogue, { kind: "synthetic", seed: 0 });
  shop = { catalogue, stock, index: await buildIndex(catalogue), nouns: heuristicNouns };
  compact = compactRendering(catalogue);
});

const taskOf = (goal: number) =>
  ({
    id: `webshop/synthetic/${goal}`,
    split: "",
    category: "",
    instruction: shop.stock.goals[goal]!.instruction,
    data: goal,
  }) as Task;

const wordsIn = (text: string) => text.split(" ").length;

test("every listed action of random walks comes back, and no two read alike", { skip }, async () => {
  const environment = sessionsOf(openStorefront(shop), ({ data }) => data as number)();
  for (let walk = 0; walk < 60; walk++) {
    const draw = random("walk", walk);
    await environment.reset(taskOf(draw.integer(shop.stock.goals.length)), 0);
    for (let step = 0; step < 12; step++) {
      const listed = (await environment.actions()) ?? [];
      const written = listed.map((action) => compact.action(action));
      assert.deepEqual(written.map(compact.parse), listed);
      assert.equal(new Set(written).size, new Set(listed).size);
      if (listed.length === 0) break;
      await environment.step(draw.pick(listed));
    }
  }
});

test("pages and actions take few words, whichever way they are observed", { skip }, () => {
  interface Recorded {
    readonly text: string;
    readonly text_rich: string;
  }
  const episodes = readJsonLines<{ readonly steps: readonly Recorded[] }>("webshop/golden/episodes.jsonl.gz");
  for (const { text, text_rich } of episodes.flatMap(({ steps }) => steps)) {
    const page = compact.observation(text);
    assert(wordsIn(page) <= 40, page);
    const rich = compact.observation(text_rich);
    assert(wordsIn(rich) <= 40, rich);
    if (!text_rich.includes("[clicked button]")) assert.equal(rich, page);
  }
});

test("an instruction is its wish and its values", { skip }, () => {
  const goal = shop.stock.goals.findIndex(({ instruction }) => /with color: black, and size: large/.test(instruction));
  assert.match(compact.instruction(taskOf(goal)), /^\S+( \S+)* ; black large$/);
  const lengths = Array.from({ length: 500 }, (_, index) => wordsIn(compact.instruction(taskOf(index))));
  assert(Math.max(...lengths) <= 40);
});

test("a product's own words, page by page", () => {
  const shirt = {
    asin: "B01",
    title: "Red cotton shirt",
    description: "",
    bullets: [""],
    query: "men's shirts",
    category: "fashion",
    productCategory: "Clothing › Shirts",
    prices: [17],
    priceTag: "$17.0",
    options: [{ name: "size", values: ["large", "buy"] }],
    image: "",
    optionImages: new Map(),
    attributes: ["machine wash"],
    instruction: null,
    humanInstructions: [],
  };
  const { instruction, observation, action, parse } = compactRendering(catalogueOf([shirt]));
  const wish = "Find me machine wash cotton men's shirts with size: large, and price lower than 20.00 dollars";
  assert.equal(instruction({ instruction: wish } as Task), "machine_wash cotton men's_shirts ; v0");
  const head = `Instruction: [SEP] ${wish} [SEP] Back to Search [SEP] `;
  const results = `${head}Page 1 (Total results: 2) [SEP] Next > [SEP] B01 [SEP] Red cotton shirt [SEP] $17.0`;
  assert.equal(observation(results), "page 1 p0 2");
  assert.equal(observation(`${results} [SEP] B02 [SEP] Gold shirt [SEP] $21.0`), "page 1 p0 2", "too dear");
  const item = `${head}< Prev [SEP] size [SEP] large [SEP] buy [SEP] Red cotton shirt [SEP] Price: $17.0 [SEP] Buy Now`;
  assert.equal(observation(item), "item v0");
  assert.equal(observation(item.replace("large [SEP]", "[SEP]").replace("17", "21")), "dear -");
  const rich = item.replaceAll(" [SEP] ", "\n").replace("\nlarge\n", "\n  [clicked button] large [clicked button_]\n");
  assert.equal(observation(`You have clicked large.\n${rich}`), "item chosen");
  assert.equal(
    observation(results.replaceAll(" [SEP] ", "\n").replace("B01", "[clicked button] B01 [clicked button_]")),
    "page 1 p0 seen",
  );
  assert.equal(action("click[b01]"), "p0");
  assert.equal(action("click[buy now]"), "buy");
  assert.equal(action("search[men's shirts large]"), "search men's_shirts v0");
  assert.equal(parse("search men's_shirts v0"), "search[men's shirts large]");
});

test("any action comes back, any text is rendered", { skip }, () => {
  fc.assert(
    fc.property(fc.constantFrom("click", "search", "buy", ""), fc.string(), (verb, what) => {
      for (const action of [`${verb}[${what}]`, what]) {
        const rendered = compact.action(action);
        if (/^(search|click)\[.+\]$/.test(action)) assert.equal(compact.parse(rendered), action);
        else assert.equal(rendered, action);
      }
    }),
  );
  fc.assert(fc.property(fc.string(), (text) => wordsIn(compact.observation(text)) <= 40));
});
