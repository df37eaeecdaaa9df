// The server of openenv 0.10.0 from PyPI as a world: the contract of environments, and what that server does otherwise than one
// would think. Small worlds for it: test/openenv-worlds.py.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { type AddressInfo, createServer } from "node:net";
import { join } from "node:path";
import { after, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { openWorld } from "../../src/core/call-by-call.ts";
import { CliError } from "../../src/core/errors.ts";
import { openBenchmark } from "../../src/worlds/open.ts";
import { ROOT } from "../command.ts";
import { environmentContract } from "../contract/environment.ts";
import { openenvPython, skipWithoutOpenenv } from "../openenv-python.ts";

const skip = skipWithoutOpenenv();

/** The address of a server, which ends with the tests. */
async function served(world: string, sessions: number): Promise<string> {
  const python = await openenvPython();
  const port = await freePort();
  const child = spawn(python, [join(ROOT, "test", "openenv-worlds.py"), world, String(port), String(sessions)], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  let errors = "";
  child.stderr.on("data", (text) => {
    errors += text;
  });
  ending.push(() => child.kill("SIGKILL"));
  const url = `http://127.0.0.1:${port}`;
  while (child.exitCode === null) {
    const answer = await fetch(`${url}/health`).catch(() => undefined);
    if (answer?.ok) return url;
    await sleep(100);
  }
  throw new Error(`the server ended: ${errors}`);
}

const ending: (() => void)[] = [];
after(() => {
  for (const end of ending) end();
});

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

const FIELDS = { observationField: "text", actionsField: "moves" };
const corridor = (sessions: number) => {
  let url: Promise<string> | undefined;
  return async () => openBenchmark({ name: "openenv", url: await (url ??= served("corridor", sessions)), ...FIELDS });
};

const usual = corridor(8);
environmentContract("openenv's server", usual, { skip, runs: 12, depth: 6 });
// What openenv does where nobody says otherwise.
environmentContract("openenv's server, one session", corridor(1), { skip, runs: 4, depth: 4, tasks: 3 });

test("its tasks, its endings, and rewards that are no number", { skip }, async () => {
  const benchmark = await usual();
  assert.deepEqual([benchmark.name, benchmark.splits], ["corridor", ["train", "test"]]);
  assert.deepEqual(
    (await benchmark.tasks("test")).map(({ id }) => id),
    ["corridor/test/test-0", "corridor/test/test-1"],
  );
  const world = await benchmark.open();
  const [first] = await benchmark.tasks("train");
  assert.equal(await world.reset(first!, 0), "the corridor at 0");
  // Pydantic writes NaN as null, which says that there is no reward.
  assert.deepEqual(await world.step("nan"), { observation: "the corridor at 0", reward: 0, terminated: false });
  await world.step("forward");
  assert.deepEqual(await world.step("open"), { observation: "outside", reward: 1, terminated: true });
  await world.close();
});

test("a mistake in an observation is told like one in an action, but moves the world", { skip }, async () => {
  const benchmark = await usual();
  const world = await benchmark.open();
  const [first] = await benchmark.tasks("train");
  await world.reset(first!, 0);
  await assert.rejects(world.step("broken"), /corridor\/train\/train-0: step 0: Invalid message \(VALIDATION_ERROR\)/);
  await world.reset(first!, 0);
  await assert.rejects(world.step("boom"), /step 0: the world broke \(EXECUTION_ERROR\)/);
  assert.equal(await world.reset(first!, 0), "the corridor at 0");
  await world.close();
});

test("a seed that a world's reset does not name is found out", { skip }, async () => {
  const url = await served("unseeded", 2);
  const opened = openBenchmark({ name: "openenv", url, seeds: 3, observationField: "text" });
  await assert.rejects(opened, (error) => error instanceof CliError && /begin differently/.test(error.message));
  await assert.rejects(openBenchmark({ name: "openenv", url }), /lists no tasks/);
});

test("tools of a server are called, one by one or several in a turn", { skip }, async () => {
  const url = await served("tools", 2);
  const benchmark = await openBenchmark({ name: "openenv", url, resets: [{ goal: 3 }, { goal: 5 }] });
  assert.deepEqual(
    benchmark.tools?.map(({ name }) => name),
    ["add", "reach"],
  );
  assert.match(JSON.stringify(benchmark.tools?.[0]?.parameters), /"number":\{"type":"integer"\}/);
  const world = await openWorld(benchmark);
  const [, second] = await benchmark.tasks("train");
  assert.equal(await world.reset(second!, 0), '{"goal":"Reach 5."}');
  assert.equal((await world.step('add({"number":2})')).observation, "the counter is at 2");
  const snapshot = await world.snapshot();
  assert.match((await world.step('add({"number":"x"})')).observation, /valid integer/);
  assert.match((await world.step("add two")).observation, /no call of a tool/);
  await world.restore(second!, snapshot);
  const turn = '[{"name":"add","arguments":{"number":3}},{"name":"reach","arguments":{"number":5}}]';
  assert.deepEqual(await world.step(turn), {
    observation: '["the counter is at 5","right"]',
    reward: 1,
    terminated: true,
  });
  await world.close();
});
