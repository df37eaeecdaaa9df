/**
 * A small server of the OpenAI chat protocol on loopback, for tests: a real one (HTTP, JSON, one process), whose model is
 * a generator of words or a function of the test. It can lack what real servers lack (seeds, `n`, temperature, token ids,
 * usage) and break as they break, on demand. It does not stream.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import type { Message } from "../src/core/message.ts";
import { random, seedFrom } from "../src/core/random.ts";
import type { Usage } from "../src/core/trajectory.ts";
import type { Prompted } from "./chat-server.ts";

/** One chat completion that was asked for. */
export interface Asked {
  /** From 0, in the order of arrival. */
  readonly number: number;
  /** The bytes of the body, as they came. */
  readonly raw: string;
  readonly messages: readonly Message[];
  readonly seed: number | undefined;
  readonly temperature: number;
  readonly authorization: string | undefined;
  readonly maxTokens: number;
  /** Requests in flight when it came, itself included. */
  readonly inFlight: number;
}

export type ServerFault =
  | { readonly kind: "status"; readonly status: number; readonly body?: unknown; readonly retryAfter?: string }
  /** Takes the request and says nothing. */
  | { readonly kind: "hang" }
  /** Closes the connection: before the answer, in the middle of it, or in good order but too early. */
  | { readonly kind: "cut"; readonly at: "start" | "middle" | "early end" }
  /** Says something else than it would. */
  | { readonly kind: "other"; readonly body: (answer: Answer) => unknown };

export type Answer = Readonly<Record<string, unknown>>;

export interface Behaviour {
  readonly models?: readonly string[];
  /** Enforced, in vLLM's words, unless it `clips`. */
  readonly contextTokens?: number;
  /** Whether `/models` says so. */
  readonly listsContext?: boolean;
  /** A conversation that has no room for its answer gets a shorter answer, as llama.cpp does. */
  readonly clips?: boolean;
  /** What the model says. Default: words that follow from the messages, and from the seed if the temperature is above 0. */
  readonly answer?: (asked: Asked) => string;
  /** What it thinks before it answers, apart from the text. */
  readonly thought?: string;
  /** What of a request it does not heed. */
  readonly ignores?: readonly ("n" | "seed" | "temperature" | "token ids" | "logprobs" | "max tokens")[];
  readonly reportsUsage?: boolean;
  readonly fault?: (asked: Asked) => ServerFault | undefined;
  /** Connections above this many requests in flight are closed. */
  readonly mostInFlight?: number;
  /** Nothing is answered before so many requests have come (closed ones count). */
  readonly holdsUntil?: number;
  readonly latencyMs?: number;
  /** Requests without this key are refused. */
  readonly apiKey?: string;
  /** As Azure: requests without this query are unknown, and the key comes in a header of its own. */
  readonly query?: string;
  /** The token ids that the model reads, by a tokenizer of its own. Default: a number for each word. */
  readonly prompt?: (body: Prompted) => readonly number[];
  /** Routes beside `/v1`: what they answer to a request's body. */
  readonly routes?: Readonly<Record<string, (body: Prompted) => unknown>>;
}

export interface TestServer {
  /** The base URL, `/v1` included. */
  readonly url: string;
  readonly asked: readonly Asked[];
  /** What a provider would put on the bill: everything generated, whether or not it arrived. */
  readonly billed: Readonly<Usage> & { readonly answers: number };
  /** The most requests that were in flight at once. */
  readonly peak: number;
  /** Ends every connection. */
  close(): Promise<void>;
}

