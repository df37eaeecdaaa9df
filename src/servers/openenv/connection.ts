/** A WebSocket of OpenEnv's: messages are answered one by one, in order, and a client that sends faster waits. */
import type { WebSocket } from "ws";
import { messageOf } from "../../core/errors.ts";
import type { Json } from "../../core/json.ts";
import { parseWritten } from "../../core/written-json.ts";
import { shortMessage } from "../loopback.ts";
import { CapacityError } from "../sessions.ts";
import { type Mcp, mcpAnswer, mcpAnswerTo, type OwnSession, rpcFailure } from "./mcp.ts";
import { type ErrorCode, ProtocolError, resetRequest, stepRequest } from "./requests.ts";

/** Messages that wait at most: then no more are read from the connection. */
const MAX_WAITING = 16;

/** How a connection's texts are answered, and what it is told that gets no session. */
export interface Dialogue {
  /** null: this was the last message. Never throws. */
  answer(text: string, own: OwnSession): Promise<Json | null>;
  /** Of what was thrown while its session was opened. */
  refusal(error: unknown): Json;
  /** Of a message that is no text. */
  notText(): Json;
}

/** OpenEnv's own messages (`/ws`). */
export const envDialogue = (mcp: Mcp): Dialogue => ({
  answer: (text, own) => answerTo(text, own, mcp),
  refusal(error) {
    if (error instanceof CapacityError)
      return errorMessage("CAPACITY_REACHED", error.message, {
        active_sessions: error.active,
        max_sessions: error.limit,
      });
    return error instanceof ProtocolError
      ? errorMessage(error.code, error.message)
      : errorMessage("FACTORY_ERROR", shortMessage(error));
  },
  notText: () => errorMessage("VALIDATION_ERROR", "Invalid message: expected text, got bytes"),
});

/** Bare JSON-RPC (`/mcp`). */
export const mcpDialogue = (mcp: Mcp): Dialogue => ({
  answer: (text, own) => mcpAnswerTo(text, mcp, own),
  refusal: (error) => rpcFailure(null, error),
  notText: () => rpcFailure(null, new ProtocolError("VALIDATION_ERROR", "expected text, got bytes")),
});

async function answerTo(text: string, own: OwnSession, mcp: Mcp): Promise<Json | null> {
  try {
    const message = messageIn(text);
    switch (message.type) {
      case "reset":
        return { type: "observation", data: await own.play.reset(resetRequest(message.data ?? {})) } as unknown as Json;
      case "step":
        return { type: "observation", data: await own.play.step(stepRequest(message.data)) } as unknown as Json;
      case "state":
        return { type: "state", data: await own.play.state() };
      case "mcp":
        return { type: "mcp", data: await mcpAnswer(message.data, mcp, own) };
      case "close":
        return null;
      default:
        throw new ProtocolError("UNKNOWN_TYPE", `Unknown message type: ${String(message.type).slice(0, 100)}`);
    }
  } catch (error) {
    if (error instanceof ProtocolError) return errorMessage(error.code, error.message, error.more);
    return errorMessage("EXECUTION_ERROR", shortMessage(error));
  }
}

interface Message {
  readonly type?: unknown;
  readonly data?: unknown;
}

/** What a message may have besides its type. */
const MEMBERS: Readonly<Record<string, readonly string[]>> = {
  reset: ["data"],
  step: ["data"],
  mcp: ["data"],
  state: [],
  close: [],
};

function messageIn(text: string): Message {
  let value: unknown;
  try {
    value = parseWritten(text);
  } catch (error) {
    throw new ProtocolError("INVALID_JSON", `Invalid JSON: ${messageOf(error).slice(0, 200)}`);
  }
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new ProtocolError("VALIDATION_ERROR", "Invalid message: expected an object with a type");
  const message = value as Message;
  const members =
    typeof message.type === "string" && Object.hasOwn(MEMBERS, message.type) ? MEMBERS[message.type] : undefined;
  const unknown = members && Object.keys(message).find((key) => key !== "type" && !members.includes(key));
  if (unknown === undefined) return message;
  throw new ProtocolError("VALIDATION_ERROR", `Invalid message: ${unknown.slice(0, 100)}: no such key`);
}

const errorMessage = (code: ErrorCode, message: string, more: Readonly<Record<string, unknown>> = {}): Json =>
  ({ type: "error", data: { message, code, ...more } }) as Json;

/** What a connection needs of the server. */
export interface Host {
  /** The session that the connection plays in. Throws what keeps it from having one. */
  enter(): Promise<OwnSession>;
  using<R>(id: string, work: () => Promise<R>): Promise<R>;
  /** The connection is over. */
  leave(own: OwnSession): Promise<void>;
}

/** Answers a connection until one side ends it. Resolves when its session is left. Never rejects. */
export async function converse(socket: WebSocket, dialogue: Dialogue, host: Host): Promise<void> {
  const waiting: (string | null)[] = [];
  let isOver = false;
  let wake = () => {};
  socket.on("message", (data, isBinary) => {
    waiting.push(isBinary ? null : data.toString());
    if (waiting.length >= MAX_WAITING) socket.pause();
    wake();
  });
  // What is wrong with the connection itself (a frame that is too long, no UTF-8) ws tells the client, and closes.
  socket.on("error", () => {});
  socket.on("close", () => {
    isOver = true;
    wake();
  });

  async function next(): Promise<string | null | undefined> {
    while (waiting.length === 0 && !isOver) await new Promise<void>((resolve) => (wake = resolve));
    // Nobody hears the answers any more.
    if (isOver) return undefined;
    const message = waiting.shift();
    if (waiting.length === 0 && socket.isPaused) socket.resume();
    return message;
  }

  let own: OwnSession;
  try {
    own = await host.enter();
  } catch (error) {
    await sent(socket, dialogue.refusal(error));
    socket.close();
    return;
  }
  try {
    for (let text = await next(); text !== undefined; text = await next()) {
      const message = text;
      const answer =
        message === null ? dialogue.notText() : await host.using(own.id, () => dialogue.answer(message, own));
      if (answer === null || !(await sent(socket, answer))) break;
    }
  } finally {
    socket.close();
    await host.leave(own).catch(() => {});
  }
}

/**
 * Whether the client is still there. Waits until the text has left where another one is still on its way, so that a client
 * that does not read is not written to.
 */
function sent(socket: WebSocket, answer: Json): boolean | Promise<boolean> {
  const text = JSON.stringify(answer);
  if (socket.bufferedAmount > 0) return new Promise((resolve) => socket.send(text, (error) => resolve(!error)));
  socket.send(text);
  return socket.readyState === socket.OPEN;
}
