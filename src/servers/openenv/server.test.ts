// OpenEnv's protocol, message by message, as a client of any language sees it. Under the real client: test/slow.
import assert from "node:assert/strict";
import { connect } from "node:net";
import { test } from "node:test";
import { WebSocket } from "ws";
import { asked, connected, served } from "../../../test/openenv-client.ts";
import type { Benchmark, Environment } from "../../core/environment.ts";
import { CliError, EnvironmentError } from "../../core/errors.ts";
import { taskId } from "../../core/ids.ts";
import { workshop } from "../../worlds/workshop/index.ts";
import { serveOpenEnv } from "./server.ts";

const TASK = "workshop/train/front-0-1";

test("an episode: what is shown, the limit of steps, and what may not be done then", async () => {
  const benchmark = workshop({ maxSteps: 4 });
  const world = await benchmark.open();
  const task = await benchmark.task(taskId(TASK));
  const text = await world.reset(task, 7);
  const client = await connected(await served());
  const begun = await client.ask("reset", { task: TASK, seed: 7, episode_id: "mine" });
  assert.deepEqual(begun, {
    type: "observation",
    data: {
      observation: { text, actions: await world.actions(), instruction: task.instruction },
      reward: null,
      done: false,
      metadata: { task: TASK, seed: 7, step: 0, max_steps: 4 },
    },
  });
  for (let step = 1; step <= 4; step++) {
    const { observation, reward } = await world.step("go barn");
    const { data } = await client.ask("step", { action: "go barn" });
    const isOver = step === 4;
    assert.deepEqual([data.observation.text, data.reward, data.done], [observation, reward, isOver]);
    assert.deepEqual(data.metadata.end, isOver ? "truncated" : undefined);
    const { episode_id, step_count, end, snapshot } = (await client.ask("state")).data;
    assert.deepEqual(
      [episode_id, step_count, end, snapshot === null],
      ["mine", step, isOver ? "truncated" : null, isOver],
    );
  }
  const { type, data } = await client.ask("step", { action: "go barn" });
  assert.equal(type, "error");
  assert.equal(data.code, "EXECUTION_ERROR");
  assert.match(data.message, /the episode is over \(after 4 steps, the limit\): reset first/);
  assert.equal((await client.ask("reset")).type, "observation");
  client.socket.send('{"type":"close"}');
  assert.equal((await client.closed).code, 1005);
});

test("a state goes back to where it was, in any session, with its steps counted, and only as it was written", async () => {
  const server = await served();
  const [first, second] = [await connected(server), await connected(server)];
  await first.ask("reset", { task: TASK });
  const { data: before } = await first.ask("step", { action: "go barn" });
  const { snapshot } = (await first.ask("state")).data;
  assert.equal((await first.ask("state")).data.snapshot, snapshot, "the same state is written the same");
  const { data: expected } = await first.ask("step", { action: "go mill" });
  for (const client of [first, second]) {
    const { data: restored } = await client.ask("reset", { restore: snapshot });
    assert.deepEqual(restored.observation, before.observation);
    assert.equal(restored.metadata.step, 1);
    assert.equal((await client.ask("state")).data.snapshot, snapshot);
    assert.deepEqual((await client.ask("step", { action: "go mill" })).data, expected);
  }
  const other = await connected(await served());
  for (const [client, text] of [
    [first, snapshot.replace("barn", "mill")],
    [first, snapshot.replace(".", ",")],
    [first, "x"],
    [first, ""],
    [other, snapshot],
  ] as const) {
    const { data } = await client.ask("reset", { restore: text });
    assert.match(data.message, /this is no snapshot of this server/);
  }
});

test("a reset chooses a task by id, by index, or by seed, and refuses what it does not understand", async () => {
  const benchmark = workshop();
  const tested = await benchmark.tasks("test");
  const client = await connected(await served({ benchmark, split: "test" }));
  const chosen = async (data: unknown) => (await client.ask("reset", data)).data.metadata.task;
  assert.equal(await chosen({ task: TASK }), TASK);
  assert.equal(await chosen({ split: "train", index: 1 }), TASK);
  assert.equal(await chosen({ index: 3 }), tested[3]!.id);
  assert.equal(await chosen({ seed: 3 }), tested[3]!.id);
  assert.equal(await chosen({ seed: tested.length + 3 }), tested[3]!.id);
  assert.equal(await chosen({ seed: null, episode_id: null }), tested[0]!.id);
  for (const [data, message] of [
    [{ sede: 1 }, /data\.sede: no such key \(did you mean "seed"\?\)/],
    [{ seed: -1 }, /data\.seed: expected/],
    [{ seed: "1" }, /data\.seed: expected/],
    [{ index: 0.5 }, /data\.index: expected/],
    [{ task: TASK, index: 1 }, /data\.index: expected nothing beside task/],
    [{ restore: "x", seed: 1 }, /data\.seed: expected nothing beside restore/],
    [[], /data: expected/],
  ] as const) {
    const { data: error } = await client.ask("reset", data);
    assert.equal(error.code, "VALIDATION_ERROR");
    assert.match(error.message, message);
  }
  for (const [data, message] of [
    [{ task: "workshop/train/x" }, /workshop\/train\/x/],
    [{ split: "dev" }, /unknown split "dev"/],
    [{ split: "train", index: 400 }, /index 400: split train has the tasks 0 to 399/],
  ] as const) {
    const { data: error } = await client.ask("reset", data);
    assert.equal(error.code, "EXECUTION_ERROR");
    assert.match(error.message, message);
  }
  await assert.rejects(
    serveOpenEnv({ benchmark, host: "127.0.0.1", port: 0, sessions: 1, idleMs: 1, version: "0", split: "dev" }),
    CliError,
  );
});

