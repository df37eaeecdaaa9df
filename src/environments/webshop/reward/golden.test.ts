// The reward against 2,500 purchases recorded from the original: with the noun rule of the recording, and with real spaCy nouns.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { gunzipSync } from "node:zlib";
import { readJsonLines, shared, skipWithout } from "../../../../test/shared.ts";
import { strip } from "../python/text.ts";
import type { Goal, NounRule, Product, Reward } from "../types.ts";
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

interface RawProduct {
  readonly asin: string;
  readonly name: string;
  readonly full_description: string | null;
  readonly small_description: string | readonly string[];
  readonly query: string;
  readonly product_category: string;
}

/** What the reward reads of a product; the recording says with which price it was bought. */
function productsByAsin(): ReadonlyMap<string, Product> {
  const attributes = readPacked("webshop/items_ins_v2_1000.json.gz") as Record<string, { attributes?: string[] }>;
  const products = readPacked("webshop/items_shuffle_1000.json.gz") as RawProduct[];
  return new Map(
    products.map((raw) => [
      raw.asin,
      {
        asin: raw.asin,
        title: raw.name,
        description: raw.full_description ?? "",
        bullets: [raw.small_description].flat(),
        query: strip(raw.query.toLowerCase()),
        productCategory: raw.product_category,
        attributes: attributes[raw.asin]?.attributes ?? ["DUMMY_ATTR"],
        options: [] as const,
      } as unknown as Product,
    ]),
  );
}

const purchases = () => readJsonLines<Recorded>("webshop/golden/rewards.jsonl.gz");

/** The rewards of all recorded purchases. */
function rewardsWith(nouns: NounRule): readonly Reward[] {
  const products = productsByAsin();
  const { product_prices: prices } = readPacked("webshop/golden/goals_synthetic_seed0.json.gz") as {
    product_prices: Readonly<Record<string, number>>;
  };
  return purchases().map((recorded) =>
    rewardOf({
      product: products.get(recorded.asin)!,
      price: prices[recorded.asin]!,
      chosen: Object.values(recorded.options),
      goal: goalOf(recorded),
      nouns,
    }),
  );
}

test("2,500 purchases have the recorded reward, with all its parts", { skip }, () => {
  const rewards = rewardsWith(heuristicNouns);
  assert.equal(rewards.length, 2500);
  for (const [i, { reward: total, info: parts }] of purchases().entries()) {
    assert.deepEqual(rewards[i], { total, parts }, `line ${i}`);
  }
});

test("2,500 purchases have the reward that real spaCy nouns give", { skip }, () => {
  const rewards = rewardsWith(nounTable(shared(TABLE)));
  const lines = readJsonLines<RecordedType>("webshop/golden/rewards_en_core_web_sm_3.8.jsonl.gz");
  assert.equal(lines.length, 2500);
  for (const { line, reward, ...type } of lines) {
    const { r_type, query_match, category_match, title_score } = rewards[line]!.parts;
    assert.equal(rewards[line]!.total, reward, `line ${line}`);
    assert.deepEqual({ r_type, query_match, category_match, title_score }, type, `line ${line}`);
  }
});
