/**
 * One HTTP exchange with a server, through the openai SDK. The SDK's own retries are off and its parsing is kept out of
 * reach of what a broken server may send: the whole answer is read by the rules of src/http/ask.ts, within the SDK's time
 * limit. The SDK is loaded with the first request.
 */
import type OpenAI from "openai";
import { ask } from "../http/ask.ts";
import { redactor } from "../http/secrets.ts";
import { patience } from "../http/waiting.ts";
import type { ServerSettings } from "./options.ts";

/** The fields of a chat completion request that gleaner sends, in the order in which they are sent. */
export type RequestBody = Readonly<Record<string, unknown>>;

export interface Transport {
  /** The parsed answer. Throws what the SDK throws, or a SyntaxError for invalid JSON. */
  complete(body: RequestBody): Promise<unknown>;
  /** The parsed answer of another route, beside `/v1`: what servers offer for themselves (`/tokenize`). Throws likewise. */
  beside(route: string, body: RequestBody): Promise<unknown>;
  /** What `GET /models` lists, with every field. Throws likewise. */
  models(timeoutMs: number): Promise<readonly ModelEntry[]>;
}

export interface ModelEntry {
  readonly id: string;
  readonly [field: string]: unknown;
}

type Settings = Pick<ServerSettings, "timeoutMs" | "maxAnswerBytes" | "say">;

/** `apiKey` as `apiKeyFrom` gives it. It is in nothing that comes back, thrown errors included. */
export function openTransport(url: string, apiKey: string | undefined, settings: Settings): Transport {
  let opened: Promise<OpenAI> | undefined;
  const client = () => (opened ??= openClient(url, apiKey, settings));
  const until = `given up after ${settings.timeoutMs / 1000} s`;
  const { watch } = patience({ name: url, until, say: settings.say });
  return {
    async complete(body) {
      const opened = await client();
      return parsed(await watch(opened.post("/chat/completions", { body })));
    },
    async beside(route, body) {
      const opened = await client();
      return parsed(await watch(opened.post(`${opened.baseURL.replace(/\/v1\/*$/, "")}${route}`, { body })));
    },
    async models(timeoutMs) {
      const opened = await client();
      const page = await watch(opened.get<{ data?: readonly ModelEntry[] }>("/models", { timeout: timeoutMs }));
      return Array.isArray(page?.data) ? page.data.filter((entry) => typeof entry?.id === "string") : [];
    },
  };
}

/** What does not call itself JSON comes as text. */
const parsed = (answer: unknown): unknown => (typeof answer === "string" ? JSON.parse(answer) : answer);

async function openClient(url: string, apiKey: string | undefined, settings: Settings): Promise<OpenAI> {
  const { OpenAI } = await import("openai");
  const { search, searchParams } = new URL(url);
  return new OpenAI({
    baseURL: url.slice(0, url.length - search.length),
    // Sent with every request.
    defaultQuery: Object.fromEntries(searchParams),
    // Without a key the SDK would take one from OPENAI_API_KEY and send it to whatever server this is.
    apiKey: apiKey ?? "none",
    defaultHeaders: headersFor(apiKey, searchParams.has("api-version")),
    adminAPIKey: null,
    organization: null,
    project: null,
    maxRetries: 0,
    timeout: settings.timeoutMs,
    logLevel: "off",
    fetch: wholeAnswers(apiKey, settings.maxAnswerBytes),
  });
}

/** Azure takes keys in a header of its own. What begins like a JSON Web Token is one of Entra's, which it takes as others do. */
function headersFor(apiKey: string | undefined, isAzure: boolean): Record<string, string | null> {
  if (apiKey === undefined) return { Authorization: null };
  return isAzure && !apiKey.startsWith("eyJ") ? { Authorization: null, "api-key": apiKey } : {};
}

/** `fetch` that has read the whole body when it returns: the caller's time limit then covers it. */
function wholeAnswers(apiKey: string | undefined, mostBytes: number): typeof fetch {
  const rules = { redactor: redactor(apiKey), mostBytes };
  return async (input, init) => {
    const asking = {
      url: String(input),
      method: init?.method?.toUpperCase() === "POST" ? ("POST" as const) : ("GET" as const),
      headers: new Headers(init?.headers),
      ...(typeof init?.body === "string" && { body: init.body }),
      ...(init?.signal && { signal: init.signal }),
    };
    const { status, statusText, headers, text } = await ask(asking, rules);
    const isGood = status >= 200 && status < 300;
    const read = isGood ? text : withError(text);
    return new Response(read === "" ? null : read, {
      status,
      statusText: statusText.replace(/[^\x20-\x7e]/g, "?"),
      headers,
    });
  };
}

/** The SDK reads only the member `error`; vLLM and SGLang have answered with its members alone, others with `detail`. */
function withError(text: string): string {
  try {
    const said: unknown = JSON.parse(text);
    const isWrapped = typeof said === "object" && said !== null && "error" in said;
    return isWrapped ? text : JSON.stringify({ error: said });
  } catch {
    return text;
  }
}
