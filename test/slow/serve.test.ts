/** `gleaner serve` as a process: its address, many clients at once, and how it ends. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { type TestContext, test } from "node:test";
import { WebSocket } from "ws";
import { ROOT } from "../command.ts";

/** Starts it, and waits for its address. */
async function served(t: TestContext, ...args: readonly string[]) {
  const command = [
    join(ROOT, "bin", "gleaner.js"),
    "serve",
    "workshop",
    "--protocol",
    "openenv",
    "--port",
    "0",
    ...args,
  ];
  const child = spawn(process.execPath, command, { stdio: ["ignore", "pipe", "pipe"] });
  t.after(() => child.kill("SIGKILL"));
  let said = "";
  child.stderr.on("data", (data) => (said += data));
  const [line] = (await once(createInterface(child.stdout), "line")) as [string];
  const [url] = /http:\/\/127\.0\.0\.1:\d+/.exec(line) ?? [];
  assert(url, line);
  return { child, url, said: () => said };
}

async function connected(url: string): Promise<WebSocket> {
  const socket = new WebSocket(`${url.replace("http", "ws")}/ws`);
  await once(socket, "open");
  return socket;
}

async function asked(socket: WebSocket, message: object): Promise<{ type: string; data: { done: boolean } }> {
  socket.send(JSON.stringify(message));
  const [data] = await once(socket, "message");
  return JSON.parse(String(data));
}

test("256 clients play at once, and the next one is told that the server is full", async (t) => {
  const { url } = await served(t);
  const sockets = await Promise.all(Array.from({ length: 256 }, () => connected(url)));
  const begun = await Promise.all(sockets.map((socket, seed) => asked(socket, { type: "reset", data: { seed } })));
  assert(begun.every(({ type }) => type === "observation"));
  const step = { type: "step", data: { action: "deliver piece" } };
  const stepped = await Promise.all(sockets.map((socket) => asked(socket, step)));
  assert(stepped.every(({ data }) => data.done));
  const refused = new WebSocket(`${url.replace("http", "ws")}/ws`);
  const [told] = await once(refused, "message");
  assert.match(String(told), /CAPACITY_REACHED/);
  for (const socket of sockets) socket.terminate();
});

for (const [signal, code] of [
  ["SIGTERM", 143],
  ["SIGINT", 130],
] as const) {
  test(`${signal} ends it, in the midst of an episode too, and its clients are told`, async (t) => {
    const { child, url, said } = await served(t);
    const socket = await connected(url);
    await asked(socket, { type: "reset" });
    const [left, ended] = [once(socket, "close"), once(child, "close")];
    child.kill(signal);
    assert.equal((await left)[0], 1001);
    assert.equal((await ended)[0], code);
    assert.match(said(), new RegExp(`ended by ${signal}; to start again: gleaner serve workshop`));
  });
}
