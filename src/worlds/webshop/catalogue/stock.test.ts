import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { gunzipSync } from "node:zlib";
import { shared, skipWithout } from "../../../../test/shared.ts";
import { CliError } from "../../../core/errors.ts";
import { pythonRandom } from "../python/random.ts";
import type { Goal, GoalKind, Product } from "../types.ts";
import { loadCatalogue } from "./load.ts";
import { catalogueOf } from "./memory.ts";
import { randomGoalIndex, randomSession, stockOf } from "./stock.ts";

const skip = skipWithout("webshop/golden");
const load = () => loadCatalogue({ data: shared("webshop") });

const PRODUCT: Product = {
  asin: "B000000000",
  title: "Sofa",
  description: "",
  bullets: [""],
  query: "sofas",
  category: "garden",
  productCategory: "Home › Sofas",
  prices: [100],
  priceTag: "$100.0",
  options: [],
  image: "",
  optionImages: new Map(),
  attributes: [],
  instruction: null,
  humanInstructions: [],
};

/** A recording of the original's goals, seeded with 0 before construction. */
interface Recording {
  readonly goals: readonly Record<string, unknown>[];
  readonly product_prices: Readonly<Record<string, number>>;
  readonly cum_weight_total: number;
  readonly first_session: string;
  readonly first_instruction: string;
}

function recording(kind: string): Recording {
  const path = shared(`webshop/golden/goals_${kind}_seed0.json.gz`);
  return JSON.parse(gunzipSync(readFileSync(path)).toString("utf8")) as Recording;
}

/** A goal under the original's names; options are a dict in synthetic goals, a list in human ones. */
function asRecorded(goal: Goal, kind: GoalKind): Record<string, unknown> {
  return {
    asin: goal.asin,
    category: goal.category,
    query: goal.query,
    name: goal.name,
    product_category: goal.productCategory,
    instruction_text: goal.instruction,
    attributes: goal.attributes,
    price_upper: goal.priceUpper,
    goal_options: kind === "synthetic" ? Object.fromEntries(goal.options as [string, string][]) : goal.options,
    weight: goal.weight,
  };
}

for (const kind of ["synthetic", "human"] as const) {
  test(`prices and ${kind} goals are the original's, in order`, { skip }, async () => {
    const catalogue = await load();
    const expected = recording(kind);
    const stock = stockOf(catalogue, { kind, seed: 0 });
    const rows = Object.keys(expected.product_prices).map((asin) => catalogue.rowOf(asin));
    assert.deepEqual(rows, [...rows.keys()]);
    assert.deepEqual([...stock.prices], Object.values(expected.product_prices));
    assert.equal(stock.goals.length, { synthetic: 6910, human: 13 }[kind]);
    assert.equal(expected.goals.length, stock.goals.length);
    for (const [i, goal] of expected.goals.entries()) {
      assert.deepEqual(asRecorded(stock.goals[i]!, kind), goal, `goal ${i}`);
    }
  });
}

test("the stream goes on after the shuffle: the original's first random session", { skip }, async () => {
  const expected = recording("synthetic");
  const stock = stockOf(await load(), { kind: "synthetic", seed: 0 });
  assert.equal(stock.cumulativeWeights.at(-1), expected.cum_weight_total);
  const random = pythonRandom(0);
  random.restore(stock.afterShuffle);
  const { session, goalIndex } = randomSession(stock.cumulativeWeights, random);
  assert.equal(session, expected.first_session);
  assert.equal(`Instruction: ${stock.goals[goalIndex]!.instruction}`, expected.first_instruction);
});

// The first reset() after construction, as AgentGym at 612f129 shows it in agentenv-webshop; its limit is unseeded there.
test("the stream goes on after the first session: the goal that AgentGym's documentation shows", { skip }, async () => {
  const stock = stockOf(await load(), { kind: "synthetic", seed: 0, goalSeed: 233 });
  const random = pythonRandom(0);
  random.restore(stock.afterShuffle);
  randomSession(stock.cumulativeWeights, random);
  const { goalIndex } = randomSession(stock.cumulativeWeights, random);
  assert.match(
    stock.goals[goalIndex]!.instruction,
    /^Find me slim fit, machine wash women's jumpsuits.* color: green stripe, and size: large, and price lower than \d/,
  );
});

test("a random goal is the one after the one whose weight was hit, never the first", () => {
  const sums = Float64Array.of(0, 0.5, 2.5, 3);
  const random = pythonRandom(7);
  const drawn = [0, 0, 0];
  for (let i = 0; i < 3000; i++) drawn[randomGoalIndex(sums, random)]!++;
  // 0.5 of 3 falls on goal 0 and gives 1; 2 of 3 gives 2, and so does the last 0.5.
  assert.equal(drawn[0], 0);
  assert(Math.abs(drawn[1]! - 500) < 100, `${drawn}`);
  assert.equal(randomGoalIndex(Float64Array.of(0, 1), random), 0);
});

