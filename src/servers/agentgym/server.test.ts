// AgentGym's routes, request by request as its clients send them. ScienceWorld's: test/jvm. Its own client, by hand:
// test/agentgym-client.py.
import assert from "node:assert/strict";
import { mkdtempSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { gymClient, gymServed } from "../../../test/agentgym-client.ts";
import { alfworldGames, shared, skipWithout } from "../../../test/shared.ts";
import { temporaryFolder } from "../../../test/temporary.ts";
import { CliError } from "../../core/errors.ts";
import { taskId } from "../../core/ids.ts";
import { alfworld } from "../../worlds/alfworld/index.ts";
import { webshop } from "../../worlds/webshop/index.ts";
import { workshop } from "../../worlds/workshop/index.ts";

const shop = () => webshop({ generated: { products: 200 }, preset: "agentgym" });

test("an episode of WebShop: the goal of an index, pages, a purchase, and a close that frees the place", async () => {
  const benchmark = await shop();
  const server = await gymServed(benchmark);
  const { get, post, sound } = gymClient(server);
  const id = await sound("/create");
  assert(Number.isInteger(id));
  assert.equal((await get("/")).body, "ok");
  assert.deepEqual((await get("/list_envs")).body, [id]);
  const [first] = await benchmark.tasks("test");
  const task = await benchmark.task(taskId(first!.id.replace(/\d+/, "3")));
  const world = await benchmark.open();
  const observation = await world.reset(task, 0);
  assert.deepEqual(await sound("/reset", { session_id: 3, env_idx: id }), [observation, null]);
  assert.equal((await get(`/observation?env_idx=${id}`)).body, observation);
  assert.equal((await get(`/instruction_text?env_idx=${id}`)).body, `Instruction: ${task.instruction}`);
  assert.deepEqual((await get(`/available_actions?env_idx=${id}`)).body, {
    has_search_bar: true,
    clickables: ["search"],
  });
  const step = (action: string) => sound("/step", { action, env_idx: id });
  const found = await world.step("search[jacket]");
  const product = (await world.actions())!.find((action) => /^click\[[A-Z0-9]{10}\]$/i.test(action))!;
  assert.deepEqual(await step("search[jacket]"), { state: found.observation, reward: 0, done: false, info: null });
  assert.equal((await step("dance")).state, found.observation, "what is no action changes nothing");
  await step(product);
  const { body: available } = await get(`/available_actions?env_idx=${id}`);
  assert.equal(available.has_search_bar, false);
  const bought = await step(`click[${available.clickables.find((label: string) => /buy now/i.test(label))}]`);
  assert.equal(bought.done, true);
  assert(bought.reward >= 0 && bought.reward <= 1);
  assert.match((await post("/step", { action: "click[x]", env_idx: id })).body.detail, /has finished/);
  assert.equal(await sound("/close", { env_idx: id }), true);
  assert.equal(server.count(), 0);
  assert.match((await post("/close", { env_idx: id })).body.detail, /has been deleted/);
});

test("WebShop refuses by HTTP status, and names what it refuses", async () => {
  const server = await gymServed(await shop(), { sessions: 1 });
  const { get, post, sound } = gymClient(server);
  const id = await sound("/create");
  assert.equal((await post("/create")).status, 503);
  for (const [path, body, status, detail] of [
    ["/step", { action: "search[x]", env_idx: id }, 400, /has not begun: reset it first/],
    ["/step", { action: "search[x]", env_idx: 99 }, 400, /The id 99 is not valid/],
    ["/step", { action: "search[x]", id }, 422, /env_idx: expected/],
    ["/reset", { session_id: null, env_idx: id }, 422, /session_id: expected the index of a goal/],
    ["/reset", { session_id: 10_000_000, env_idx: id }, 400, /unknown task/],
    ["/reset", { session_id: -1, env_idx: id }, 422, /session_id: expected/],
    ["/reset", { session_id: 0, env_idx: id, seed: 1 }, 422, /seed: no such key/],
    ["/else", {}, 404, /no such path/],
    ["/constructor", {}, 404, /no such path/],
  ] as const) {
    const found = await post(path, body);
    assert.equal(found.status, status, path);
    assert.match(found.body.detail, detail);
  }
  assert.equal((await get("/observation?env_idx=x")).status, 422);
  assert.equal((await get("/../../etc/passwd")).status, 404);
  assert.equal((await get(`/state?env_idx=${id}`)).status, 501);
  const { status } = await fetch(`${server.url}/create`, {
    method: "POST",
    headers: { origin: "https://example.org" },
  });
  assert.equal(status, 403);
});

test("environments that nobody uses are closed", async () => {
  const server = await gymServed(await shop(), { idleMs: 50 });
  const { post, sound } = gymClient(server);
  const id = await sound("/create");
  while (server.count() > 0) await new Promise((resolve) => setTimeout(resolve, 10));
  assert.match((await post("/reset", { session_id: 0, env_idx: id })).body.detail, /has been deleted/);
});

const skip = skipWithout("alfworld/json_2.1.1.tar.xz");

/** Lists as AgentGym's, of games that are there: two for training, one for testing. */
async function lists() {
  const benchmark = await alfworld({
    ...{ data: alfworldGames(), logic: shared("alfworld/logic-0.3"), tasks: ["look_at_obj_in_light"] },
  });
  const of = async (split: string, count: number) => (await benchmark.tasks(split)).slice(0, count);
  const [train, tested] = [await of("train", 2), await of("valid_train", 1)];
  const folder = mkdtempSync(join(temporaryFolder(), "mappings-"));
  const rows = (tasks: typeof train, from: number) =>
    tasks.map(({ id }, at) => ({ item_id: from + at, task_type: id.split("/")[2], task_id: id.split("/")[3] }));
  writeFileSync(join(folder, "mappings_train.json"), JSON.stringify(rows(train, 0)));
  writeFileSync(join(folder, "mappings_test.json"), JSON.stringify(rows(tested, 2)));
  return { benchmark, folder, games: [...train, ...tested] };
}

test("an episode of ALFWorld: the game of an index, without its welcome, errors with status 200", {
  skip,
}, async () => {
  const { benchmark, folder, games } = await lists();
  const { get, sound } = gymClient(await gymServed(benchmark, { mappings: folder }));
  const { id } = await sound("/create");
  for (const [game, task] of games.entries()) {
    const world = await benchmark.open();
    const [, room, goal] = (await world.reset(task, 0)).split("\n\n");
    const begun = await sound("/reset", { game, world_type: "Text", id });
    const [, , type, trial] = task.id.split("/");
    const available_actions = await world.actions();
    assert.deepEqual(begun, { id, observation: `${room}\n${goal}`, available_actions, task_type: `${type}/${trial}` });
    const place = available_actions!.find((action) => action.startsWith("go to "))!;
    const { observation } = await world.step(place);
    assert.match(observation, /^You arrive at loc \d+\. /);
    const stepped = await sound("/step", { action: place, id });
    assert.equal(stepped.observation, observation.replace(/^You arrive at loc \d+\. /, ""));
    assert.deepEqual([stepped.reward, stepped.done], [0, false]);
    assert.deepEqual((await get(`/available_actions?id=${id}`)).body, stepped.available_actions);
    assert.equal((await get(`/detail?id=${id}`)).body.game, game);
  }
  const error = async (path: string, body: object) => (await sound(path, body)).error;
  assert.match(await error("/reset", { game: 3, world_type: "Text", id }), /game: expected 0 to 2, got 3/);
  assert.match(await error("/reset", { game: -1, world_type: "Text", id }), /game: expected 0 to 2, got -1/);
  assert.match(await error("/reset", { game: 0, world_type: "Hybrid", id }), /there is only Text/);
  assert.match(await error("/reset", { game: 0, world_type: "Real", id }), /world_type must be one of/);
  assert.match(await error("/step", { action: "look", id: 7 }), /The id 7 is not valid/);
  assert.equal(await sound("/close", { id }), true);
  assert.match(await error("/step", { action: "look", id }), /has been deleted/);
});

test("ALFWorld without AgentGym's lists refuses an index, and lists that are none", { skip }, async () => {
  const { benchmark, folder } = await lists();
  const { sound } = gymClient(await gymServed(benchmark));
  const { id } = await sound("/create");
  assert.match(
    (await sound("/reset", { game: 0, world_type: "Text", id })).error,
    /start the server with --mappings DIR/,
  );
  writeFileSync(join(folder, "mappings_test.json"), "{}");
  await assert.rejects(gymServed(benchmark, { mappings: folder }), /--mappings: .*mappings_test\.json: expected/);
  await assert.rejects(gymServed(benchmark, { mappings: join(folder, "none") }), CliError);
});

test("a world that AgentGym has no server for is refused", async () => {
  await assert.rejects(gymServed(workshop()), /expected one of webshop, alfworld, scienceworld, got "workshop"/);
});
