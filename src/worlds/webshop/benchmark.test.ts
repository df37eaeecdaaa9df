// Tasks, ids, splits, presets and bad input; the promises of every environment, on the real 1,000 products.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { environmentContract } from "../../../test/contract/environment.ts";
import { shared, skipWithout } from "../../../test/shared.ts";
import { CliError, EnvironmentError } from "../../core/errors.ts";
import { taskId } from "../../core/ids.ts";
import type { Json } from "../../core/json.ts";
import { type WebshopBenchmark, webshop } from "./index.ts";
import { PRESETS } from "./presets.ts";

const skip = skipWithout("webshop/items_shuffle_1000.json.gz");
const data = shared("webshop");
const folder = mkdtempSync(join(tmpdir(), "gleaner-webshop-test-"));
after(() => rmSync(folder, { recursive: true }));

const opened = new Map<string, Promise<WebshopBenchmark>>();
/** The real products with these options; each choice of them is opened once. */
function shop(options: object = {}): Promise<WebshopBenchmark> {
  const key = JSON.stringify(options);
  const benchmark = opened.get(key) ?? webshop({ data, ...options });
  opened.set(key, benchmark);
  return benchmark;
}
/** With no options. */
const usual = () => shop();

environmentContract("webshop", usual, { skip });
environmentContract("webshop, rich text of another seed", () => webshop({ data, seed: 3, observation: "text_rich" }), {
  skip,
  runs: 20,
});

const generated = { products: 300, seed: 5 };
environmentContract("webshop, generated", () => webshop({ generated }));
environmentContract(
  "webshop, generated, people's goals in html",
  () => webshop({ generated, goals: "human", observation: "html" }),
  {
    runs: 15,
  },
);

test("the generated shop has tasks for every split, graded by what they ask for", async () => {
  const benchmark = await webshop({ generated });
  const lists = await Promise.all(benchmark.splits.map((split) => benchmark.tasks(split)));
  const [train, evaluation, held] = lists.map((tasks) => tasks.length);
  assert(train! >= 3 * held! && evaluation === held && held! > 50, `${lists.map((tasks) => tasks.length)}`);
  assert.equal(lists[2]![0]!.id, "webshop/synthetic/0#generated-300-5");
  for (const { category } of lists.flat()) assert.match(category, /^(1 constraint|[2-9] constraints)$/);
  assert.match(
    benchmark.notes[0]!,
    /^WebShop of 300 generated products of seed 5 with [\d,]+ synthetic goals, prices from seed 0$/,
  );
  assert.deepEqual(benchmark.notes.slice(1), ["nouns: heuristic"]);
  const human = await webshop({ generated: { products: 300 }, goals: "human" });
  assert.equal((await human.tasks("test"))[0]!.id, "webshop/human/0#generated-300");
});

test("the official splits hold the goals by index after the shuffle", { skip }, async () => {
  const benchmark = await usual();
  const ids = async (split: string) => (await benchmark.tasks(split)).map(({ id }) => id);
  const [train, evaluation, held] = [await ids("train"), await ids("eval"), await ids("test")];
  assert.deepEqual([train.length, evaluation.length, held.length], [5410, 1000, 500]);
  assert.deepEqual(
    [train[0], evaluation[0], held[0]],
    [1500, 500, 0].map((index) => `webshop/synthetic/${index}`),
  );
  assert.deepEqual(await benchmark.task(taskId("webshop/synthetic/500")), {
    id: "webshop/synthetic/500",
    split: "eval",
    category: "fashion",
    subject: "B094Q7B3SS",
    instruction:
      "Find me slim fit, loose fit women's tops, tees & blouses with long sleeve, short sleeve with color: a01#black, and size: large, and price lower than 40.00 dollars",
    data: { goals: "synthetic", index: 500 },
  });
  const human = await shop({ goals: "human" });
  assert.equal((await human.tasks("test")).length, 13);
  assert.equal((await human.tasks("train")).length, 0);
});