test("forks: another seed for limits or shuffle changes these and nothing else", { skip }, async () => {
  const catalogue = await load();
  const original = stockOf(catalogue, { kind: "synthetic", seed: 0 });
  const withoutLimit = ({ instruction }: Goal) => instruction.replace(/, and price lower than .*$/, "");

  const agentgym = stockOf(catalogue, { kind: "synthetic", seed: 0, goalSeed: 233 });
  assert.deepEqual(agentgym.prices, original.prices);
  assert.deepEqual(agentgym.goals.map(withoutLimit), original.goals.map(withoutLimit));
  const otherPrices = stockOf(catalogue, { kind: "synthetic", seed: 1, goalSeed: 233 });
  const row = catalogue.rowOf(original.goals[0]!.asin)!;
  assert.equal(otherPrices.prices[row], original.prices[row]);
  assert.equal(otherPrices.goals[0]!.priceUpper, agentgym.goals[0]!.priceUpper);

  const fedagent = stockOf(catalogue, { kind: "synthetic", seed: 42, goalSeed: 42, shuffleSeed: 42 });
  assert.notDeepEqual(fedagent.goals.map(withoutLimit), original.goals.map(withoutLimit));
  assert.deepEqual(fedagent.goals.map(withoutLimit).sort(), original.goals.map(withoutLimit).sort());
});

test("AgentGym's human goals: one for each of the next four limits", () => {
  const product = (asin: string, prices: readonly number[]): Product => ({
    ...PRODUCT,
    asin,
    prices,
    humanInstructions: [
      { text: "..a soft sofa...", attributes: ["soft"], options: ["red"] },
      { text: "nothing in particular", attributes: [], options: [] },
    ],
  });
  const catalogue = catalogueOf([product("A", [25]), product("B", [975]), product("C", [985]), product("D", [2000])]);
  const goals = stockOf(catalogue, { kind: "human", seed: 0, humanLimits: "each" }).goals;
  const limits = (asin: string) =>
    goals
      .filter((goal) => goal.asin === asin)
      .map(({ priceUpper }) => priceUpper)
      .sort();
  assert.deepEqual(limits("A"), [30, 40, 50, 60]);
  assert.deepEqual(limits("B"), [980, 990]);
  // One limit alone is not named, and then the goal comes four times.
  assert.deepEqual(limits("C"), Array(4).fill(1_000_000));
  assert.deepEqual(limits("D"), Array(4).fill(1_000_000));
  const cheapest = goals.find(({ priceUpper }) => priceUpper === 30)!;
  assert.equal(cheapest.instruction, "a soft sofa, and price lower than 30.00 dollars");
  assert.equal(stockOf(catalogue, { kind: "human", seed: 0 }).goals.length, 4);
});

test("synthetic goals: every choice of options, groups by name, none where a group has no values", () => {
  const instruction = { text: "find me a sofa", attributes: ["soft", "long"] };
  const options = [
    { name: "size", values: ["s", "m", "l"] },
    { name: "color", values: ["red", "blue"] },
  ];
  const catalogue = catalogueOf([
    { ...PRODUCT, asin: "A", prices: [995], instruction, options },
    { ...PRODUCT, asin: "B", instruction, options: [...options, { name: "fit", values: [] }] },
    { ...PRODUCT, asin: "C", prices: [995], instruction: { text: "a lamp", attributes: ["long"] } },
  ]);
  const { goals } = stockOf(catalogue, { kind: "synthetic", seed: 0 });
  const texts = goals.map((goal) => goal.instruction).sort();
  const choices = ["blue", "red"].flatMap((color) =>
    ["l", "m", "s"].map((size) => `color: ${color}, and size: ${size}`),
  );
  assert.deepEqual(texts, ["a lamp", ...choices.map((choice) => `find me a sofa with ${choice}`)]);
  // "soft" is asked for by 6 goals, "long" by 7.
  assert.equal(goals.find(({ asin }) => asin === "A")!.weight, (1 / 6 + 1 / 7) / 2);
  assert.equal(goals.find(({ asin }) => asin === "C")!.weight, 1 / 7);
});

test("millions of goals are made when they are asked for", () => {
  const values = (letter: string, count: number) => Array.from({ length: count }, (_, i) => `${letter}${i}`);
  const options = [
    { name: "b", values: values("b", 1000) },
    { name: "a", values: values("a", 60) },
  ];
  const instruction = { text: "x", attributes: ["y"] };
  const { goals } = stockOf(catalogueOf([{ ...PRODUCT, options, instruction }]), { kind: "synthetic", seed: 0 });
  assert.equal(goals.length, 60_000);
  assert.equal(new Set(goals.map((goal) => goal.instruction)).size, 60_000);
  assert.deepEqual(goals[59_999], goals.at(-1));
  assert.equal(goals[60_000], undefined);
});

test("no goals, too many goals, and an instruction that asks for nothing end in an error that names them", () => {
  const instruction = { text: "x", attributes: ["y"] };
  const values = Array.from({ length: 1000 }, (_, i) => `${i}`);
  const options = ["a", "b", "c"].map((name) => ({ name, values }));
  const fails = (product: Product, kind: GoalKind, message: RegExp) =>
    assert.throws(
      () => stockOf(catalogueOf([product]), { kind, seed: 0 }),
      (error) => {
        return error instanceof CliError && message.test(error.message);
      },
    );
  fails(PRODUCT, "synthetic", /none of the 1 products has a synthetic instruction/);
  fails(PRODUCT, "human", /none of the 1 products has a human instruction/);
  fails(
    { ...PRODUCT, options, instruction },
    "synthetic",
    /product 0 \(B000000000\): 1000000000 combinations of options/,
  );
  fails(
    { ...PRODUCT, instruction: { text: "x", attributes: [] } },
    "synthetic",
    /product 0 \(B000000000\).*no attributes/,
  );
});
