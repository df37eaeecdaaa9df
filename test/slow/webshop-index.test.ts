// Large shops: an index that takes long to make is kept in the cache folder; the largest makes its goals at once.
import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, rmSync, statSync, truncateSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { stockOf } from "../../src/worlds/webshop/catalogue/stock.ts";
import { generatedCatalogue, MOST_PRODUCTS } from "../../src/worlds/webshop/generator/catalogue.ts";
import { webshop } from "../../src/worlds/webshop/index.ts";
import { heuristicNouns } from "../../src/worlds/webshop/reward/nouns.ts";
import { rewardOf } from "../../src/worlds/webshop/reward/reward.ts";

const folder = mkdtempSync(join(tmpdir(), "gleaner-webshop-index-"));
after(() => rmSync(folder, { recursive: true }));

test("a large catalogue's index is saved, and made again when it is damaged", async () => {
  const large = { generated: { products: 20_400 }, cache: folder };
  const observe = async () => {
    const benchmark = await webshop(large);
    const environment = await benchmark.open();
    const [task] = await benchmark.tasks("test");
    await environment.reset(task!, 0);
    return (await environment.step(`search[${task!.instruction}]`)).observation;
  };
  const built = await observe();
  const [file] = readdirSync(folder).filter((name) => name.startsWith("index-"));
  const written = statSync(join(folder, file!)).mtimeMs;
  assert.equal(await observe(), built);
  assert.equal(statSync(join(folder, file!)).mtimeMs, written);
  truncateSync(join(folder, file!), 5000);
  assert.equal(await observe(), built);
  assert(statSync(join(folder, file!)).size > 5000);
});

test("the largest shop makes its goals without making its products", () => {
  const catalogue = generatedCatalogue({ products: MOST_PRODUCTS, seed: 1 });
  const { goals, prices } = stockOf(catalogue, { kind: "human", seed: 0 });
  assert.equal(goals.length, 12_000);
  assert.equal(prices.length, MOST_PRODUCTS);
  for (const goal of goals.slice(0, 100)) {
    const row = catalogue.rowOf(goal.asin)!;
    const chosen = goal.options.map((option) => (typeof option === "string" ? option : option[1]));
    const bought = { product: catalogue.product(row), price: prices[row]!, chosen, goal, nouns: heuristicNouns };
    assert.equal(rewardOf(bought).total, 1);
  }
});
