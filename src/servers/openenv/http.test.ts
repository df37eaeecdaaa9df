// What OpenEnv's clients ask over HTTP: what the world is, its tasks, and calls of tools.
import assert from "node:assert/strict";
import { test } from "node:test";
import { type Answer, asked, connected, served } from "../../../test/openenv-client.ts";
import { actionOfCall } from "../../core/calls.ts";
import type { Benchmark } from "../../core/environment.ts";
import type { Json } from "../../core/json.ts";
import { workshop } from "../../worlds/workshop/index.ts";

const TASK = "workshop/train/front-0-1";

test("what is asked over HTTP", async () => {
  const benchmark = workshop();
  const server = await served({ benchmark });
  assert.deepEqual(await asked(server, "/health"), { status: 200, body: { status: "healthy" } });
  const { body: metadata } = await asked(server, "/metadata");
  assert.equal(metadata.name, "workshop");
  assert.equal(metadata.description, benchmark.instructions);
  const { body: schema } = await asked(server, "/schema");
  assert.deepEqual(schema.action.required, ["action"]);
  assert.equal(schema.action.properties.action.description, benchmark.instructions);
  assert.ok("snapshot" in schema.state.properties);
  assert.deepEqual((await asked(server, "/state")).body, { episode_id: null, step_count: 0 });
  assert.equal((await asked(server, "/reset", { task: TASK })).body.metadata.task, TASK);
  assert.equal((await asked(server, "/reset", "")).status, 200);
  assert.equal((await asked(server, "/reset", { sede: 1 })).status, 422);
  assert.equal((await asked(server, "/reset", "{")).status, 422);
  assert.equal((await asked(server, "/reset", { task: "x" })).status, 400);
  assert.equal((await asked(server, "/step", { action: { action: "look" } })).status, 409);
  for (const path of [
    "/",
    "/ws",
    "/../../etc/passwd",
    "/%2e%2e/%2e%2e/etc/passwd",
    "/%00",
    "/%",
    "//example.org/health",
  ])
    assert.equal((await asked(server, path)).status, 404, path);
  assert.equal((await asked(server, "/reset", "x".repeat(8 * 2 ** 20 + 1))).status, 413);
  assert.equal(server.count(), 0, "no session is left");
});

test("splits and tasks over HTTP, to be chosen from", async () => {
  const benchmark = workshop();
  const server = await served({ benchmark });
  const train = await benchmark.tasks("train");
  const row = ({ id, split, category, instruction }: (typeof train)[number], index: number): Json => ({
    ...{ id, index, split, category, instruction },
  });
  assert.deepEqual((await asked(server, "/list_environments")).body, ["workshop"]);
  assert.deepEqual((await asked(server, "/Workshop/splits")).body, [
    { name: "train", type: "train" },
    { name: "validation", type: "validation" },
    { name: "test", type: "test" },
  ]);
  assert.deepEqual((await asked(server, "/workshop/num_tasks", { split: "train" })).body, { num_tasks: 400 });
  assert.deepEqual((await asked(server, "/workshop/tasks", { split: "train" })).body, {
    tasks: train.map(row),
    env_name: "workshop",
  });
  assert.deepEqual((await asked(server, "/workshop/task", { split: "train", index: 2 })).body, {
    task: row(train[2]!, 2),
  });
  const range = async (start: number | null, stop: number | null) =>
    (await asked(server, "/workshop/task_range", { split: "train", start, stop })).body.tasks.map(
      ({ index }: Answer) => index,
    );
  assert.deepEqual(await range(2, 4), [2, 3]);
  assert.deepEqual(await range(-2, null), [398, 399]);
  assert.deepEqual(await range(5, 2), []);
  for (const [path, body, status] of [
    ["/shop/splits", undefined, 404],
    ["/workshop/task", { split: "train", index: 400 }, 400],
    ["/workshop/task", { split: "train", index: -1 }, 400],
    ["/workshop/tasks", { split: "dev" }, 400],
    ["/workshop/tasks", {}, 422],
    ["/workshop/tasks", { split: "train", from: 1 }, 422],
    ["/workshop/else", {}, 404],
  ] as const)
    assert.equal((await asked(server, path, body)).status, status, path);
});

/** A world whose agents call a tool, which tells the arguments as they were written. */
function calling(): Benchmark {
  const original = workshop();
  const parameters: Json = { type: "object", properties: { n: { type: "number" } } };
  return {
    ...original,
    tools: [{ name: "count", description: "Counts.", parameters }],
    async open() {
      const world = await original.open();
      return {
        ...world,
        step: async (action) => ({ observation: action, reward: 0.5, terminated: action.includes("end") }),
      };
    },
  };
}

test("a world's tools are called as MCP has it, within an episode", async () => {
  const server = await served({ benchmark: calling() });
  const client = await connected(server);
  await client.ask("reset");
  const { data: listed } = await client.ask("step", { type: "list_tools" });
  assert.equal(listed.observation.tools[0].name, "count");
  const written =
    '{"type":"step","data":{"type":"call_tool","tool_name":"count","arguments":{"n":12345678901234567890.0}}}';
  const { data: called } = await client.send(written);
  const { tool_name, result, error } = called.observation;
  const expected = actionOfCall({ name: "count", arguments: '{"n":12345678901234567890.0}' });
  assert.deepEqual([tool_name, result, error, called.reward], ["count", expected, null, 0.5]);
  const { data: unknown } = await client.ask("step", { type: "call_tool", tool_name: "add" });
  assert.match(unknown.message, /tool_name: expected one of count, got "add"|tool_name: expected count/);

  const rpc = async (method: string, params: object = {}) =>
    (await asked(server, "/mcp", { jsonrpc: "2.0", id: 1, method, params })).body;
  assert.equal((await rpc("tools/list")).result.tools[0].inputSchema.type, "object");
  assert.equal((await rpc("tools/call", { name: "count" })).error.code, -32602);
  assert.equal((await rpc("openenv/session/create", { sede: 1 })).error.code, -32602);
  const { session_id } = (await rpc("openenv/session/create", { task: TASK })).result;
  const call = await rpc("tools/call", { session_id, name: "count", arguments: { n: 1 } });
  assert.equal(call.result.result, 'count({"n":1})');
  const guest = await connected(server, `/ws?session_id=${session_id}`);
  assert.equal((await guest.ask("state")).data.step_count, 1, "the connection plays on in that session");
  const second = await connected(server, `/ws?session_id=${session_id}`);
  assert.equal((await second.next()).data.code, "SESSION_ERROR");
  assert.deepEqual((await rpc("openenv/session/close", { session_id })).result, {
    session_id,
    closed: false,
    closing: true,
  });
  guest.socket.close();
  while (server.count() > 1) await new Promise((resolve) => setTimeout(resolve, 5));
  assert.equal((await rpc("openenv/session/close", { session_id })).error.code, -32602);
  assert.equal((await rpc("sessions/list")).error.code, -32601);
  assert.equal((await asked(server, "/mcp", "{")).body.error.code, -32700);
  assert.equal((await asked(server, "/mcp", {})).body.error.code, -32600);
  const unlike = (await asked(server, "/mcp", [])).body.error.message;
  assert.equal(unlike, "Invalid request: expected object, received array");

  const bare = await connected(server, "/mcp");
  assert.equal((await bare.send('{"jsonrpc":"2.0","method":"tools/list","id":"a"}')).id, "a");
  const { data: within } = await client.ask("mcp", {
    jsonrpc: "2.0",
    id: 2,
    method: "tools/call",
    params: { name: "count" },
  });
  assert.equal(within.result.metadata.step, 2);
});
