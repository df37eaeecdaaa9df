/** The sessions of an OpenEnv server, each a connection with a world of its own. */
import { EnvironmentError } from "../../core/errors.ts";
import { HttpError } from "../../http/errors.ts";
import { redactor } from "../../http/secrets.ts";
import { openSocket } from "../../http/socket.ts";
import { newPool, newTraffic, type Pool, type Pooled } from "../served/pool.ts";
import { inServersName, type ServerPlace } from "../served/server.ts";
import { type Reply, replyIn } from "./protocol.ts";

/** Its `timeoutMs` is also the longest wait for room on the server. */
export interface SessionOptions extends ServerPlace {
  /** At most so many connections. */
  readonly sessions: number;
}

export interface Session extends Pooled {
  /** Whether it was asked anything for an episode. */
  readonly isUsed: boolean;
  /** `data` is JSON. Throws EnvironmentError; then the session is over. */
  ask(type: string, data?: string): Promise<Reply>;
}

export type Sessions = Pool<Session>;

const MOST_BYTES = 64 * 2 ** 20;
export const newSessions = (options: SessionOptions): Sessions =>
  newPool({ ...options, advice: "max_concurrent_envs", keepsIdle: false, open: () => openSession(options) });

/** A session for which the server has room. A server takes every connection and says only then that it has none. */
async function openSession(options: SessionOptions): Promise<Session | { readonly full: string }> {
  const session = await connected(options);
  const reply = await session.ask("state");
  if (reply.kind !== "error" || !CLOSING.includes(reply.refusal.code)) return session;
  session.close();
  const { code, message } = reply.refusal;
  if (code === "CAPACITY_REACHED") return { full: message };
  throw new EnvironmentError(`${options.url}: ${message} (${code})`);
}

/** The errors with which a server ends a session. */
const CLOSING = ["CAPACITY_REACHED", "FACTORY_ERROR", "SESSION_ERROR"];

async function connected({ url, apiKey, timeoutMs }: SessionOptions): Promise<Session> {
  const headers: Record<string, string> = apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` };
  const keys = redactor(apiKey);
  const opening = { url: `${url}/ws`, headers, redactor: keys, mostBytes: MOST_BYTES, openTimeoutMs: timeoutMs };
  const socket = await openSocket(opening).catch((error: unknown) => {
    throw notConnected(url, error);
  });
  const traffic = newTraffic();
  let isUsed = false;
  return {
    traffic,
    get isOpen() {
      return socket.isOpen;
    },
    get isUsed() {
      return isUsed;
    },
    async ask(type, data) {
      if (data !== undefined) isUsed = true;
      const text = await answerTo(`{"type":"${type}"${data === undefined ? "" : `,"data":${data}`}}`);
      const reply = inServersName(url, () => replyIn(text));
      if (reply.kind !== "error") return reply;
      const { code, message, errors } = reply.refusal;
      return { kind: "error", refusal: { code, errors, message: keys.clean(message, true) } };
    },
    close: () => socket.close('{"type":"close"}'),
  };

  /** What was sent before anybody asked says why the server closes. */
  async function answerTo(message: string): Promise<string> {
    try {
      return await traffic.during(() => socket.ask(message, timeoutMs));
    } catch (error) {
      if (!(error instanceof HttpError)) throw error;
      const { unasked } = socket;
      if (!isUsed && unasked !== undefined) return unasked;
      const said = unasked === undefined ? "" : `: ${keys.clean(unasked.slice(0, 200), true)}`;
      throw new EnvironmentError(`${url}: ${error.message}${said}`, { cause: error });
    }
  }
}

function notConnected(url: string, error: unknown): unknown {
  if (!(error instanceof HttpError)) return error;
  const hasNone = /answered (403|404)/.test(error.message);
  const why = hasNone ? "; it offers no WebSocket /ws: is it a server of openenv or openenv-core 0.3.0?" : "";
  return new EnvironmentError(`${url}: ${error.message}${why}`, { cause: error });
}
