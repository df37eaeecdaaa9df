/**
 * A benchmark served as OpenEnv 0.10.0 serves one: each WebSocket plays an episode in a world of its own. Sources:
 * openenv/core/env_server/http_server.py and types.py, openenv/core/env_client.py. docs/serving.md says what is added.
 */
import { randomUUID } from "node:crypto";
import { type WebSocket, WebSocketServer } from "ws";
import type { Benchmark } from "../../core/environment.ts";
import { CliError } from "../../core/errors.ts";
import type { Json } from "../../core/json.ts";
import { unknownName } from "../../core/wording.ts";
import {
  type HttpAnswer,
  HttpRefusal,
  type HttpRequest,
  jsonIn,
  MAX_BYTES,
  openLoopback,
  refuseUpgrade,
  type Upgrade,
} from "../loopback.ts";
import { CapacityError, newSessions } from "../sessions.ts";
import { converse, envDialogue, type Host, mcpDialogue } from "./connection.ts";
import { type Mcp, mcpAnswerTo, type OwnSession } from "./mcp.ts";
import { openPlay, type Play, type Setting } from "./play.ts";
import { ProtocolError, resetRequest } from "./requests.ts";
import { metadataOf, openApiOf, schemasOf } from "./schemas.ts";
import { newSeal } from "./snapshots.ts";
import { splitsOf, taskAnswer } from "./tasks.ts";
import { offeredTools } from "./tools.ts";

export interface ServeOptions {
  readonly benchmark: Benchmark;
  /** 127.0.0.1, ::1 or localhost. */
  readonly host: string;
  /** 0 = any free port. */
  readonly port: number;
  /** Sessions at once; ≥ 1. */
  readonly sessions: number;
  /** Milliseconds after which a session is ended that nobody uses. */
  readonly idleMs: number;
  /** Whose tasks a reset chooses from that names no split. Default: the first. */
  readonly split?: string;
  /** What `/metadata` calls this program's version. */
  readonly version: string;
}

export interface Serving {
  readonly url: string;
  /** Sessions that are in use. */
  count(): number;
  /** Ends all sessions, and closes their worlds. */
  close(): Promise<void>;
}

interface Held {
  readonly play: Play;
  /** The connection that plays in it. */
  socket: WebSocket | undefined;
  /** It ends with its connection. */
  isClosing: boolean;
  end(isIdle: boolean): Promise<void>;
}

/** Codes with which connections are closed: one of our own, and the one for a server that goes. */
const IDLE = 4000;
const GOING_AWAY = 1001;

/** Throws CliError for a host that is not loopback and a split that is not there; rejects if the port is taken. */
export async function serveOpenEnv(options: ServeOptions): Promise<Serving> {
  const { benchmark, sessions: limit, idleMs, version, split = benchmark.splits[0] ?? "" } = options;
  if (!benchmark.splits.includes(split))
    throw new CliError(`--split: ${unknownName("split", split, benchmark.splits)}`);
  const setting: Setting = { benchmark, split, seal: newSeal() };
  const sessions = newSessions<string, Held>({ limit, idleMs });
  const sockets = new WebSocketServer({ noServer: true, maxPayload: MAX_BYTES, perMessageDeflate: false });

  async function openSession(socket?: WebSocket): Promise<OwnSession> {
    const id = randomUUID();
    const held = await sessions.open(id, async () => heldBy(await openPlay(setting), socket));
    return { id, play: held.play };
  }

  function heldBy(play: Play, socket: WebSocket | undefined): Held {
    const held: Held = {
      ...{ play, socket, isClosing: false },
      async end(isIdle) {
        if (isIdle) held.socket?.close(IDLE, `not used for ${idleMs / 1000} s`);
        else held.socket?.close(GOING_AWAY, "the session is over");
        await play.close();
      },
    };
    return held;
  }

  const mcp: Mcp = {
    tools: offeredTools(benchmark),
    sessions: {
      create: async () => (await openSession()).id,
      get: (id) => sessions.get(id)?.play,
      using: sessions.using,
      async end(id) {
        const held = sessions.get(id);
        if (!held) return "unknown";
        if (held.socket) held.isClosing = true;
        else await sessions.end(id);
        return held.socket ? "closing" : "closed";
      },
    },
  };

  /** A connection with a session of its own. */
  const ownHost = (socket: WebSocket): Host => ({
    enter: () => openSession(socket),
    using: sessions.using,
    leave: async ({ id }) => void (await sessions.end(id)),
  });

  /** A connection that plays in a session made over HTTP, which outlives it. */
  const guestHost = (socket: WebSocket, id: string): Host => ({
    async enter() {
      const held = sessions.get(id);
      if (!held) throw new ProtocolError("SESSION_ERROR", `Unknown session_id: ${id.slice(0, 100)}`);
      if (held.socket) throw new ProtocolError("SESSION_ERROR", `Session ${id} already has an attached WebSocket`);
      held.socket = socket;
      return { id, play: held.play };
    },
    using: sessions.using,
    async leave({ id }) {
      const held = sessions.get(id);
      if (!held) return;
      held.socket = undefined;
      if (held.isClosing) await sessions.end(id);
    },
  });

  function upgrade(path: string, query: URLSearchParams, { request, socket, head }: Upgrade): void {
    if (path !== "/ws" && path !== "/mcp") {
      refuseUpgrade(socket, new HttpRefusal(404, "no such path"));
      return;
    }
    const guest = path === "/ws" ? query.get("session_id") : null;
    sockets.handleUpgrade(request, socket, head, (connection) => {
      const host = guest ? guestHost(connection, guest) : ownHost(connection);
      void converse(connection, path === "/ws" ? envDialogue(mcp) : mcpDialogue(mcp), host);
    });
  }

  const listening = await openLoopback({
    ...options,
    answer: (request) => answerHttp(request, { benchmark, mcp, version }),
    upgrade,
  });
  return {
    url: listening.url,
    count: sessions.count,
    async close() {
      await sessions.close();
      for (const socket of sockets.clients) socket.terminate();
      sockets.close();
      await listening.close();
    },
  };
}