test("whatever changes what an index means is in the id", { skip }, async () => {
  const firstId = async (options: object) => (await (await shop(options)).tasks("test"))[0]!.id;
  assert.equal(await firstId({ seed: 3 }), "webshop/synthetic/0#seed-3");
  assert.equal(await firstId({ preset: "agentgym" }), "webshop/synthetic/0#agentgym");
  assert.equal(await firstId({ preset: "agentgym", seed: 7 }), "webshop/synthetic/0#agentgym-seed-7");
  assert.equal(await firstId({ preset: "fedagent", seed: 42 }), "webshop/synthetic/0#fedagent");
  assert.equal(await firstId({ preset: "verl-agent" }), "webshop/synthetic/0#verl-agent-worker-0");
  assert.equal(await firstId({ preset: "verl-agent", seed: 1003 }), "webshop/synthetic/0#verl-agent-worker-1003");
  assert.equal(await firstId({ products: 500 }), "webshop/synthetic/0#products-500");
});

test("a task of another shop, or with another wish, is refused", { skip }, async () => {
  const benchmark = await usual();
  const environment = await benchmark.open();
  const [task] = await benchmark.tasks("test");
  const [other] = await (await shop({ seed: 3 })).tasks("test");
  const wrong = [
    other!,
    { ...task!, instruction: `${task!.instruction}!` },
    { ...task!, data: { goals: "synthetic", index: 1 } },
    { ...task!, data: { goals: "synthetic", index: -1 } },
    { ...task!, data: null },
  ];
  for (const one of wrong) await assert.rejects(environment.reset(one, 0), EnvironmentError);
  await environment.reset(task!, 0);
});

test("a snapshot that this world did not make is refused", { skip }, async () => {
  const benchmark = await usual();
  const environment = await benchmark.open();
  const [task] = await benchmark.tasks("test");
  await environment.reset(task!, 0);
  const { state } = (await environment.snapshot()) as { readonly state: { readonly [key: string]: Json } };
  const item = { kind: "item", query: "x", page: 1, asin: "B09QQP3356", options: [] };
  const place = (changed: Json) => ({ ...state, place: changed });
  const states: readonly Json[] = [
    ...[null, [], "x", {}, { ...state, goal: 1 }, { ...state, draws: -1 }, { ...state, visited: ["x"] }],
    ...[
      place(null),
      place({ kind: "x" }),
      place({ kind: "constructor" }),
      place({ kind: "results", query: 1, page: 1 }),
    ],
    ...[
      place({ ...item, asin: "x" }),
      place({ ...item, options: [["size"]] }),
      place({ ...item, kind: "sub", name: "x" }),
    ],
    place({ ...item, kind: "done", reward: {} }),
  ];
  const snapshot = { kind: "state", taskId: task!.id, observation: "" } as const;
  for (const changed of states) {
    await assert.rejects(
      environment.restore(task!, { ...snapshot, state: changed }),
      EnvironmentError,
      JSON.stringify(changed),
    );
  }
  await environment.restore(task!, { ...snapshot, state: place(item) });
});

test("presets: splits, step limits and prizes are their sources'", { skip }, async () => {
  const sizes = async (preset: string) => {
    const benchmark = await shop({ preset });
    return Promise.all(benchmark.splits.map(async (split) => (await benchmark.tasks(split)).length));
  };
  for (const preset of ["verl-agent", "fedagent"]) assert.deepEqual(await sizes(preset), [6410, 0, 500]);
  assert.deepEqual(await sizes("webshop-minimal"), [5410, 1000, 500]);
  const minimal = await shop({ preset: "webshop-minimal" });
  // random.Random(42).shuffle of range(6910), first two.
  assert.deepEqual(
    (await minimal.tasks("test")).slice(0, 2).map(({ id }) => id),
    ["webshop/synthetic/6684#webshop-minimal", "webshop/synthetic/875#webshop-minimal"],
  );
  assert.equal(minimal.maxSteps, 10);
  assert.equal((await webshop({ data, preset: "webshop-minimal", maxSteps: 20 })).maxSteps, 20);
  assert.equal((await shop({ preset: "verl-agent" })).successReturn, 10);
  for (const preset of ["react", "eto", "agentbench"]) {
    await assert.rejects(webshop({ data, preset }), { name: "CliError", message: /items_shuffle\.json/ });
  }
  for (const { source, remarks } of Object.values(PRESETS)) assert(source.length > 10 && remarks.length > 0);
});

