/** Answers of model servers: every field of a good one deleted or replaced, odd bodies, statuses and headers. */
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { gzipSync } from "node:zlib";
import type { Json } from "../../src/core/json.ts";
import { serverModel } from "../../src/endpoints/model.ts";
import { changes } from "../mutating.ts";
import type { HostileCase, Reading } from "./judging.ts";

const GOOD: Json = {
  id: "1",
  object: "chat.completion",
  created: 1,
  model: "m",
  choices: [{ index: 0, message: { role: "assistant", content: "go north" }, finish_reason: "stop" }],
  usage: { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 },
};
const OTHERS: readonly Json[] = [
  null,
  true,
  7,
  -1,
  2 ** 53,
  1e308,
  "",
  "\u001b[2J\u202e",
  "__proto__",
  "x".repeat(5000),
  [],
  {},
  [[]],
];

interface Reply {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string | Buffer;
  /** The connection ends after so many bytes. */
  readonly cutAt?: number;
}

const good = JSON.stringify(GOOD);
const error = (message: unknown) => JSON.stringify({ error: { message } });

const BODIES: readonly (readonly [name: string, reply: Reply])[] = [
  ["nothing", { body: "" }],
  ["a blank", { body: " " }],
  ["HTML", { body: "<!doctype html><title>Sign in</title>", headers: { "content-type": "text/html" } }],
  ["plain text", { body: "busy", headers: { "content-type": "text/plain" } }],
  ["no UTF-8", { body: Buffer.of(0xff, 0xfe, 0x7b) }],
  ["cut JSON", { body: good.slice(0, 60) }],
  ["two answers", { body: good + good }],
  ["a stream", { body: `data: ${good}\n\ndata: [DONE]\n\n`, headers: { "content-type": "text/event-stream" } }],
  ["brackets", { body: "[".repeat(5000) + "]".repeat(5000) }],
  ["a number", { body: "7" }],
  ["null", { body: "null" }],
  ["a list", { body: `[${good}]` }],
  ["prototype", { body: good.replace("{", '{"__proto__": {"choices": []}, ') }],
  ["a key twice", { body: good.replace("{", '{"model": "other", ') }],
  ["a byte order mark", { body: `\ufeff${good}` }],
  ["the end of the connection", { body: good, cutAt: 50 }],
  [
    "a length that is too long",
    { body: good, headers: { "content-length": String(good.length + 50) }, cutAt: good.length },
  ],
  ["packed", { body: gzipSync(good), headers: { "content-encoding": "gzip" } }],
  ["packed, it says", { body: good, headers: { "content-encoding": "gzip" } }],
  ["packed and cut", { body: gzipSync(good).subarray(0, 30), headers: { "content-encoding": "gzip" } }],
  ["packed by nobody", { body: good, headers: { "content-encoding": "x-none" } }],
  ["five megabytes", { body: JSON.stringify({ ...(GOOD as object), padding: "x".repeat(5 * 2 ** 20) }) }],
];

const STATUSES = [
  201, 202, 204, 206, 300, 304, 400, 401, 402, 403, 404, 405, 406, 408, 409, 410, 413, 415, 418, 422, 425, 429, 451,
  500, 501, 502, 503, 504, 507, 511, 529, 599,
];
const ERRORS: readonly (readonly [name: string, body: string])[] = [
  ["no body", ""],
  ["controls", error("\u001b]0;title\u0007\u202e\n\nmore")],
  ["a list of objects", error([{ a: 1 }])],
  ["a very long message", error("x".repeat(50_000))],
  ["many lines", error("line\n".repeat(500))],
  ["null", "null"],
];
/** What a server said or did is the reason that it was refused. */
const TELLS =
  /has no choices|is not JSON|connection broke: \w+|answered \d{3}|^m: \d{3} (status code|\S)|longer than \d+ bytes/;
const REDIRECTS = [301, 302, 303, 307, 308];

export async function* hostileAnswers(): AsyncGenerator<HostileCase> {
  let reply: Reply = { body: good };
  const server = createServer((request, response) => {
    request.resume().on("end", () => {
      if (request.method === "GET") response.writeHead(404).end();
      else send(response, reply);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
  const answer = (name: string, next: Reply, content = "go north"): HostileCase => ({
    name,
    place: /^m: /,
    tells: TELLS,
    async read(): Promise<Reading> {
      reply = next;
      const model = serverModel({ urls: [url], model: "m", retries: 0, backoffMs: 1, timeoutMs: 20_000 });
      const request = {
        messages: [{ role: "user", content: "Where?" }],
        temperature: 0,
        maxTokens: 50,
        seed: 1,
      } as const;
      const { text } = await model.complete(request);
      return { lost: text === content ? undefined : `the answer is ${JSON.stringify(text.slice(0, 100))}` };
    },
  });
  try {
    yield { ...answer("good", { body: good }), expected: "read" };
    for (const { name, value } of changes(GOOD, OTHERS)) {
      const said = (value as { choices?: [{ message?: { content?: string } }] } | null)?.choices?.[0]?.message?.content;
      yield answer(name, { body: JSON.stringify(value) }, said);
    }
    for (const [name, next] of BODIES) yield answer(name, next);
    for (const status of STATUSES) {
      for (const [name, body] of ERRORS.slice(0, status >= 400 ? ERRORS.length : 1))
        yield answer(`${status}: ${name}`, { status, body });
    }
    for (const status of REDIRECTS) {
      for (const location of ["http://127.0.0.2:9/v1/x", "/elsewhere", "", "file:///etc/hostname", "\u00e9"])
        yield answer(`${status} to ${location}`, { status, body: "", headers: { location } });
    }
    for (const after of ["99999999", "-1", "soon", "1e9", "Thu, 01 Jan 2099 00:00:00 GMT", ""])
      yield answer(`Retry-After ${after}`, { status: 429, body: error("busy"), headers: { "retry-after": after } });
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}

function send(response: ServerResponse, { status = 200, headers = {}, body, cutAt }: Reply): void {
  response.writeHead(status, { "content-type": "application/json", ...headers });
  if (cutAt === undefined) return void response.end(body);
  response.write(body.slice(0, cutAt), () => response.destroy());
}