interface Routes {
  readonly benchmark: Benchmark;
  readonly mcp: Mcp;
  readonly version: string;
}

async function answerHttp(request: HttpRequest, routes: Routes): Promise<HttpAnswer> {
  try {
    return { status: 200, body: await bodyFor(request, routes) };
  } catch (error) {
    if (error instanceof ProtocolError)
      throw new HttpRefusal(error.code === "VALIDATION_ERROR" ? 422 : 400, error.message);
    if (error instanceof CliError) throw new HttpRefusal(400, error.message);
    if (error instanceof CapacityError) throw new HttpRefusal(503, error.message);
    throw error;
  }
}

async function bodyFor({ method, path, body }: HttpRequest, { benchmark, mcp, version }: Routes): Promise<Json> {
  switch (`${method} ${path}`) {
    case "GET /health":
      return { status: "healthy" };
    case "GET /metadata":
      return metadataOf(benchmark, version);
    case "GET /schema":
      return schemasOf(benchmark);
    case "GET /openapi.json":
      return openApiOf(benchmark, version);
    case "GET /state":
      return { episode_id: null, step_count: 0 };
    case "GET /list_environments":
      return [benchmark.name];
    case "POST /reset":
      return resetOnce(body, mcp);
    case "POST /step":
      throw new HttpRefusal(409, "a step over HTTP belongs to no episode: play over the WebSocket /ws");
    case "POST /mcp":
      return mcpAnswerTo(body, mcp);
  }
  const [, name = "", verb = "", ...rest] = path.split("/");
  if (rest.length > 0 || !isCalled(name, benchmark)) throw new HttpRefusal(404, "no such path");
  if (method === "GET" && verb === "splits") return splitsOf(benchmark);
  const answer = method === "POST" ? await taskAnswer(benchmark, verb, body) : undefined;
  if (answer === undefined) throw new HttpRefusal(404, "no such path");
  return answer;
}

/** OpenEnv tells no capitals from small letters here. */
function isCalled(name: string, { name: own }: Benchmark): boolean {
  try {
    return decodeURIComponent(name).toLowerCase() === own.toLowerCase();
  } catch {
    return false;
  }
}

/** A reset over HTTP shows how an episode begins, in a session that ends with the answer. */
async function resetOnce(body: string, { sessions }: Mcp): Promise<Json> {
  const request = resetRequest(body === "" ? {} : jsonIn(body));
  const id = await sessions.create();
  try {
    return (await sessions.get(id)!.reset(request)) as unknown as Json;
  } finally {
    await sessions.end(id);
  }
}
