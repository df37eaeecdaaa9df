// Our OpenEnv server under openenv's own clients from PyPI: what they do, what they are told, the contract of environments.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { serveOpenEnv } from "../../src/servers/openenv/server.ts";
import { workshop } from "../../src/worlds/workshop/index.ts";
import { environmentContract } from "../contract/environment.ts";
import { type Client, openenvClient, skipWithoutOpenenv, throughClient } from "../openenv-python.ts";

const skip = skipWithoutOpenenv();
const benchmark = workshop({ maxSteps: 60 });

let made: Promise<Client> | undefined;
const client = () => (made ??= openenvClient());
const serving = serveOpenEnv({ benchmark, host: "127.0.0.1", port: 0, sessions: 8, idleMs: 600_000, version: "0.0.0" });
const url = async () => (await serving).url;
after(async () => {
  (await made)?.close();
  await (await serving).close();
});

// A connection is closed by its client in an order of its own; the contract opens a few worlds at a time.
environmentContract("OpenEnv's client", () => throughClient(benchmark, url, client), { skip, runs: 12, depth: 8 });

const ask = async (request: object) => (await client()).ask({ url: await url(), ...request });

test("openenv's own check of a running server passes", { skip }, async () => {
  const report = await ask({ op: "validate", env: "check" });
  assert.equal(report.passed, true, JSON.stringify(report.criteria));
  assert.equal(report.mode, "simulation");
});

test("an episode that ends, errors by name, and a reset with nothing", { skip }, async () => {
  const play = (op: string, given: object = {}) => ask({ op, env: "episode", ...given });
  const begun = await play("reset", { with: {} });
  const [first] = await benchmark.tasks("train");
  assert.equal(begun.metadata.task, first!.id);
  assert.deepEqual([begun.reward, begun.done], [null, false]);
  const delivered = await play("step", { action: { action: "deliver piece" } });
  assert.equal(delivered.done, true);
  assert.deepEqual([delivered.metadata.end, delivered.metadata.success], ["terminated", false]);
  assert.match(
    (await play("step", { action: { action: "look" } })).error,
    /the episode is over: reset first.*EXECUTION_ERROR/,
  );
  assert.match((await play("reset", { with: { sede: 1 } })).error, /data\.sede: no such key.*VALIDATION_ERROR/);
  await play("close");
});

test("its client for MCP lists the tools and calls them, within an episode", { skip }, async () => {
  const play = (op: string, given: object = {}) => ask({ op, env: "tools", kind: "mcp", ...given });
  assert.deepEqual(await play("tools"), { tools: ["act"] });
  await play("reset", { with: { split: "test", index: 2 } });
  const { result } = await play("call", { tool: "act", arguments: { action: "go barn" } });
  assert.match(JSON.stringify(result), /barn/);
  assert.equal((await play("close")).error, undefined);
});

test("a client beyond the last place is told that the server is full", { skip }, async () => {
  const free = 8 - (await serving).count();
  for (let place = 0; place < free; place++) await ask({ op: "reset", env: `place ${place}`, with: {} });
  assert.match((await ask({ op: "reset", env: "one more", with: {} })).error, /the server is full.*CAPACITY_REACHED/);
  for (let place = 0; place < free; place++) await ask({ op: "close", env: `place ${place}` });
});
