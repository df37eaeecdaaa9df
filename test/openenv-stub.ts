/** A server that speaks OpenEnv's protocol as `openenv` 0.10.0 does, with a small world, and can be made to err. */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { TestContext } from "node:test";
import { type WebSocket, WebSocketServer } from "ws";

export interface Told {
  readonly observation: unknown;
  readonly reward?: unknown;
  readonly done?: unknown;
}

export interface StubOptions {
  /** Sessions at once. */
  readonly capacity?: number;
  /** JSON schema of actions. Default: one text, `move`. */
  readonly action?: object;
  readonly observation?: object;
  /** What the task API lists; absent: there is none, as in openenv-core 0.3.0. */
  readonly tasks?: Readonly<Record<string, readonly unknown[]>>;
  /** How many tasks a split is said to have; default: as many as are listed. */
  readonly claimed?: number;
  readonly hasSocket?: boolean;
  /** What is sent for a step or a reset, in place of the world's answer; "close" or "nothing" are done. */
  err?(type: string, data: Readonly<Record<string, unknown>>): string | readonly string[] | undefined;
  /** The world. Default: a corridor. */
  world?(): World;
}

export interface World {
  reset(data: Readonly<Record<string, unknown>>): Told;
  step(action: Readonly<Record<string, unknown>>): Told;
}

/** As far as the seed says, modulo five; a door is there. */
function corridor(): World {
  let [at, length] = [0, 0];
  const told = (text: string, reward: number | null = null, done = false): Told => ({
    observation: { metadata: {}, text, moves: done ? [] : ["forward", "back", "open"] },
    reward,
    done,
  });
  const look = () => (at === length ? "a door" : `the corridor at ${at}`);
  return {
    reset({ seed = 0, index = 0 }) {
      [at, length] = [0, 1 + ((Number(seed) + Number(index)) % 5)];
      return told(look());
    },
    step({ move }) {
      if (move === "forward") at = Math.min(at + 1, length);
      if (move === "back") at = Math.max(at - 1, 0);
      if (move === "open" && at === length) return told("outside", 1, true);
      return told(look(), 0);
    },
  };
}

const TEXT = { type: "string" };
const MOVE = { type: "object", properties: { metadata: {}, move: TEXT }, required: ["move"] };

export interface Stub {
  readonly url: string;
  /** Sessions that were opened, and that are open. */
  readonly opened: () => number;
  readonly open: () => number;
}

/** Serves until the test ends. */
export async function openenvStub(
  context: TestContext | { after(end: () => void): void },
  options: StubOptions = {},
): Promise<Stub> {
  const { capacity = 4, hasSocket = true } = options;
  const server = createServer((request, response) => void answer(options, request, response));
  const sockets = new WebSocketServer({ noServer: true });
  const sessions = new Set<WebSocket>();
  let opened = 0;
  server.on("upgrade", (request, socket, head) => {
    if (!hasSocket || request.url !== "/ws") return void socket.end("HTTP/1.1 403 Forbidden\r\n\r\n");
    sockets.handleUpgrade(request, socket, head, (session) => {
      const full = { message: "Server at capacity", code: "CAPACITY_REACHED", active_sessions: capacity };
      if (sessions.size >= capacity) {
        session.send(JSON.stringify({ type: "error", data: full }));
        return session.close(1000);
      }
      opened++;
      sessions.add(session);
      session.on("close", () => sessions.delete(session));
      play(options, session);
    });
  });
  server.listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  context.after(() => {
    for (const session of sessions) session.terminate();
    server.close().closeAllConnections();
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { url, opened: () => opened, open: () => sessions.size };
}

function play({ err, world: make = corridor }: StubOptions, session: WebSocket): void {
  const world = make();
  session.on("message", (text) => {
    const { type, data = {} } = JSON.parse(String(text)) as { readonly type: string; readonly data?: object };
    const given = data as Readonly<Record<string, unknown>>;
    if (type === "close") return session.close(1000);
    const wrong = err?.(type, given);
    if (wrong === "nothing") return;
    if (wrong === "close") return session.close(1011, "the world crashed");
    if (wrong !== undefined) {
      for (const each of [wrong].flat()) session.send(each);
      return;
    }
    const told = type === "reset" ? world.reset(given) : type === "step" ? world.step(given) : undefined;
    const answer = told ? { type: "observation", data: told } : { type: "state", data: { step_count: 0 } };
    session.send(JSON.stringify(answer));
  });
}

async function answer(
  { tasks, claimed, action = MOVE, observation = {} }: StubOptions,
  request: IncomingMessage,
  response: ServerResponse,
) {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  const { split = "" } = JSON.parse(Buffer.concat(chunks).toString() || "{}") as { readonly split?: string };
  const listed = tasks?.[split] ?? [];
  const answers: Readonly<Record<string, unknown>> = {
    "/schema": { action, observation, state: { properties: { step_count: {} } } },
    "/metadata": { name: "Corridor", description: "Find the way out." },
    ...(tasks && {
      "/list_environments": ["corridor"],
      "/corridor/splits": Object.keys(tasks).map((name) => ({ name, type: "validation" })),
      "/corridor/num_tasks": { num_tasks: claimed ?? listed.length },
      "/corridor/tasks": { tasks: listed, env_name: "corridor" },
    }),
  };
  const found = answers[request.url ?? ""];
  response.writeHead(found === undefined ? 404 : 200, { "content-type": "application/json" });
  response.end(JSON.stringify(found ?? { detail: "Not Found" }));
}