test("messages that are wrong are answered with their code, and the session goes on", async () => {
  const client = await connected(await served());
  const codes = async (text: string | Buffer) => (await client.send(text)).data.code;
  for (const text of ["", "{", "nonsense", '{"type":"reset"} x']) assert.equal(await codes(text), "INVALID_JSON", text);
  for (const text of ["[]", "5", "null", '"reset"', '{"type":"reset","date":{}}', '{"type":"state","data":{}}'])
    assert.equal(await codes(text), "VALIDATION_ERROR", text);
  for (const text of [
    "{}",
    '{"type":"snapshot"}',
    '{"type":["reset"]}',
    '{"type":"constructor"}',
    '{"type":"__proto__"}',
  ])
    assert.equal(await codes(text), "UNKNOWN_TYPE", text);
  assert.equal(await codes(Buffer.from('{"type":"state"}')), "VALIDATION_ERROR", "bytes are no text");
  assert.deepEqual((await client.ask("state")).data, { episode_id: null, step_count: 0 });
  assert.match((await client.ask("step", { action: "look" })).data.message, /no episode: reset first/);
  await client.ask("reset");
  for (const data of [undefined, null, {}, { action: 1 }, { action: "look", timeout: 1 }, { message: "look" }, "look"])
    assert.equal((await client.ask("step", data)).data.code, "VALIDATION_ERROR", JSON.stringify(data));
  const nested = `{"type":"step","data":${"[".repeat(200_000)}${"]".repeat(200_000)}}`;
  assert.match(await codes(nested), /VALIDATION_ERROR|INVALID_JSON/);
  const { data } = await client.ask("step", { action: "\ud800\u0000\u001b[2J" });
  assert.equal(typeof data.observation.text, "string");
  assert.equal((await client.ask("state")).data.step_count, 1);
});

test("a message that is too long ends its own connection alone", async () => {
  const server = await served();
  const [long, other] = [await connected(server), await connected(server)];
  await other.ask("reset");
  long.socket.send(`{"type":"step","data":{"action":"${"x".repeat(8 * 2 ** 20)}"}}`);
  assert.equal((await long.closed).code, 1009);
  assert.equal((await other.ask("step", { action: "go barn" })).type, "observation");
});

test("a full server says so, and a place that becomes free can be taken", async () => {
  const server = await served({ sessions: 2 });
  const [first, second] = [await connected(server), await connected(server)];
  await Promise.all([first.ask("state"), second.ask("state")]);
  const refused = await connected(server);
  const { type, data } = await refused.next();
  assert.equal(type, "error");
  assert.deepEqual([data.code, data.active_sessions, data.max_sessions], ["CAPACITY_REACHED", 2, 2]);
  assert.equal((await refused.closed).code, 1005);
  assert.equal((await asked(server, "/reset", {})).status, 503);
  first.socket.terminate();
  while (server.count() > 1) await new Promise((resolve) => setTimeout(resolve, 5));
  assert.equal((await (await connected(server)).ask("reset")).type, "observation");
});

test("a session that nobody uses is ended, one that is used is not", async () => {
  const server = await served({ idleMs: 1000 });
  const [idle, used] = [await connected(server), await connected(server)];
  await idle.ask("reset");
  await used.ask("reset");
  const asking = setInterval(() => used.socket.send('{"type":"state"}'), 50);
  const { code, reason } = await idle.closed;
  assert.deepEqual([code, reason], [4000, "not used for 1 s"]);
  assert.equal(used.socket.readyState, WebSocket.OPEN);
  clearInterval(asking);
  await used.closed;
  assert.equal(server.count(), 0);
});

/** The workshop, whose worlds count how many of them are open, and do `step` in place of their own. */
function counted(step?: (world: Environment, action: string) => ReturnType<Environment["step"]>) {
  const original = workshop();
  const counts = { open: 0 };
  const benchmark: Benchmark = {
    ...original,
    async open() {
      const world = await original.open();
      counts.open++;
      return {
        ...world,
        step: (action) => (step ? step(world, action) : world.step(action)),
        async close() {
          counts.open--;
          await world.close();
        },
      };
    },
  };
  return { benchmark, counts };
}