test("verl-agent: a worker's seed decides prices, limits and the order of goals, without a second seeding", {
  skip,
}, async () => {
  const wishes = async (options: object) =>
    (await (await shop(options)).tasks("test")).map(({ instruction }) => instruction);
  const withoutLimit = (wish: string) => wish.replace(/, and price lower than .*$/, "");
  const first = await wishes({ preset: "verl-agent" });
  const second = await wishes({ preset: "verl-agent", seed: 1 });
  assert.notDeepEqual(first.map(withoutLimit), second.map(withoutLimit), "another order");
  // Prices and limits are those of the original under that seed: it is set once, before both.
  const all = async (options: object) => {
    const benchmark = await shop(options);
    const tasks = await Promise.all(benchmark.splits.map((split) => benchmark.tasks(split)));
    return tasks
      .flat()
      .map(({ instruction }) => instruction)
      .sort();
  };
  for (const seed of [0, 1]) assert.deepEqual(await all({ preset: "verl-agent", seed }), await all({ seed }));
  assert.notDeepEqual(await all({ preset: "fedagent" }), await all({ seed: 42 }));
});

test("under a prize only a perfect purchase pays", { skip }, async () => {
  const pays = async (preset: string | undefined, perfect: boolean) => {
    const benchmark = await shop({ preset });
    const environment = await benchmark.open();
    for (const task of (await benchmark.tasks("test")).slice(0, 40)) {
      await environment.reset(task, 0);
      await environment.step(`search[${perfect ? task.instruction : "cable"}]`);
      const clickables = (await environment.actions())!.filter((action) => /^click\[b0/.test(action));
      const wanted = clickables.find((action) => action === `click[${task.subject!.toLowerCase()}]`);
      if (perfect && !wanted) continue;
      await environment.step(perfect ? wanted! : clickables[0]!);
      const { reward, info } = await environment.step("click[buy now]");
      const { r_type, r_option } = (info as { readonly reward_info: Readonly<Record<string, number>> }).reward_info;
      const isFull = r_type === 1 && r_option === 1;
      if (perfect ? isFull : reward < 1) return reward;
    }
    return assert.fail("no such purchase among the first goals");
  };
  assert.equal(await pays("webshop-minimal", true), 1);
  for (const preset of ["verl-agent", "fedagent"]) assert.equal(await pays(preset, false), 0);
});

test("what the user gets wrong is said in one line", { skip }, async () => {
  const cases: readonly (readonly [object, RegExp])[] = [
    [{ data: folder }, /items_shuffle_1000\.json/],
    [{ data: undefined }, /^data: expected the folder/],
    [{ generated }, /^generated: expected no value together with data/],
    [{ data: undefined, generated, products: 500 }, /^products: expected no value together with generated/],
    [{ data: undefined, generated: { products: 3 } }, /expected 200 to 1200000 products, got 3/],
    [{ preset: "toString" }, /^preset: expected one of react, .*, got "toString"$/],
    [{ goals: "x" }, /^goals: expected synthetic or human, got "x"$/],
    [{ observation: "image" }, /^observation: expected text, text_rich, html, url, got "image"$/],
    [{ seed: -1 }, /^seed: /],
    [{ maxSteps: 0 }, /^maxSteps: /],
    [{ products: 0 }, /above 0/],
    [{ nouns: join(folder, "none.json") }, /none\.json: cannot read the noun table/],
  ];
  for (const [options, message] of cases) {
    await assert.rejects(webshop({ data, ...options }), (error: Error) => {
      assert(error instanceof CliError, String(error.stack));
      assert.match(error.message, message);
      return true;
    });
  }
});

test("notes name the catalogue, the goals, the seed, the nouns and the preset", { skip }, async () => {
  const { notes } = await shop({ preset: "agentgym" });
  assert.equal(notes[0], "WebShop of 1,000 products with 6,910 synthetic goals, prices from seed 0");
  assert.match(notes[1]!, /^nouns: heuristic, /);
  assert.match(notes[2]!, /^preset agentgym \(WooooDyy\/AgentGym /);
  const nouns = shared("webshop/golden/nouns_en_core_web_sm_3.8.json.gz");
  assert.match((await webshop({ data, nouns })).notes[1]!, /^nouns: table:nouns_en_core_web_sm_3\.8@[0-9a-f]{8}$/);
});
