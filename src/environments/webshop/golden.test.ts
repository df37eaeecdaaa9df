// Episodes recorded from the original WebShop: every observation, address, clickable, reward and html page must be equal.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { readJsonLines, shared, skipWithout } from "../../../test/shared.ts";
import type { Environment } from "../../core/environment.ts";
import { loadCatalogue } from "./catalogue/load.ts";
import { stockOf } from "./catalogue/stock.ts";
import { heuristicNouns } from "./reward/nouns.ts";
import { buildIndex } from "./search/index.ts";
import { OBSERVATIONS, type Observation, ORIGINAL_RULES, openStorefront, sessionsOf } from "./session/index.ts";
import type { Reward, Shop } from "./types.ts";

const skip = skipWithout("webshop/golden/episodes.jsonl.gz");

interface RecordedPage {
  readonly text: string;
  readonly text_rich: string;
  readonly url: string;
  readonly clickables: readonly string[];
  /** Only in `episodes`. */
  readonly has_search_bar?: boolean;
  readonly html_sha256?: string;
}

interface RecordedStep extends RecordedPage {
  readonly action: string;
  readonly reward: number;
  readonly done: boolean;
}

interface RecordedEpisode {
  readonly goal: number;
  readonly reset: RecordedPage;
  readonly steps: readonly RecordedStep[];
}

interface OracleEpisode {
  readonly goal: number;
  /** The first text. */
  readonly reset: string;
  readonly steps: readonly RecordedStep[];
  readonly info: Reward["parts"];
}

interface HtmlSample {
  /** Which of the episodes, and after which of its steps; -1 is the first page. */
  readonly ep: number;
  readonly step: number;
  readonly html: string;
}

let opened: Promise<Shop> | undefined;
function openShop(): Promise<Shop> {
  opened ??= (async () => {
    const catalogue = await loadCatalogue({ data: shared("webshop") });
    const stock = stockOf(catalogue, { kind: "synthetic", seed: 0 });
    return { catalogue, stock, index: buildIndex(catalogue), nouns: heuristicNouns };
  })();
  return opened;
}

/** One environment for each way to observe. They go through the same episode side by side. */
async function openAll(): Promise<Readonly<Record<Observation, Environment>>> {
  const shop = await openShop();
  const environments = OBSERVATIONS.map((observation) => {
    const front = openStorefront(shop, { ...ORIGINAL_RULES, observation });
    return [observation, sessionsOf(front, ({ data }) => data as number)()] as const;
  });
  return Object.fromEntries(environments) as Record<Observation, Environment>;
}

const taskOf = (goal: number) => ({
  id: `webshop/synthetic/${goal}` as never,
  split: "test",
  category: "",
  instruction: "",
  data: goal,
});

interface Seen {
  readonly observations: Readonly<Record<Observation, string>>;
  readonly reward: number;
  readonly terminated: boolean;
  readonly info: Readonly<Record<string, unknown>>;
}

async function reset(environments: Readonly<Record<Observation, Environment>>, goal: number) {
  const observations: Partial<Record<Observation, string>> = {};
  for (const mode of OBSERVATIONS) observations[mode] = await environments[mode].reset(taskOf(goal), 0);
  return observations as Record<Observation, string>;
}

async function step(environments: Readonly<Record<Observation, Environment>>, action: string): Promise<Seen> {
  const results = new Map<Observation, Awaited<ReturnType<Environment["step"]>>>();
  for (const mode of OBSERVATIONS) results.set(mode, await environments[mode].step(action));
  const { reward, terminated, info } = results.get("text")!;
  const observations = Object.fromEntries([...results].map(([mode, { observation }]) => [mode, observation]));
  return {
    observations: observations as Record<Observation, string>,
    reward,
    terminated,
    info: info as Record<string, unknown>,
  };
}

const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");

function comparePage(observations: Readonly<Record<Observation, string>>, recorded: RecordedPage, where: string): void {
  assert.equal(observations.text, recorded.text, where);
  assert.equal(observations.text_rich, recorded.text_rich, where);
  assert.equal(observations.url, recorded.url, where);
  if (recorded.html_sha256) assert.equal(sha256(observations.html), recorded.html_sha256, where);
}

function compareStep({ observations, reward, terminated, info }: Seen, recorded: RecordedStep, where: string): void {
  comparePage(observations, recorded, where);
  assert.equal(reward, recorded.reward, where);
  assert.equal(terminated, recorded.done, where);
  assert.equal(info.url, recorded.url, where);
  assert.deepEqual(info.clickables, recorded.clickables, where);
  if (recorded.has_search_bar !== undefined) assert.equal(info.has_search_bar, recorded.has_search_bar, where);
}

test("120 random and adversarial episodes, all ways to observe", { skip }, async () => {
  const environments = await openAll();
  const episodes = readJsonLines<RecordedEpisode>("webshop/golden/episodes.jsonl.gz");
  assert.equal(episodes.length, 120);
  for (const [number, episode] of episodes.entries()) {
    comparePage(await reset(environments, episode.goal), episode.reset, `episode ${number}`);
    for (const [index, recorded] of episode.steps.entries()) {
      compareStep(await step(environments, recorded.action), recorded, `episode ${number}, step ${index}`);
    }
  }
});

test("60 episodes that buy the goal's product, with the parts of the reward", { skip }, async () => {
  const environments = await openAll();
  const episodes = readJsonLines<OracleEpisode>("webshop/golden/oracle_episodes.jsonl.gz");
  assert.equal(episodes.length, 60);
  for (const [number, episode] of episodes.entries()) {
    assert.equal((await reset(environments, episode.goal)).text, episode.reset);
    for (const [index, recorded] of episode.steps.entries()) {
      const seen = await step(environments, recorded.action);
      compareStep(seen, recorded, `episode ${number}, step ${index}`);
      assert.deepEqual(seen.info.reward_info, recorded.done ? episode.info : undefined);
    }
  }
});

test("html pages, letter by letter", { skip }, async () => {
  const environments = await openAll();
  const episodes = readJsonLines<RecordedEpisode>("webshop/golden/episodes.jsonl.gz");
  const samples = readJsonLines<HtmlSample>("webshop/golden/html_samples.jsonl.gz");
  assert.equal(samples.length, 417);
  for (const [number, episode] of episodes.entries()) {
    const wanted = new Map(samples.flatMap(({ ep, step, html }) => (ep === number ? [[step, html] as const] : [])));
    if (wanted.size === 0) continue;
    assert.equal((await reset(environments, episode.goal)).html, wanted.get(-1) ?? assert.fail("no first page"));
    for (const [index, { action }] of episode.steps.entries()) {
      const { observations } = await step(environments, action);
      const html = wanted.get(index);
      if (html !== undefined) assert.equal(observations.html, html, `episode ${number}, step ${index}`);
    }
  }
});
