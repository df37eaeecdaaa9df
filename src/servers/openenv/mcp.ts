/**
 * MCP as OpenEnv offers it, beside its own messages: JSON-RPC with `tools/list` and `tools/call`, and sessions over HTTP. A
 * call is a step of the session's episode; a session that is created with the arguments of a reset begins with one.
 */
import { z } from "zod";
import { messageOf } from "../../core/errors.ts";
import type { Json } from "../../core/json.ts";
import type { Tool } from "../../core/message.ts";
import { parseWritten } from "../../core/written-json.ts";
import { shortMessage } from "../loopback.ts";
import { CapacityError } from "../sessions.ts";
import type { Play } from "./play.ts";
import { ProtocolError, resetRequest } from "./requests.ts";

/** Codes of JSON-RPC. */
const RPC = {
  parse: -32700,
  request: -32600,
  method: -32601,
  params: -32602,
  internal: -32603,
  server: -32000,
} as const;

const requestSchema = z.strictObject({
  jsonrpc: z.literal("2.0"),
  method: z.string(),
  params: z.record(z.string(), z.unknown()).default({}),
  id: z.union([z.string(), z.number()], { error: "Invalid input: expected string or number" }).nullish(),
});

/** The sessions of the server, as MCP sees them. */
export interface McpSessions {
  /** Throws CapacityError, and what opening the world throws. */
  create(): Promise<string>;
  /** Undefined: there is none of this name. */
  get(id: string): Play | undefined;
  using<R>(id: string, work: () => Promise<R>): Promise<R>;
  /** `closing`: a connection still uses it, and with that it ends. */
  end(id: string): Promise<"unknown" | "closed" | "closing">;
}

export interface Mcp {
  readonly tools: readonly Tool[];
  readonly sessions: McpSessions;
}

/** What a connection brings along: the session that it plays in. */
export interface OwnSession {
  readonly id: string;
  readonly play: Play;
}

class RpcError extends Error {
  readonly code: number;
  readonly data: Json;
  constructor(code: number, message: string, data: Json = null) {
    super(message);
    this.code = code;
    this.data = data;
  }
}

/** The answer to a JSON-RPC request in a text. Never throws. */
export async function mcpAnswerTo(text: string, mcp: Mcp, own?: OwnSession): Promise<Json> {
  let request: unknown;
  try {
    request = parseWritten(text);
  } catch (error) {
    return failure(null, RPC.parse, `Parse error: ${messageOf(error)}`);
  }
  return mcpAnswer(request, mcp, own);
}

/** The answer to a JSON-RPC request. Never throws. */
export async function mcpAnswer(value: unknown, mcp: Mcp, own?: OwnSession): Promise<Json> {
  const parsed = requestSchema.safeParse(value);
  if (!parsed.success) {
    const { path, message } = parsed.error.issues[0]!;
    const place = path.length > 0 ? `${path.join(".")}: ` : "";
    return failure(null, RPC.request, `Invalid request: ${place}${message.replace(/^Invalid input: /, "")}`);
  }
  const { id = null, method } = parsed.data;
  // Not the schema's copy: numbers are to be written as they were.
  const { params = {} } = value as { readonly params?: Params };
  try {
    return { jsonrpc: "2.0", id, result: await resultOf(method, params, mcp, own) };
  } catch (error) {
    return rpcFailure(id, error);
  }
}

type Params = Readonly<Record<string, unknown>>;

/** An error as JSON-RPC says it: also for a connection that got no session. */
export function rpcFailure(id: string | number | null, error: unknown): Json {
  if (error instanceof RpcError) return failure(id, error.code, error.message, error.data);
  if (error instanceof CapacityError)
    return failure(id, RPC.server, error.message, { active_sessions: error.active, max_sessions: error.limit });
  const code = error instanceof ProtocolError && error.code === "VALIDATION_ERROR" ? RPC.params : RPC.internal;
  return failure(id, code, shortMessage(error));
}

const failure = (id: string | number | null, code: number, message: string, data: Json = null): Json => ({
  jsonrpc: "2.0",
  id,
  error: { code, message, data },
});

async function resultOf(method: string, params: Params, mcp: Mcp, own: OwnSession | undefined): Promise<Json> {
  switch (method) {
    case "tools/list":
      return {
        tools: mcp.tools.map(({ name, description, parameters }) => ({ name, description, inputSchema: parameters })),
      };
    case "tools/call":
      return call(params, mcp, own);
    case "openenv/session/create":
      return create(params, mcp, own);
    case "openenv/session/close":
      return close(params, mcp, own);
    default:
      throw new RpcError(RPC.method, `Method not found: ${method.slice(0, 100)}`);
  }
}

async function call({ session_id, name, arguments: given = {} }: Params, mcp: Mcp, own?: OwnSession): Promise<Json> {
  if (typeof name !== "string" || name === "") throw new RpcError(RPC.params, "Missing 'name' in params");
  if (typeof given !== "object" || given === null || Array.isArray(given))
    throw new RpcError(RPC.params, "arguments: expected an object");
  const { id, play } = own ?? sessionOf(session_id, mcp.sessions);
  const step = { kind: "call", tool: name, arguments: given as Params } as const;
  const { observation, reward, done, metadata = {} } = await mcp.sessions.using(id, () => play.step(step));
  return { ...observation, reward, done, metadata };
}

function sessionOf(id: unknown, sessions: McpSessions): OwnSession {
  if (id === undefined)
    throw new RpcError(
      RPC.params,
      "session_id: expected one of openenv/session/create; a call without a session would belong to no episode",
    );
  const play = typeof id === "string" ? sessions.get(id) : undefined;
  if (!play) throw new RpcError(RPC.params, `Unknown session_id: ${String(id).slice(0, 100)}`);
  return { id: id as string, play };
}

async function create(params: Params, { sessions }: Mcp, own: OwnSession | undefined): Promise<Json> {
  const request = resetRequest(params);
  if (own) return { session_id: own.id };
  const id = await sessions.create();
  if (Object.keys(params).length === 0) return { session_id: id };
  try {
    return { session_id: id, ...(await sessions.using(id, () => sessions.get(id)!.reset(request))) };
  } catch (error) {
    await sessions.end(id);
    throw error;
  }
}

async function close({ session_id: id }: Params, { sessions }: Mcp, own: OwnSession | undefined): Promise<Json> {
  if (typeof id !== "string") throw new RpcError(RPC.params, "Invalid params - 'session_id' is required");
  if (own?.id === id) throw new RpcError(RPC.request, "Cannot close active WebSocket-managed session via MCP method");
  const ended = await sessions.end(id);
  if (ended === "unknown") throw new RpcError(RPC.params, `Unknown session_id: ${id.slice(0, 100)}`);
  return ended === "closed" ? { session_id: id, closed: true } : { session_id: id, closed: false, closing: true };
}
