// AgentGym's servers as worlds: gleaner's own, and small ones that answer as the originals do. The originals themselves, by
// hand: test/agentgym-servers.ts.
import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { type TestContext, test } from "node:test";
import { gymServed } from "../../../test/agentgym-client.ts";
import { environmentContract } from "../../../test/contract/environment.ts";
import type { Environment } from "../../core/environment.ts";
import { CliError, EnvironmentError } from "../../core/errors.ts";
import type { Task } from "../../core/task.ts";
import { openBenchmark } from "../open.ts";
import { webshop } from "../webshop/index.ts";

const shop = webshop({ generated: { products: 200 }, preset: "agentgym" }).then(gymServed);
const served = async () =>
  openBenchmark({ name: "agentgym", world: "webshop", url: (await shop).url, tasks: { train: [0, 20] } });

environmentContract("AgentGym's WebShop", served, { runs: 8, depth: 5, tasks: 4 });

type Answers = Readonly<Record<string, (given: Readonly<Record<string, unknown>>) => unknown>>;

/** A server that answers routes so; a number alone is an HTTP status. */
async function gym(
  context: TestContext,
  world: string,
  answers: Answers,
  options: object = {},
): Promise<[Environment, Task]> {
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const answer = answers[request.url ?? ""]?.(JSON.parse(Buffer.concat(chunks).toString() || "{}"));
    const status = answer === undefined ? 404 : answer instanceof Error ? 500 : 200;
    response.writeHead(status, { "content-type": "application/json" });
    if (answer !== "nothing") response.end(answer instanceof Error ? answer.message : JSON.stringify(answer ?? {}));
  });
  server.listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  context.after(() => server.close().closeAllConnections());
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const benchmark = await openBenchmark({ name: `agentgym:${url}`, world, tasks: { train: [7, 9] }, ...options });
  const environment = await benchmark.open();
  context.after(() => environment.close());
  return [environment, (await benchmark.tasks("train"))[0]!];
}

test("ScienceWorld's rewards add up to its score, which a fatal mistake makes negative", async (t) => {
  const scores = [3, 3, 25, -100];
  const [world, task] = await gym(t, "sciworld", {
    "/create": () => ({ id: 0 }),
    "/reset": ({ id, data_idx }) => ({
      ...{ task_name: "boil", var_num: 0, task_description: `Task ${data_idx} of ${id}.`, observation: "a room" },
      ...{ reward: 0, score: 0, deleted: false, done: false },
    }),
    "/step": () => {
      const score = scores.shift()!;
      return { observation: "on", reward: 7, score, done: score < 0 };
    },
  });
  assert.equal(await world.reset(task, 0), "Task 7 of 0.\na room");
  assert.equal(await world.actions(), null);
  const seen = [];
  for (let step = 0; step < 4; step++) seen.push(await world.step("look"));
  assert.deepEqual(
    seen.map(({ reward, terminated }) => [reward, terminated]),
    [
      [3, false],
      [0, false],
      [22, false],
      [-125, true],
    ],
  );
  assert.deepEqual(await world.actions(), []);
  await assert.rejects(world.step("look"), /the episode is over/);
});

test("WebShop's number of an environment is bare, and pages without a search bar list what can be clicked", async (t) => {
  const asked: unknown[] = [];
  const [world, task] = await gym(t, "webshop", {
    "/create": () => 48950076,
    "/reset": (given) => {
      asked.push(given);
      return ["WebShop [SEP] Search", null];
    },
    "/step": () => ({ state: "a page", reward: 0.5, done: false, info: null }),
    "/available_actions?env_idx=48950076": () => ({
      has_search_bar: asked.length > 1,
      clickables: ["buy now", "< prev"],
    }),
  });
  assert.equal(await world.reset(task, 0), "WebShop [SEP] Search");
  assert.deepEqual(asked, [{ session_id: 7, env_idx: 48950076 }]);
  assert.deepEqual(await world.actions(), ["click[buy now]", "click[< prev]"]);
  assert.deepEqual(await world.step("click[buy now]"), { observation: "a page", reward: 0.5, terminated: false });
  await world.reset(task, 0);
  assert.equal(await world.actions(), null);
});

