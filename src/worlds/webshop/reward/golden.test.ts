// The reward against 2,500 purchases recorded from the original: with the noun rule of the recording, and with real spaCy nouns.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { gunzipSync } from "node:zlib";
import { readJsonLines, shared, skipWithout } from "../../../../test/shared.ts";
import { loadCatalogue } from "../catalogue/load.ts";
import type { Goal, NounRule, Reward } from "../types.ts";
import { heuristicNouns, nounTable } from "./nouns.ts";
import { rewardOf } from "./reward.ts";

const TABLE = "webshop/golden/nouns_en_core_web_sm_3.8.json.gz";
const skip = skipWithout(TABLE);

interface Recorded {
  readonly goal: {
    readonly asin: string;
    readonly category: string;
    readonly query: string;
    readonly name: string;
    readonly product_category: string;
    readonly instruction_text: string;
    readonly attributes: readonly string[];
    readonly price_upper: number;
    readonly goal_options: readonly string[] | Readonly<Record<string, string>>;
    readonly weight: number;
  };
  readonly asin: string;
  readonly options: Readonly<Record<string, string>>;
  readonly reward: number;
  readonly info: Reward["parts"];
}

/** A line of the rewards with spaCy's nouns. */
interface RecordedType {
  readonly line: number;
  readonly reward: number;
  readonly r_type: number;
  readonly query_match: boolean;
  readonly category_match: boolean;
  readonly title_score: number;
}

const readPacked = (path: string): unknown => JSON.parse(gunzipSync(readFileSync(shared(path))).toString("utf8"));

function goalOf({ goal }: Recorded): Goal {
  const { asin, category, query, name, attributes, weight, goal_options } = goal;
  return {
    ...{ asin, category, query, name, attributes, weight },
    productCategory: goal.product_category,
    instruction: goal.instruction_text,
    priceUpper: goal.price_upper,
    options: Array.isArray(goal_options) ? goal_options : Object.entries(goal_options),
  };
}

const purchases = () => readJsonLines<Recorded>("webshop/golden/rewards.jsonl.gz");

/** The rewards of all recorded purchases. */
async function rewardsWith(nouns: NounRule): Promise<readonly Reward[]> {
  const catalogue = await loadCatalogue({ data: shared("webshop"), products: 1000 });
  const { product_prices: prices } = readPacked("webshop/golden/goals_synthetic_seed0.json.gz") as {
    product_prices: Readonly<Record<string, number>>;
  };
  return purchases().map((recorded) =>
    rewardOf({
      product: catalogue.product(catalogue.rowOf(recorded.asin)!),
      price: prices[recorded.asin]!,
      chosen: Object.values(recorded.options),
      goal: goalOf(recorded),
      nouns,
    }),
  );
}

test("2,500 purchases have the recorded reward, with all its parts", { skip }, async () => {
  const rewards = await rewardsWith(heuristicNouns);
  assert.equal(rewards.length, 2500);
  for (const [i, { reward: total, info: parts }] of purchases().entries()) {
    assert.deepEqual(rewards[i], { total, parts }, `line ${i}`);
  }
});

test("2,500 purchases have the reward that real spaCy nouns give", { skip }, async () => {
  const rewards = await rewardsWith(nounTable(shared(TABLE)));
  const lines = readJsonLines<RecordedType>("webshop/golden/rewards_en_core_web_sm_3.8.jsonl.gz");
  assert.equal(lines.length, 2500);
  for (const { line, reward, ...type } of lines) {
    const { r_type, query_match, category_match, title_score } = rewards[line]!.parts;
    assert.equal(rewards[line]!.total, reward, `line ${line}`);
    assert.deepEqual({ r_type, query_match, category_match, title_score }, type, `line ${line}`);
  }
});
