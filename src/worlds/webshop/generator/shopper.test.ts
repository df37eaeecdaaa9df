// A shopper who reads pages with care, through the whole engine: what a goal asks for can be found, seen and bought.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Environment } from "../../../core/environment.ts";
import { webshop } from "../benchmark.ts";
import { stockOf } from "../catalogue/stock.ts";
import { type Offer, readPage } from "../pages.ts";
import type { Goal } from "../types.ts";
import { generatedCatalogue } from "./catalogue.ts";
import { KINDS } from "./kinds.ts";

const GENERATED = { products: 1000, seed: 0 };
const RESULT_PAGES = 5;

/** The reward of the first offer that has all that `goal` asks for, 0 if there is none. */
async function shop(environment: Environment, goal: Goal): Promise<number> {
  const click = async (what: string) => (await environment.step(`click[${what}]`)).observation;
  const kind = KINDS.find(({ plural }) => plural === goal.query)!.name;
  const looksRight = ({ title, price }: Offer) => title.toLowerCase().includes(kind) && price.high <= goal.priceUpper;
  const hasAll = async () => {
    const actions = await environment.actions!();
    if (!goal.options.every((value) => actions!.includes(`click[${value}]`))) return false;
    const details = readPage(await click("features"));
    await click("< prev");
    return details.kind === "details" && goal.attributes.every((wanted) => details.text.toLowerCase().includes(wanted));
  };

  let { observation } = await environment.step(`search[${goal.instruction.replace(/, and price .*/, "")}]`);
  for (let page = 1; page <= RESULT_PAGES; page++) {
    const results = readPage(observation);
    assert(results.kind === "results");
    for (const { asin } of results.offers.filter(looksRight)) {
      await click(asin);
      if (await hasAll()) {
        for (const value of goal.options) await click(value as string);
        return (await environment.step("click[buy now]")).reward;
      }
      await click("< prev");
    }
    observation = await click("next >");
  }
  return 0;
}

test("a careful shopper is fully paid for nearly all goals, and never misled", async () => {
  const benchmark = await webshop({ generated: GENERATED, goals: "human" });
  const { goals } = stockOf(generatedCatalogue(GENERATED), { kind: "human", seed: 0 });
  const byInstruction = new Map(goals.map((goal) => [goal.instruction, goal]));
  const environment = await benchmark.open();
  const rewards: number[] = [];
  for (const task of (await benchmark.tasks("test")).slice(0, 100)) {
    await environment.reset(task, 0);
    rewards.push(await shop(environment, byInstruction.get(task.instruction)!));
  }
  await environment.close();
  assert(
    rewards.every((reward) => reward === 0 || reward === 1),
    String(rewards),
  );
  assert(rewards.filter((reward) => reward === 1).length >= 97, String(rewards));
});
