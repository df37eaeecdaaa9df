import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { after, test } from "node:test";
import { type WebSocket, WebSocketServer } from "ws";
import { HttpError, type HttpReason } from "./errors.ts";
import { redactor } from "./secrets.ts";
import { openSocket } from "./socket.ts";

const KEY = "sk-test-0123456789";

/** A server that does `met` with each connection. */
async function serving(met: (socket: WebSocket, key: string | undefined) => void): Promise<string> {
  const server = new WebSocketServer({ port: 0, host: "127.0.0.1" });
  await new Promise((resolve) => server.once("listening", resolve));
  server.on("connection", (socket, request) => met(socket, request.headers.authorization));
  after(() => {
    for (const socket of server.clients) socket.terminate();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/ws`;
}

const opening = (url: string) =>
  openSocket({
    ...{ url, redactor: redactor(KEY), mostBytes: 1_000, openTimeoutMs: 2_000 },
    headers: { authorization: `Bearer ${KEY}` },
  });

const failing = (reason: HttpReason, message: RegExp) => (error: unknown) => {
  assert(error instanceof HttpError);
  assert.equal(error.reason, reason);
  assert.match(error.message, message);
  return true;
};

test("a message is answered by one, without the API key that was sent", async () => {
  const url = await serving((socket, key) => socket.on("message", (text) => socket.send(`${key} asked ${text}`)));
  const socket = await opening(url);
  assert.equal(await socket.ask("who?", 2_000), "Bearer [API key removed] asked who?");
  assert.equal(await socket.ask("again", 2_000), "Bearer [API key removed] asked again");
  socket.close();
  assert.equal(socket.isOpen, false);
  await assert.rejects(socket.ask("and now?", 2_000), failing("broken", /closed here/));
});

test("what is late, too long, no text or closed ends the connection, and says why", async () => {
  const cases: readonly (readonly [(socket: WebSocket) => void, HttpReason, RegExp])[] = [
    [() => {}, "broken", /^it gave no answer within 0\.1 s$/],
    [(socket) => socket.send("x".repeat(2_000)), "too long", /^the answer is longer than 1000 bytes$/],
    [(socket) => socket.send(Buffer.from([1])), "broken", /^it sent bytes/],
    [
      (socket) => socket.close(1011, `key ${KEY}`),
      "broken",
      /^it closed the connection \(1011: key \[API key removed\]\)$/,
    ],
    [(socket) => socket.terminate(), "broken", /^it closed the connection \(1006\)$/],
  ];
  for (const [answer, reason, message] of cases) {
    const socket = await opening(await serving((each) => each.on("message", () => answer(each))));
    await assert.rejects(socket.ask("?", 100), failing(reason, message));
    assert.equal(socket.isOpen, false);
    await assert.rejects(socket.ask("?", 100), failing(reason, message));
  }
});

test("a message that nobody asked for is kept, and ends the connection", async () => {
  const socket = await opening(await serving((each) => each.send("full")));
  await assert.rejects(socket.ask("?", 2_000), failing("broken", /nobody asked for/));
  assert.equal(socket.unasked, "full");
});

test("what is no WebSocket is named, and redirects are not followed", async () => {
  const plain = createServer((_, response) => response.end("no")).listen(0, "127.0.0.1");
  plain.on("upgrade", (request, socket) => {
    const isElsewhere = request.url === "/elsewhere";
    socket.end(`HTTP/1.1 ${isElsewhere ? "307 Moved\r\nLocation: /ws" : "404 Not Found"}\r\nContent-Length: 0\r\n\r\n`);
  });
  await new Promise((resolve) => plain.once("listening", resolve));
  after(() => plain.close().closeAllConnections());
  const url = `http://127.0.0.1:${(plain.address() as AddressInfo).port}`;
  await assert.rejects(opening(`${url}/ws`), failing("broken", /answered 404: Not Found/));
  await assert.rejects(opening(`${url}/elsewhere`), failing("redirected", /answered 307: it redirects a WebSocket/));
  await assert.rejects(opening("http://127.0.0.1:65533/ws"), failing("unreachable", /ECONNREFUSED/));
});