export async function openServer(behaviour: Behaviour = {}, port = 0): Promise<TestServer> {
  const { fault, latencyMs = 0, holdsUntil = 0, mostInFlight = Number.POSITIVE_INFINITY } = behaviour;
  const { query = "" } = behaviour;
  const asked: Asked[] = [];
  const billed = { promptTokens: 0, completionTokens: 0, answers: 0 };
  let inFlight = 0;
  let peak = 0;
  let arrived = 0;
  let unseeded = 0;
  const enough = Promise.withResolvers<void>();
  if (holdsUntil === 0) enough.resolve();

  const server = createServer(async (request, response) => {
    if (request.method === "GET" && request.url === `/v1/models${query}`)
      return send(response, 200, modelList(behaviour));
    const route = request.method === "POST" ? behaviour.routes?.[request.url ?? ""] : undefined;
    if (route) return send(response, 200, route(JSON.parse(await bodyOf(request)) as Prompted));
    if (request.method !== "POST" || request.url !== `/v1/chat/completions${query}`) {
      return send(response, 404, { error: { message: "no such route" } });
    }
    if (++arrived === holdsUntil) enough.resolve();
    inFlight += 1;
    response.on("close", () => (inFlight -= 1));
    if (inFlight > mostInFlight) return void request.socket.destroy();
    peak = Math.max(peak, inFlight);
    const raw = await bodyOf(request);
    const body = JSON.parse(raw) as RequestBody;
    const ofAzure = query && request.headers["api-key"];
    const authorization = ofAzure ? `Bearer ${String(ofAzure)}` : request.headers.authorization;
    const one = readRequest(body, { number: asked.length, raw, authorization, inFlight });
    asked.push(one);
    await enough.promise;
    if (latencyMs > 0) await sleep(latencyMs);
    const broken = fault?.(one);
    if (broken?.kind === "hang") return;
    if (broken?.kind === "cut" && broken.at === "start") return void request.socket.destroy();
    if (broken?.kind === "status") {
      const headers = broken.retryAfter === undefined ? undefined : { "retry-after": broken.retryAfter };
      const body = broken.body ?? { error: { message: `fault ${broken.status}` } };
      return send(response, broken.status, body, headers);
    }
    const refusal = refusalOf(one, body, behaviour);
    if (refusal) return send(response, refusal.status, { error: refusal.error });
    const heedsSeed = one.seed !== undefined && !behaviour.ignores?.includes("seed");
    const answer = answerOf(one, { body, behaviour, seed: heedsSeed ? one.seed! : ++unseeded });
    billed.answers += 1;
    billed.promptTokens += answer.usage.prompt_tokens;
    billed.completionTokens += answer.usage.completion_tokens;
    const { usage, ...others } = answer;
    const said = behaviour.reportsUsage === false ? others : { ...others, usage };
    if (broken?.kind === "cut") return cut(response, JSON.stringify(said), broken.at);
    send(response, 200, broken?.kind === "other" ? broken.body(said) : said);
  });
  await listening(server, port);
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    asked,
    billed,
    get peak() {
      return peak;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

interface RequestBody extends Prompted {
  readonly model?: string;
  readonly seed?: number;
  readonly temperature?: number;
  readonly max_tokens?: number;
  readonly max_completion_tokens?: number;
  readonly n?: number;
  readonly logprobs?: boolean;
  readonly return_token_ids?: boolean;
}

function readRequest(body: RequestBody, about: Pick<Asked, "number" | "raw" | "authorization" | "inFlight">): Asked {
  const { messages, seed, temperature = 1 } = body;
  return { ...about, messages, seed, temperature, maxTokens: body.max_completion_tokens ?? body.max_tokens ?? 64 };
}

const DEFAULT_MODEL = "tiny";

function modelList({ models = [DEFAULT_MODEL], contextTokens, listsContext = true }: Behaviour): object {
  const more = contextTokens !== undefined && listsContext ? { max_model_len: contextTokens } : {};
  return { object: "list", data: models.map((id) => ({ id, object: "model", ...more })) };
}

interface Refusal {
  readonly status: number;
  readonly error: object;
}

function refusalOf(asked: Asked, body: RequestBody, behaviour: Behaviour): Refusal | undefined {
  const { models = [DEFAULT_MODEL], apiKey, contextTokens, clips } = behaviour;
  if (apiKey !== undefined && asked.authorization !== `Bearer ${apiKey}`) {
    return { status: 401, error: { message: "incorrect API key", code: "invalid_api_key" } };
  }
  if (!models.includes(body.model ?? "")) {
    return { status: 404, error: { message: `the model ${body.model} does not exist` } };
  }
  const prompt = promptTokens(asked.messages);
  if (contextTokens === undefined || clips || prompt + asked.maxTokens <= contextTokens) return undefined;
  const message = `This model's maximum context length is ${contextTokens} tokens. However, you requested ${asked.maxTokens} output tokens and your prompt contains ${prompt} input tokens.`;
  return { status: 400, error: { message, type: "BadRequestError", code: 400 } };
}

interface Answering {
  readonly body: RequestBody;
  readonly behaviour: Behaviour;
  readonly seed: number;
}

function answerOf(asked: Asked, { body, behaviour, seed }: Answering) {
  const { ignores = [], contextTokens = Number.POSITIVE_INFINITY, answer = words, thought } = behaviour;
  const read = behaviour.prompt?.(body) ?? Array.from({ length: promptTokens(asked.messages) }, (_, index) => index);
  const prompt = read.length;
  const room = Math.max(1, contextTokens - prompt);
  const most = ignores.includes("max tokens") ? room : Math.min(asked.maxTokens, room);
  const temperature = ignores.includes("temperature") ? 0 : asked.temperature;
  const count = ignores.includes("n") ? 1 : (body.n ?? 1);
  let completionTokens = 0;
  const choices = Array.from({ length: count }, (_, index) => {
    const whole = tokensOf(answer({ ...asked, seed: seedFrom(seed, index), temperature }));
    const tokens = whole.slice(0, most);
    completionTokens += tokens.length;
    return {
      index,
      message: { role: "assistant", content: tokens.join(""), ...(thought && { reasoning_content: thought }) },
      finish_reason: tokens.length < whole.length ? "length" : "stop",
      ...(body.logprobs &&
        !ignores.includes("logprobs") && { logprobs: { content: tokens.map((token) => ({ token, logprob: -1 })) } }),
      ...(body.return_token_ids && !ignores.includes("token ids") && { token_ids: tokens.map(idOf) }),
    };
  });
  const ids = body.return_token_ids && !ignores.includes("token ids");
  return {
    id: `answer-${asked.number}`,
    object: "chat.completion",
    model: body.model,
    choices,
    ...(ids && { prompt_token_ids: read }),
    usage: {
      prompt_tokens: prompt,
      completion_tokens: completionTokens,
      total_tokens: prompt + completionTokens,
    },
  };
}

const WORDS = "red green blue seven nine lamp river stone glass paper quiet loud north south early late".split(" ");

/** A few words that follow from the conversation, and at a temperature above 0 from the seed. */
function words({ messages, temperature, seed = 0 }: Asked): string {
  const draws = random("words", JSON.stringify(messages), temperature > 0 ? seed : "greedy");
  return Array.from({ length: 6 }, () => draws.pick(WORDS)).join(" ");
}

/** A word with the space before it is a token. */
const tokensOf = (text: string): string[] => text.match(/\s*\S+|\s+$/g) ?? [];
const idOf = (token: string) => seedFrom(token) % 50_000;
/** As the server counts a prompt: the words, and four more for each message. */
export const promptTokens = (messages: readonly Message[]) =>
  messages.reduce((sum, { content }) => sum + tokensOf(content).length + 4, 0);

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString("utf8");
}

function send(response: ServerResponse, status: number, body: unknown, headers: Record<string, string> = {}): void {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  const length = String(Buffer.byteLength(text));
  response.writeHead(status, { "content-type": "application/json", "content-length": length, ...headers });
  response.end(text);
}

function cut(response: ServerResponse, text: string, at: "start" | "middle" | "early end"): void {
  const half = text.slice(0, text.length / 2);
  if (at === "early end") {
    response.writeHead(200, { "content-type": "application/json" });
    response.end(half);
    return;
  }
  response.writeHead(200, { "content-type": "application/json", "content-length": String(text.length) });
  response.write(half, () => response.socket?.destroy());
}

function listening(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.on("error", reject);
    server.listen(port, "127.0.0.1", 1024, resolve);
  });
}
