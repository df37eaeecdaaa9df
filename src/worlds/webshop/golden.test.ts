// Episodes recorded from the original WebShop: every observation, address, clickable, reward and html page must be equal.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { readJsonLines, shared, skipWithout } from "../../../test/shared.ts";
import type { Environment, StepResult } from "../../core/environment.ts";
import { taskId } from "../../core/ids.ts";
import type { Task } from "../../core/task.ts";
import { loadCatalogue } from "./catalogue/load.ts";
import { stockOf } from "./catalogue/stock.ts";
import { heuristicNouns } from "./reward/nouns.ts";
import { buildIndex } from "./search/index.ts";
import { type Observation, ORIGINAL_RULES, openStorefront, sessionsOf } from "./session/index.ts";
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
    return { catalogue, stock, index: await buildIndex(catalogue), nouns: heuristicNouns };
  })();
  return opened;
}

type Each<T> = Readonly<Record<Observation, T>>;

/** One environment for each way to observe. They go through the same episode side by side. */
async function openAll(): Promise<Each<Environment>> {
  const shop = await openShop();
  const open = (observation: Observation) => {
    const front = openStorefront(shop, { ...ORIGINAL_RULES, observation });
    return sessionsOf(front, ({ data }) => data as number)();
  };
  return { text: open("text"), text_rich: open("text_rich"), html: open("html"), url: open("url") };
}

async function forEach<T>(environments: Each<Environment>, run: (one: Environment) => Promise<T>): Promise<Each<T>> {
  return {
    text: await run(environments.text),
    text_rich: await run(environments.text_rich),
    html: await run(environments.html),
    url: await run(environments.url),
  };
}

const taskOf = (goal: number): Task => ({
  id: taskId(`webshop/synthetic/${goal}`),
  split: "test",
  category: "",
  instruction: "",
  data: goal,
});

const reset = (environments: Each<Environment>, goal: number) =>
  forEach(environments, (environment) => environment.reset(taskOf(goal), 0));

const step = (environments: Each<Environment>, action: string) =>
  forEach(environments, (environment) => environment.step(action));

const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");

function comparePage(observations: Each<string>, recorded: RecordedPage, where: string): void {
  assert.equal(observations.text, recorded.text, where);
  assert.equal(observations.text_rich, recorded.text_rich, where);
  assert.equal(observations.url, recorded.url, where);
  if (recorded.html_sha256) assert.equal(sha256(observations.html), recorded.html_sha256, where);
}

function compareStep(results: Each<StepResult>, recorded: RecordedStep, where: string): void {
  const { text, text_rich, html, url } = results;
  comparePage(
    { text: text.observation, text_rich: text_rich.observation, html: html.observation, url: url.observation },
    recorded,
    where,
  );
  for (const { reward, terminated, info } of [text, text_rich, html, url]) {
    assert.equal(reward, recorded.reward, where);
    assert.equal(terminated, recorded.done, where);
    assert.deepEqual(info, { ...(info as object), ...listedIn(recorded) }, where);
  }
}

const listedIn = ({ url, clickables, has_search_bar }: RecordedStep) => ({
  url,
  clickables,
  ...(has_search_bar !== undefined && { has_search_bar }),
});

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
      const results = await step(environments, recorded.action);
      compareStep(results, recorded, `episode ${number}, step ${index}`);
      const { reward_info } = results.text.info as { readonly reward_info?: Reward["parts"] };
      assert.deepEqual(reward_info, recorded.done ? episode.info : undefined);
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
      const { html } = await step(environments, action);
      const recorded = wanted.get(index);
      if (recorded !== undefined) assert.equal(html.observation, recorded, `episode ${number}, step ${index}`);
    }
  }
});