test("clients that vanish, flood or never read leave nothing behind", async () => {
  const { benchmark, counts } = counted(async (world, action) => {
    await new Promise((resolve) => setTimeout(resolve, 2));
    return world.step(action);
  });
  const server = await served({ benchmark });
  const [vanishing, flooding, deaf, sound] = await Promise.all([0, 1, 2, 3].map(() => connected(server)));
  await Promise.all([vanishing!, flooding!, deaf!, sound!].map((client) => client.ask("reset")));
  vanishing!.socket.send('{"type":"step","data":{"action":"go barn"}}');
  vanishing!.socket.terminate();
  for (let i = 0; i < 5_000; i++) flooding!.socket.send('{"type":"nothing"}');
  deaf!.socket.pause();
  for (let i = 0; i < 1_000; i++) deaf!.socket.send('{"type":"state"}');
  const { data } = await sound!.ask("step", { action: "go barn" });
  assert.equal(data.done, false);
  flooding!.socket.terminate();
  deaf!.socket.terminate();
  while (server.count() > 1) await new Promise((resolve) => setTimeout(resolve, 5));
  while (counts.open > 1) await new Promise((resolve) => setTimeout(resolve, 5));
  await server.close();
  assert.equal(counts.open, 0);
  assert.equal((await sound!.closed).code, 1001);
});

test("connections that say nothing, half a request or no frames hold up nobody", async () => {
  const server = await served();
  const { hostname, port } = new URL(server.url);
  const upgrade = [
    ...[
      "GET /ws HTTP/1.1",
      "Host: 127.0.0.1",
      "Upgrade: websocket",
      "Connection: Upgrade",
      "Sec-WebSocket-Version: 13",
    ],
    ...["Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==", "", ""],
  ].join("\r\n");
  const beginnings = [
    "",
    "GET /hea",
    "POST /reset HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 9\r\n\r\n{",
    "\u0000\u0001\r\n\r\n",
  ];
  const sockets = [...beginnings, upgrade, `${upgrade}no frame at all`].flatMap((text) =>
    Array.from({ length: 10 }, () => {
      const socket = connect(Number(port), hostname, () => socket.write(text));
      return socket.on("error", () => {});
    }),
  );
  // Of those that became connections, the ones that say no frames are ended, and the others fill the places.
  while (server.count() < 8) await new Promise((resolve) => setTimeout(resolve, 5));
  assert.equal((await asked(server, "/health")).status, 200);
  for (const socket of sockets) socket.destroy();
  while (server.count() > 0) await new Promise((resolve) => setTimeout(resolve, 5));
  const client = await connected(server);
  assert.equal((await client.ask("reset")).type, "observation");
  await server.close();
});

test("a world that cannot be opened, or breaks in a step, is an error of its session alone", async () => {
  const broken = { ...workshop(), open: () => Promise.reject(new EnvironmentError("no simulator")) };
  const refused = await connected(await served({ benchmark: broken }));
  const { data } = await refused.next();
  assert.deepEqual([data.code, data.message], ["FACTORY_ERROR", "no simulator"]);
  const { benchmark } = counted(() => Promise.reject(new EnvironmentError("it died")));
  const client = await connected(await served({ benchmark }));
  await client.ask("reset");
  assert.deepEqual((await client.ask("step", { action: "x" })).data, { message: "it died", code: "EXECUTION_ERROR" });
  assert.match((await client.ask("step", { action: "x" })).data.message, /no episode: reset first/);
  assert.equal((await client.ask("reset")).type, "observation");
});

test("web pages and other names of this machine are refused, for HTTP and WebSockets", async () => {
  const server = await served();
  const refusals: readonly (readonly [Record<string, string>, number])[] = [
    [{ origin: "https://example.org" }, 403],
    [{ origin: "null" }, 403],
    [{ origin: server.url }, 403],
    [{ host: "example.org" }, 421],
    [{ host: `example.org:${new URL(server.url).port}` }, 421],
    [{ host: "127.0.0.1.example.org" }, 421],
    [{ host: "localhost:8000@example.org" }, 421],
  ];
  for (const [headers, status] of refusals) {
    const found = await new Promise<number | undefined>((resolve) => {
      const socket = new WebSocket(`${server.url.replace("http", "ws")}/ws`, { headers });
      socket.once("unexpected-response", (_, response) => resolve(response.statusCode));
      socket.once("open", () => resolve(101));
      socket.on("error", () => {});
    });
    assert.equal(found, status, JSON.stringify(headers));
  }
  assert.equal((await asked(server, "/reset", {}, { origin: "https://example.org" })).status, 403);
  assert.equal(server.count(), 0);
});
