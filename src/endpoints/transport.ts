/**
 * One HTTP exchange with a server, through the openai SDK. The SDK's own retries are off and its parsing is kept out of
 * reach of what a broken server may send: the whole answer is read here, up to a size, within the SDK's time limit.
 * The SDK is loaded with the first request.
 */
import type OpenAI from "openai";
import type { ServerSettings } from "./options.ts";

/** The fields of a chat completion request that gleaner sends, in the order in which they are sent. */
export type RequestBody = Readonly<Record<string, unknown>>;

export interface Transport {
  /** The parsed answer. Throws what the SDK throws, a SyntaxError for invalid JSON, or AnswerTooLongError. */
  complete(body: RequestBody): Promise<unknown>;
  /** What `GET /models` lists, with every field. Throws likewise. */
  models(timeoutMs: number): Promise<readonly ModelEntry[]>;
}

export interface ModelEntry {
  readonly id: string;
  readonly [field: string]: unknown;
}

/** Thrown for an answer that is longer than allowed; the rest of it was not read. */
export class AnswerTooLongError extends Error {
  override readonly name = "AnswerTooLongError";
}

type Settings = Pick<ServerSettings, "timeoutMs" | "maxAnswerBytes">;

export function openTransport(url: string, apiKey: string | undefined, settings: Settings): Transport {
  let opened: Promise<OpenAI> | undefined;
  const client = () => (opened ??= openClient(url, apiKey, settings));
  return {
    async complete(body) {
      const answer: unknown = await (await client()).post("/chat/completions", { body });
      // What does not call itself JSON comes as text.
      return typeof answer === "string" ? JSON.parse(answer) : answer;
    },
    async models(timeoutMs) {
      const page = await (await client()).get<{ data?: readonly ModelEntry[] }>("/models", { timeout: timeoutMs });
      return Array.isArray(page?.data) ? page.data.filter((entry) => typeof entry?.id === "string") : [];
    },
  };
}

async function openClient(url: string, apiKey: string | undefined, settings: Settings): Promise<OpenAI> {
  const { OpenAI } = await import("openai");
  return new OpenAI({
    baseURL: url,
    // Without a key the SDK would take one from OPENAI_API_KEY and send it to whatever server this is.
    apiKey: apiKey ?? "none",
    ...(apiKey === undefined && { defaultHeaders: { Authorization: null } }),
    adminAPIKey: null,
    organization: null,
    project: null,
    maxRetries: 0,
    timeout: settings.timeoutMs,
    logLevel: "off",
    fetch: boundedFetch(settings.maxAnswerBytes),
  });
}

/** `fetch` that has read the whole body when it returns: the caller's time limit then covers it. */
function boundedFetch(maxBytes: number): typeof fetch {
  return async (input, init) => {
    const response = await fetch(input, init);
    const { status, statusText, headers } = response;
    const body = await boundedBody(response, maxBytes);
    const read = response.ok ? body : withError(body);
    return new Response(read.length === 0 ? null : read, { status, statusText, headers });
  };
}

/** The SDK reads only the member `error`; vLLM and SGLang have answered with its members alone, others with `detail`. */
function withError(body: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  try {
    const said: unknown = JSON.parse(Buffer.from(body).toString("utf8"));
    const isWrapped = typeof said === "object" && said !== null && "error" in said;
    return isWrapped ? body : new TextEncoder().encode(JSON.stringify({ error: said }));
  } catch {
    return body;
  }
}

async function boundedBody(response: Response, maxBytes: number): Promise<Uint8Array<ArrayBuffer>> {
  const tooLong = () => new AnswerTooLongError(`the answer is longer than ${maxBytes} bytes`);
  const announced = response.headers.get("content-length");
  if (Number(announced) > maxBytes) {
    await response.body?.cancel();
    throw tooLong();
  }
  if (announced !== null && !response.headers.has("content-encoding"))
    return new Uint8Array(await response.arrayBuffer());
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.length;
    if (size > maxBytes) throw tooLong();
    chunks.push(chunk);
  }
  return new Uint8Array(Buffer.concat(chunks));
}
