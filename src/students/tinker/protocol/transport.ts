/**
 * One exchange of JSON with a Tinker server, tried again where trying again cannot do harm.
 *
 * An answer that says no (429, 5xx) says that nothing was done, and the request is sent again after a while. Silence (no
 * answer in time, a connection that broke) says nothing: only what may be done twice is then sent again. The protocol's
 * own SDK sends everything again and relies on `seq_id` for the server to recognise it; the hosted server does, SkyRL's
 * does not and would count a batch's gradients twice. `recognisesRepeats` tells them apart.
 *
 * Source: tinker 0.38.0, tinker/_base_client.py (retries), tinker/lib/_auth_token_provider.py (X-API-Key).
 */
import { CliError, messageOf } from "../../../core/errors.ts";
import { random } from "../../../core/random.ts";
import { askedWaitMs, UNREACHABLE, withRetries } from "../../../endpoints/retries.ts";
import { TinkerError, type TinkerReason } from "./failures.ts";

/** A server of the Tinker protocol, and how patient to be with it. */
export interface TinkerServer {
  /** Base URL without `/api/v1`: `http://localhost:8000`, `https://tinker.thinkingmachines.dev/services/tinker-prod`. */
  readonly url: string;
  /** The environment variable that holds the API key; absent: none is sent. */
  readonly apiKeyEnv?: string;
  /** Whether a request that comes twice is done once (the hosted server). Default: false. */
  readonly recognisesRepeats?: boolean;
  /** Milliseconds to wait for one answer at most. Default: 60,000. */
  readonly timeoutMs?: number;
  /** Milliseconds to wait for the result of one request at most, time in the server's queue included. Default: 3,600,000. */
  readonly patienceMs?: number;
  /** How often a request is sent again. Default: 8. */
  readonly retries?: number;
  /** Milliseconds before it is sent again for the first time; doubled each time. Default: 500. */
  readonly backoffMs?: number;
  /** Milliseconds after which the server hears again that a session is still wanted. Default: 10,000, as the SDK has it. */
  readonly heartbeatMs?: number;
}

const DEFAULTS = {
  ...{ recognisesRepeats: false, timeoutMs: 60_000, patienceMs: 3_600_000 },
  ...{ retries: 8, backoffMs: 500, heartbeatMs: 10_000 },
};

export type TransportSettings = typeof DEFAULTS & { readonly url: string; readonly apiKey: string | undefined };

/** Throws CliError for a URL that is none, a key that is not there and numbers out of range. */
export function transportSettings({ apiKeyEnv, ...server }: TinkerServer): TransportSettings {
  const settings = { ...DEFAULTS, ...server };
  if (!/^https?:\/\/./.test(settings.url))
    throw new CliError(`tinker: expected url to be http(s)://…, got ${settings.url}`);
  for (const name of ["timeoutMs", "patienceMs", "retries", "backoffMs", "heartbeatMs"] as const) {
    if (!(settings[name] >= 0)) throw new CliError(`tinker: expected ${name} to be ≥ 0, got ${settings[name]}`);
  }
  return { ...settings, url: settings.url.replace(/\/+$/, ""), apiKey: apiKeyEnv ? keyFrom(apiKeyEnv) : undefined };
}

function keyFrom(name: string): string {
  const key = process.env[name]?.trim();
  if (key) return key;
  throw new CliError(`environment variable ${name}: expected an API key, found nothing`);
}

export interface Exchange {
  /** Behind `/api/v1/`. */
  readonly path: string;
  /** Absent: a GET. */
  readonly body?: object;
  /** Whether it may be sent again when nobody answered. */
  readonly mayRepeat: boolean;
  /** Asks for a result: status 408 and no answer in time say that it is not there yet, 400 that there will be none. */
  readonly isPoll?: boolean;
  readonly signal: AbortSignal;
}

/** What a server says of a result that is not there yet. */
export const TRY_AGAIN = { type: "try_again" } as const;

export interface Transport {
  /** What the server answered, parsed. Throws TinkerError. */
  ask(exchange: Exchange): Promise<unknown>;
}

/** An answer with a status that is none of success. */
export class StatusError extends Error {
  override readonly name = "StatusError";
  readonly status: number;
  readonly waitMs: number;