test("ALFWorld and BabyAI list their actions, and Wordle has routes of its own", async (t) => {
  const listed = { observation: "You see a desk 1.", available_actions: ["look", "go to desk 1", "look"] };
  const [alfworld, game] = await gym(t, "alfworld", {
    "/create": () => ({ id: 3 }),
    "/reset": (given) => {
      assert.deepEqual(given, { game: 7, world_type: "Text", id: 3 });
      return { id: 3, ...listed, task_type: "x" };
    },
    "/step": () => ({ ...listed, reward: 1, done: true }),
  });
  await alfworld.reset(game, 0);
  assert.deepEqual(await alfworld.actions(), ["look", "go to desk 1"]);
  assert.deepEqual(await alfworld.step("look"), { observation: listed.observation, reward: 1, terminated: true });
  const room = 'Your goal: go to the red ball\nA room.\nAvailable actions: ["turn left", "check available actions"]';
  const [babyai, level] = await gym(t, "babyai", {
    "/create": () => ({ id: 0 }),
    "/reset": () => ({ observation: room, reward: 0, score: 0, deleted: false, done: false }),
    "/step": () => ({ observation: room, reward: 0.9, score: 0.9, done: true }),
  });
  await babyai.reset(level, 0);
  assert.deepEqual(await babyai.actions(), ["turn left", "check available actions"]);
  const [wordle, word] = await gym(t, "wordle", {
    "/wordle/create": () => ({ id: 0 }),
    "/wordle/reset": ({ seed }) => ({ id: 0, observation: `Let's start Wordle! ${seed}` }),
    "/wordle/step": () => ({ observation: "b y g g b", reward: 0, done: false }),
  });
  assert.equal(await wordle.reset(word, 0), "Let's start Wordle! 7");
  assert.equal((await wordle.step("s h i r e")).observation, "b y g g b");
});

test("what a server does wrong fails the episode, and names task and step", async (t) => {
  const start = { "/create": () => ({ id: 0 }), "/reset": () => ({ observation: "start" }) };
  const cases: readonly (readonly [unknown, RegExp])[] = [
    [{ error: "The id 0 is not valid." }, /The id 0 is not valid\./],
    [new Error("Internal Server Error"), /\/step answered 500: "Internal Server Error"/],
    ["nothing", /no answer to \/step within 0\.3 s/],
    [{ observation: "x", reward: null, done: false }, /reward: expected a finite number, got null/],
    [{ observation: "x", reward: 0, done: "no" }, /done: expected true or false, got "no"/],
    [{ observation: 3, reward: 0, done: false }, /observation: expected a text, got 3/],
    [[1], /expected an object, got \[1\]/],
  ];
  for (const [answer, message] of cases) {
    const steps = [{ observation: "on", reward: 0, done: false }, answer];
    const [world, task] = await gym(t, "textcraft", { ...start, "/step": () => steps.shift() }, { timeout: 0.3 });
    assert.equal(await world.reset(task, 0), "start");
    await world.step("inventory");
    await assert.rejects(world.step("get 1 stick"), (error) => {
      assert(error instanceof EnvironmentError);
      assert.match(error.message, /^agentgym-textcraft\/train\/7: step 1: /);
      assert.match(error.message, message);
      return true;
    });
    assert.equal(await world.reset(task, 0), "start");
  }
  const [lost, task] = await gym(t, "textcraft", { "/create": () => ({ error: "no room" }) }, { timeout: 0.2 });
  await assert.rejects(lost.reset(task, 0), /no session within 0\.2 s: "no room"/);
});

test("a server of another kind, and tasks that nobody says, are refused by name", async () => {
  const refused = (options: object, message: RegExp) =>
    assert.rejects(
      openBenchmark({ name: "agentgym", url: "http://127.0.0.1:65533", ...options }),
      (error) => error instanceof CliError && message.test(error.message),
    );
  await refused({ world: "maze" }, /maze cannot be played: its rewards are costs/);
  await refused({ world: "webarena" }, /webarena cannot be played/);
  await refused({ world: "webshop" }, /decided by the data of its server; say the tasks/);
  await refused({ world: "shop" }, /expected one of webshop, alfworld/);
  await refused({ world: "alfworld", tasks: { train: [9, 3] } }, /the first below the second/);
  const alfworld = await openBenchmark({ name: "agentgym", world: "alfworld", url: "http://127.0.0.1:65533" });
  assert.deepEqual(alfworld.splits, ["train", "valid_train"]);
  assert.equal((await alfworld.tasks("valid_train")).at(-1)!.id, "agentgym-alfworld/valid_train/2619");
});
