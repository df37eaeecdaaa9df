/**
 * An HTTP server for programs on this machine: bound to loopback, bounded in what it reads, and closed to browsers. A site
 * that a person visits can send requests to loopback, too, also under a name of its own (DNS rebinding); so whatever has an
 * Origin, or another Host than this machine, is refused.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { type AddressInfo, isIP } from "node:net";
import type { Duplex } from "node:stream";
import { CliError, messageOf } from "../core/errors.ts";
import type { Json } from "../core/json.ts";
import { expectedOneOf } from "../core/wording.ts";

/** The addresses that a server may be bound to. */
export const LOOPBACK = ["127.0.0.1", "::1", "localhost"] as const;

/** Longest request, and longest message of a connection: 8 MiB. */
export const MAX_BYTES = 8 * 2 ** 20;
/** Messages may quote a request, and requests can be long. */
const MAX_MESSAGE_LENGTH = 2_000;
/** A request that comes slower is given up. */
const HEADERS_TIMEOUT_MS = 10_000;
const REQUEST_TIMEOUT_MS = 60_000;
/** Connections beyond one for each session: for those that are refused, and for short requests. */
const SPARE_CONNECTIONS = 256;

/** A request that was read. */
export interface HttpRequest {
  readonly method: string;
  /** Without the query, as it was sent. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** The body as text; empty where there is none. */
  readonly body: string;
}

/** What is answered: JSON. */
export interface HttpAnswer {
  readonly status: number;
  readonly body: Json;
}

/** A request that is not answered as it is. */
export class HttpRefusal extends Error {
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

export interface LoopbackOptions {
  /** One of `LOOPBACK`. */
  readonly host: string;
  /** 0 = any free port. */
  readonly port: number;
  /** Sessions that are to be had at once. */
  readonly sessions: number;
  /** HttpRefusal becomes `{"detail": message}`; whatever else it throws the same with status 500. */
  answer(request: HttpRequest): Promise<HttpAnswer>;
  /** A connection that wants to become a WebSocket, of a path without its query; undefined: none does. */
  upgrade?(path: string, query: URLSearchParams, raw: Upgrade): void;
}

export interface Upgrade {
  readonly request: IncomingMessage;
  readonly socket: Duplex;
  readonly head: Buffer;
}

export interface LoopbackServer {
  /** `http://127.0.0.1:8000`, without a path. */
  readonly url: string;
  /** Takes no more connections and ends those that are open. */
  close(): Promise<void>;
}

/** Throws CliError for a host that is not loopback; rejects if the port is taken. */
export async function openLoopback(options: LoopbackOptions): Promise<LoopbackServer> {
  const { host, port, sessions, answer, upgrade } = options;
  if (!(LOOPBACK as readonly string[]).includes(host)) throw new CliError(`host: ${expectedOneOf(LOOPBACK, host)}`);
  const server = createServer((request, response) => void respond(request, response, answer));
  server.headersTimeout = HEADERS_TIMEOUT_MS;
  server.requestTimeout = REQUEST_TIMEOUT_MS;
  server.maxConnections = sessions * 2 + SPARE_CONNECTIONS;
  if (upgrade) {
    server.on("upgrade", (request, socket, head) => {
      socket.on("error", () => socket.destroy());
      const refusal = refusalOf(request);
      if (refusal) {
        refuseUpgrade(socket, refusal);
        return;
      }
      const { path, query } = addressOf(request);
      upgrade(path, query, { request, socket, head });
    });
  }
  await listening(server, host, port);
  const { address, port: bound, family } = server.address() as AddressInfo;
  return {
    url: `http://${family === "IPv6" ? `[${address}]` : address}:${bound}`,
    close: () => closed(server),
  };
}

/** Takes no more connections and ends those that are open. */
export async function closed(server: Server): Promise<void> {
  const isClosed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeAllConnections();
  await isClosed;
}

/** Rejects if the port is taken. */
export function listening(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, resolve);
  });
}

async function respond(request: IncomingMessage, response: ServerResponse, answer: LoopbackOptions["answer"]) {
  try {
    const refusal = refusalOf(request);
    if (refusal) throw refusal;
    const { path, query } = addressOf(request);
    const body = await bodyOf(request);
    reply(response, await answer({ method: request.method ?? "", path, query, body }));
  } catch (error) {
    const status = error instanceof HttpRefusal ? error.status : 500;
    // What is left of a body that is too long is not read: the connection ends with the answer.
    if (status === 413) response.setHeader("Connection", "close");
    reply(response, { status, body: { detail: shortMessage(error) } });
  }
}

/** The message of anything that was thrown, not longer than anybody reads. */
export const shortMessage = (error: unknown): string => messageOf(error).slice(0, MAX_MESSAGE_LENGTH);

function reply(response: ServerResponse, { status, body }: HttpAnswer): void {
  if (response.headersSent || response.destroyed) return;
  const text = JSON.stringify(body);
  response.writeHead(status, {
    "Content-Type": "application/json",
    "Content-Length": Buffer.byteLength(text),
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
  });
  response.end(text);
}

/** Why this request is not for us, whatever it asks. */
function refusalOf({ headers }: IncomingMessage): HttpRefusal | undefined {
  const { host = "", origin } = headers;
  if (!isLoopback(host))
    return new HttpRefusal(421, "the Host header names another machine: expected 127.0.0.1 or localhost");
  if (origin !== undefined) return new HttpRefusal(403, "requests of web pages are refused: expected no Origin header");
}

/** Whether a Host header names this machine as only this machine can. The port may be another one: that of a tunnel. */
export const isLoopback = (header: string): boolean => ["127.0.0.1", "localhost", "[::1]"].includes(nameIn(header));

/** The name or address in a Host header, in small letters; "" if it is none. */
export function nameIn(header: string): string {
  const [, name = ""] = /^(\[[^\]]*\]|[^:]*)(?::\d{1,5})?$/.exec(header) ?? [];
  return name.toLowerCase();
}

/** Whether a name in a Host header is an address: no other site can have it for a name. */
export const isAddress = (name: string): boolean => isIP(name.replace(/^\[|\]$/g, "")) !== 0;

function addressOf({ url = "/" }: IncomingMessage): { readonly path: string; readonly query: URLSearchParams } {
  const at = url.indexOf("?");
  return at < 0
    ? { path: url, query: new URLSearchParams() }
    : { path: url.slice(0, at), query: new URLSearchParams(url.slice(at + 1)) };
}

/** Throws HttpRefusal for a body that is too long. */
export async function bodyOf(request: IncomingMessage, mostBytes = MAX_BYTES): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > mostBytes) throw new HttpRefusal(413, `the request is longer than ${mostBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

/** Answers a connection that wanted to become a WebSocket, and ends it. */
export function refuseUpgrade(socket: Duplex, { status, message }: HttpRefusal): void {
  const body = JSON.stringify({ detail: message });
  const head = [
    `HTTP/1.1 ${status} Refused`,
    "Content-Type: application/json",
    `Content-Length: ${Buffer.byteLength(body)}`,
    "Connection: close",
  ];
  socket.end(`${head.join("\r\n")}\r\n\r\n${body}`);
}

/** The JSON in a body. Throws HttpRefusal with status 422. */
export function jsonIn(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch (error) {
    throw new HttpRefusal(422, `the body is no JSON: ${messageOf(error)}`);
  }
}