  constructor(status: number, message: string, waitMs: number) {
    super(message);
    this.status = status;
    this.waitMs = waitMs;
  }
}

const LONGEST_REASON = 300;

export function openTransport(settings: TransportSettings): Transport {
  const { retries, backoffMs, recognisesRepeats } = settings;
  return {
    ask(exchange) {
      const { path, signal } = exchange;
      const mayRepeat = exchange.mayRepeat || recognisesRepeats;
      return withRetries({ retries, backoffMs, draws: random("backoff", path), signal }, async () => {
        try {
          return { result: await once(settings, exchange) };
        } catch (error) {
          signal.throwIfAborted();
          if (exchange.isPoll && isPending(error)) return { result: TRY_AGAIN };
          const fault = faultOf(error, { ...exchange, mayRepeat });
          if (!fault.mayPass) throw fault.error;
          return { waitMs: fault.waitMs, giveUp: () => fault.error };
        }
      });
    },
  };
}

async function once({ url, apiKey, timeoutMs }: TransportSettings, { path, body, signal }: Exchange): Promise<unknown> {
  const response = await fetch(`${url}/api/v1/${path}`, {
    method: body ? "POST" : "GET",
    headers: { ...(body && { "content-type": "application/json" }), ...(apiKey && { "x-api-key": apiKey }) },
    ...(body && { body: JSON.stringify(body) }),
    signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
  });
  // Within the time limit, too.
  const text = await response.text();
  if (!response.ok) throw new StatusError(response.status, detailOf(text), askedWaitMs(response.headers));
  return JSON.parse(text) as unknown;
}

/** FastAPI puts what is wrong into `detail`. */
function detailOf(text: string): string {
  let said: unknown = text;
  try {
    const { detail, error, message } = JSON.parse(text) as Record<string, unknown>;
    said = detail ?? error ?? message ?? text;
  } catch {
    // A proxy's page: shown as it is.
  }
  const plain = typeof said === "string" ? said : JSON.stringify(said);
  return plain.replace(/\s+/g, " ").slice(0, LONGEST_REASON);
}

interface Fault {
  readonly error: TinkerError;
  /** Whether it is worth another try, after `waitMs`. */
  readonly mayPass: boolean;
  readonly waitMs: number;
}

const isPending = (error: unknown) =>
  error instanceof StatusError ? error.status === 408 : error instanceof Error && error.name === "TimeoutError";

const PASSING = [408, 425, 429];
/** A gateway that gave up does not know what became of the request. */
const SILENT = [502, 504];

function faultOf(thrown: unknown, { mayRepeat, isPoll }: Pick<Exchange, "mayRepeat" | "isPoll">): Fault {
  const because = (reason: TinkerReason, message: string) => new TinkerError(reason, message, { cause: thrown });
  const fatal = (reason: TinkerReason, message: string): Fault => ({
    ...{ error: because(reason, message), mayPass: false, waitMs: 0 },
  });
  const passing = (reason: TinkerReason, message: string, waitMs = 0): Fault => ({
    ...{ error: because(reason, message), mayPass: true, waitMs },
  });
  if (thrown instanceof StatusError) {
    const { status, message, waitMs } = thrown;
    const said = `${status} ${message}`;
    if (status === 401 || status === 403) return fatal("wrong key", said);
    if (status === 404 || status === 410) return fatal("lost", said);
    if (status === 400 && isPoll) return fatal("failed", message);
    if (!PASSING.includes(status) && status < 500) return fatal("refused", said);
    if (SILENT.includes(status) && !mayRepeat) return fatal("uncertain", said);
    return passing("busy", said, waitMs);
  }
  if (thrown instanceof SyntaxError) return fatal("unusable answer", `not JSON: ${thrown.message}`);
  const why = causeOf(thrown);
  if (UNREACHABLE.test(why)) return passing("unreachable", why);
  return mayRepeat ? passing("unreachable", `no answer: ${why}`) : fatal("uncertain", `no answer: ${why}`);
}

/** `fetch failed` says little; what it was caused by has a code. */
function causeOf(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined;
  const inner = cause instanceof AggregateError ? cause.errors[0] : cause;
  const code = (inner as { code?: unknown } | undefined)?.code;
  return [messageOf(inner ?? error), code].filter(Boolean).join(" ");
}
