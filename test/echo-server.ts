/**
 * A server on loopback that quotes the API key it was sent wherever it can: in headers, in its status line, in every field
 * of an answer, escaped in several ways. It does so as told by the first part of the path: `http://…/400/v1`.
 */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** Ways to answer. Numbers are statuses. */
export const ECHOES = [
  ...["400", "401", "402", "403", "404", "418", "429", "500", "503"],
  ...[
    "error in 200",
    "events",
    "no JSON",
    "half JSON",
    "text",
    "content",
    "thought",
    "call",
    "model",
    "reason",
    "usage",
  ],
  ...["redirect away", "redirect here", "strange redirect", "bad header", "cut"],
] as const;
export type Echo = (typeof ECHOES)[number];

/** How a key may stand in a text. */
export function writtenWays(key: string): readonly string[] {
  const each = (write: (hex: string) => string) =>
    [...key].map((one) => write(one.charCodeAt(0).toString(16).padStart(2, "0"))).join("");
  const base64 = [key, `Bearer ${key}`].map((text) => Buffer.from(text).toString("base64"));
  return [
    ...[key, JSON.stringify(key).slice(1, -1), encodeURIComponent(key), ...base64],
    ...[each((hex) => `\\u00${hex}`), each((hex) => `%${hex}`), each((hex) => `&#x${hex};`), each((hex) => hex)],
  ];
}

export interface EchoServer {
  /** The base URL where it answers so. */
  url(echo: Echo): string;
  /** The keys that came. */
  readonly seen: ReadonlySet<string>;
  close(): void;
}

/** `goodFirst`: so many completions are answered well before it begins. */
export async function echoServer({ goodFirst = 0 } = {}): Promise<EchoServer> {
  const seen = new Set<string>();
  let asked = 0;
  const server = createServer(async (request, response) => {
    const [, named, ...rest] = decodeURIComponent(request.url!).split("/");
    const key = keyOf(request);
    if (key) seen.add(key);
    const body = await bodyOf(request);
    if (rest.at(-1) === "models") json(response, 200, { data: [{ id: "tiny", max_model_len: 100_000 }] });
    else if (asked++ < goodFirst) json(response, 200, completion(body, "Thought: go.\n\nAction: go barn\n"));
    else echo(named as Echo, { key: key ?? "", body, response });
  }).listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url: (way) => `${origin}/${encodeURIComponent(way)}/v1`,
    seen,
    close: () => void server.close().closeAllConnections(),
  };
}

const keyOf = ({ headers }: IncomingMessage) => headers.authorization?.replace(/^Bearer /, "");

interface Echoing {
  readonly key: string;
  readonly body: RequestBody;
  readonly response: ServerResponse;
}

interface RequestBody {
  readonly seed?: number;
  readonly temperature?: number;
}

function echo(way: Echo, { key, body, response }: Echoing): void {
  const all = writtenWays(key).join(" ");
  const error = { message: `wrong key: ${all}`, type: all, code: all, param: { [key]: [all] } };
  const said = completion(body, "Action: go barn");
  const [choice] = said.choices;
  const message = (more: object) => ({ ...said, choices: [{ ...choice, message: { ...choice!.message, ...more } }] });
  const ways: Partial<Record<Echo, () => unknown>> = {
    "error in 200": () => json(response, 200, { error: { ...error, code: 401 } }, key),
    events: () => text(response, `data: {"error": "${all}"}\n\n`, key),
    "no JSON": () => text(response, `<html>${all}</html>`, key),
    "half JSON": () => text(response, `{"error": {"message": "${all}`, key),
    text: () => response.writeHead(200, { "content-type": "text/plain" }).end(all),
    content: () => json(response, 200, message({ content: `Action: go ${all}` }), key),
    thought: () => json(response, 200, message({ reasoning_content: all }), key),
    call: () =>
      json(response, 200, message({ tool_calls: [{ id: key, function: { name: key, arguments: all } }] }), key),
    model: () => json(response, 200, { ...said, model: all }, key),
    reason: () => json(response, 200, { ...said, choices: [{ ...choice, finish_reason: all, index: 0 }] }, key),
    usage: () => json(response, 200, { ...said, usage: { prompt_tokens: all, completion_tokens: -1 } }, key),
    "redirect away": () =>
      redirect(
        response,
        `http://${encodeURIComponent(key).replace(/%/g, "")}.invalid/${all.replace(/\s/g, "")}?key=${key}`,
      ),
    "redirect here": () => redirect(response, `/${encodeURIComponent(key)}?key=${encodeURIComponent(key)}`),
    "strange redirect": () => redirect(response, `${key}://${key}`),
    "bad header": () => response.socket!.end(`HTTP/1.1 200 OK ${key}\r\n${key}\r\n\r\n`),
    cut: () =>
      response
        .writeHead(200, { "x-request-id": key, "content-length": 10_000 })
        .write(all, () => response.socket?.destroy()),
  };
  const plain = () => json(response, Number(way), { error }, key);
  (ways[way] ?? plain)();
}

const completion = ({ seed = 0, temperature = 1 }: RequestBody, content: string) => ({
  model: "tiny",
  choices: [
    {
      index: 0,
      message: { role: "assistant", content: `${content}${temperature > 0 ? seed : ""}` },
      finish_reason: "stop",
    },
  ],
  usage: { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 },
});

function json(response: ServerResponse, status: number, body: unknown, key = ""): void {
  // Escaped as JSON may be: a reader of JSON sees the key.
  const written = JSON.stringify(body).replaceAll("sk-", "\\u0073k\\u002d");
  response.writeHead(status, key === "" ? "OK" : `Wrong ${key}`, {
    "content-type": "application/json",
    ...(key !== "" && {
      "x-request-id": key,
      "www-authenticate": `Bearer ${key}`,
      "retry-after": "0",
      [`x-${key.slice(0, 4)}`]: key,
    }),
  });
  response.end(written);
}

function text(response: ServerResponse, body: string, key: string): void {
  response.writeHead(200, { "content-type": "application/json", "x-request-id": key });
  response.end(body);
}

function redirect(response: ServerResponse, location: string): void {
  response.writeHead(302, { location });
  response.end();
}

async function bodyOf(request: IncomingMessage): Promise<RequestBody> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return chunks.length === 0 ? {} : (JSON.parse(Buffer.concat(chunks).toString("utf8")) as RequestBody);
}
