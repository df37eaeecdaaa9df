/**
 * What went wrong with a request and what to do about it. A fault of the moment is tried again; a full context
 * truncates the episode; a server that refuses us stops the run, since every other episode would fail the same way; the
 * rest fails one rollout.
 */
import type { APIConnectionError, APIError } from "openai";
import { messageOf } from "../core/errors.ts";
import { HttpError } from "../http/errors.ts";
import { askedWaitMs } from "../http/retries.ts";
import type { Cost } from "./budget.ts";

export type Fault =
  | {
      readonly kind: "passing";
      readonly reason: string;
      readonly cost: Cost;
      /** What the server asked for; 0 if it asked for nothing. */
      readonly waitMs: number;
      /** Nobody took the connection: another URL may do better. */
      readonly isUnreachable?: boolean;
      /** The server is well and has too much to do. */
      readonly isRateLimit?: boolean;
    }
  | { readonly kind: "context full"; readonly reason: string; readonly cost: Cost }
  /** Wrong key, unknown model, no credit: the same for every request. */
  | { readonly kind: "refused"; readonly reason: string; readonly cost: Cost }
  /** The server does not take this request; perhaps none of ours. */
  | { readonly kind: "rejected"; readonly reason: string; readonly cost: Cost }
  | { readonly kind: "unusable"; readonly reason: string; readonly cost: Cost };

/** What a thrown `error` of the transport means. */
export async function faultOf(error: unknown): Promise<Fault> {
  const { APIConnectionError, APIConnectionTimeoutError, APIError } = await import("openai");
  if (error instanceof APIConnectionTimeoutError) return passing("no answer in time", "unknown");
  if (error instanceof APIConnectionError) return connectionFault(error);
  if (error instanceof APIError) return statusFault(error);
  // Whole, but not JSON: a proxy's page, or cut where the server closed in good order.
  if (error instanceof SyntaxError) return passing("the answer is not JSON", "unknown");
  return { kind: "unusable", reason: messageOf(error), cost: "unknown" };
}

/** A server may answer 200 with an error inside (llama.cpp does). Undefined if `body` holds none. */
export function faultIn(body: unknown): Fault | undefined {
  const error = (body as { error?: unknown } | null)?.error;
  if (typeof error !== "object" || error === null) return undefined;
  const { code, message } = error as { code?: unknown; message?: unknown };
  return faultOfStatus({ status: Number(code) || 500, text: describe(error), reason: String(message ?? code) });
}

function connectionFault({ cause, message }: APIConnectionError): Fault {
  const reason = cause instanceof HttpError ? cause.message : message;
  const kind = cause instanceof HttpError ? cause.reason : "broken";
  switch (kind) {
    case "too long":
      return { kind: "unusable", reason, cost: "unknown" };
    case "certificate":
    case "redirected":
      return { kind: "refused", reason, cost: "nothing" };
    case "unreachable":
      return { ...passing(`connection broke: ${reason}`, "nothing"), isUnreachable: true };
    case "broken":
      return passing(`connection broke: ${reason}`, "unknown");
    default:
      return kind satisfies never;
  }
}

function statusFault(error: APIError): Fault {
  const { status = 500, headers } = error;
  // The SDK's message already begins with the status.
  const reason = error.message.replace(/\s+/g, " ").slice(0, LONGEST_REASON);
  const fault = faultOfStatus({ status, text: `${reason} ${describe(error.error)}`, reason });
  return fault.kind === "passing" ? { ...fault, waitMs: askedWaitMs(headers) } : fault;
}

const LONGEST_REASON = 300;
const KEY_ADVICE =
  "name the environment variable that holds a key for this server: --api-key-env, or apiKeyEnv in a config";
const REFUSED = [401, 402, 403, 404];
const PASSING = [408, 409, 425, 429];

/**
 * How servers say that a conversation is too long: OpenAI and vLLM ("maximum context length", code
 * context_length_exceeded), vLLM before the template ("maximum model length"), SGLang ("model's context length",
 * "maximum allowed length"), llama.cpp (exceed_context_size_error), llama-cpp-python ("exceed context window"), TGI
 * ("`inputs` tokens + `max_new_tokens` must be"), servers on transformers ("… tokens > context N").
 */
const CONTEXT_FULL = new RegExp(
  [
    "context_length_exceeded",
    "exceed_context_size",
    "maximum (context|model|sequence|allowed|input) length",
    "longer than the model's context",
    "exceeds? (the )?(available |model'?s? |maximum )?context",
    "context (window|size|length)( of \\S+)? (is |was )?exceeded",
    "context limit",
    "tokens > context",
    "inputs?`? tokens \\+ `?max_new_tokens",
  ].join("|"),
  "i",
);

interface StatusAnswer {
  readonly status: number;
  /** Everything the server said, codes included. */
  readonly text: string;
  readonly reason: string;
}

function faultOfStatus({ status, text, reason }: StatusAnswer): Fault {
  const cost = "nothing";
  if (status !== 429 && CONTEXT_FULL.test(text)) return { kind: "context full", reason, cost };
  if (status === 401) return { kind: "refused", reason: `${reason} (${KEY_ADVICE})`, cost };
  if (REFUSED.includes(status) || /insufficient_quota/.test(text)) return { kind: "refused", reason, cost };
  if (PASSING.includes(status) || status >= 500) {
    return { ...passing(reason, cost), isRateLimit: status === 429 };
  }
  if (/content_filter|content management policy/i.test(text)) return { kind: "unusable", reason, cost };
  return { kind: "rejected", reason, cost };
}

const passing = (reason: string, cost: Cost) => ({ kind: "passing", reason, cost, waitMs: 0 }) as const;

function describe(error: unknown): string {
  return typeof error === "string" ? error : (JSON.stringify(error ?? "") ?? "");
}
