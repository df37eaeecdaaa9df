/** Servers of OpenEnv's protocol for tests, and clients that say what a test wants them to say. */
import { after } from "node:test";
import { WebSocket } from "ws";
import { type ServeOptions, type Serving, serveOpenEnv } from "../src/servers/openenv/server.ts";
import { workshop } from "../src/worlds/workshop/index.ts";

// biome-ignore lint/suspicious/noExplicitAny: answers are looked into field by field
export type Answer = any;

const servers: Serving[] = [];
after(() => Promise.all(servers.map((server) => server.close())));

/** A server of the workshop on any port, which ends with the tests of the file. */
export async function served(options: Partial<ServeOptions> = {}): Promise<Serving> {
  const usual = { host: "127.0.0.1", port: 0, sessions: 8, idleMs: 600_000, version: "0.0.0" };
  const server = await serveOpenEnv({ benchmark: workshop({ maxSteps: 4 }), ...usual, ...options });
  servers.push(server);
  return server;
}

/** A connection that asks one message at a time. */
export interface Client {
  readonly socket: WebSocket;
  send(text: string | Buffer): Promise<Answer>;
  ask(type: string, data?: unknown): Promise<Answer>;
  /** The next message that nobody has asked for. */
  next(): Promise<Answer>;
  readonly closed: Promise<{ code: number; reason: string }>;
}

/** Rejects if the server refuses. */
export async function connected({ url }: Serving, path = "/ws"): Promise<Client> {
  const socket = new WebSocket(url.replace("http", "ws") + path);
  const told: string[] = [];
  const waiting: ((text: string) => void)[] = [];
  socket.on("message", (data) => {
    const take = waiting.shift();
    if (take) take(data.toString());
    else told.push(data.toString());
  });
  const closed = new Promise<{ code: number; reason: string }>((resolve) =>
    socket.once("close", (code, reason) => resolve({ code, reason: reason.toString() })),
  );
  await new Promise((resolve, reject) => socket.once("open", resolve).once("error", reject));
  const next = async () => JSON.parse(told.shift() ?? (await new Promise<string>((resolve) => waiting.push(resolve))));
  const send = (text: string | Buffer) => {
    socket.send(text);
    return next();
  };
  return {
    socket,
    closed,
    next,
    send,
    ask: (type, data) => send(JSON.stringify({ type, ...(data !== undefined && { data }) })),
  };
}

/** A request over HTTP: POST where there is a body. */
export const asked = async ({ url }: Serving, path: string, body?: unknown, headers: Record<string, string> = {}) => {
  const post = body !== undefined && { method: "POST", body: typeof body === "string" ? body : JSON.stringify(body) };
  const response = await fetch(url + path, { ...post, headers });
  return { status: response.status, body: (await response.json()) as Answer };
};
