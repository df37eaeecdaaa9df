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
import { baseUrl } from "../../../http/addresses.ts";
import { ask as askServer, type Rules } from "../../../http/ask.ts";
import { HttpError } from "../../../http/errors.ts";
import { askedWaitMs, LONGEST_WAIT_MS, withRetries } from "../../../http/retries.ts";
import { apiKeyFrom, redactor } from "../../../http/secrets.ts";
import { type Patience, patience, type Say, seldom } from "../../../http/waiting.ts";
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
  /** Hears, a line at a time, when the server keeps us waiting. Absent: nobody does. */
  readonly say?: Say;
}

const DEFAULTS = {
  ...{ recognisesRepeats: false, timeoutMs: 60_000, patienceMs: 3_600_000 },
  ...{ retries: 8, backoffMs: 500, heartbeatMs: 10_000 },
};

export type TransportSettings = typeof DEFAULTS & {
  readonly url: string;
  readonly apiKey: string | undefined;
  readonly say?: Say;
};

/** A batch's log-probabilities are the longest answers: some twenty bytes a token. */
const MOST_BYTES = 256 * 2 ** 20;

/** Throws CliError for a URL that is none, a key that is not there and numbers out of range. */
export function transportSettings({ apiKeyEnv, ...server }: TinkerServer): TransportSettings {
  const settings = { ...DEFAULTS, ...server };
  for (const name of ["timeoutMs", "patienceMs", "retries", "backoffMs", "heartbeatMs"] as const) {
    if (!(settings[name] >= 0)) throw new CliError(`tinker: expected ${name} to be ≥ 0, got ${settings[name]}`);
  }
  return {
    ...settings,
    url: baseUrl("tinker server", settings.url, { example: "http://localhost:8000" }),
    apiKey: apiKeyFrom(apiKeyEnv),
  };
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
  const { retries, backoffMs, recognisesRepeats, url, timeoutMs } = settings;
  const rules = { redactor: redactor(settings.apiKey), mostBytes: MOST_BYTES };
  const until = `given up after ${timeoutMs / 1000} s`;
  const wait = patience({ name: url, until, say: settings.say });
  const say = seldom(settings.say);
  return {
    ask(exchange) {
      const { path, signal } = exchange;
      const mayRepeat = exchange.mayRepeat || recognisesRepeats;
      return withRetries({ retries, backoffMs, draws: random("backoff", path), signal, name: url, say }, async () => {
        try {
          return { result: await once(settings, exchange, { rules, wait }) };
        } catch (error) {
          signal.throwIfAborted();
          if (exchange.isPoll && isPending(error)) return { result: TRY_AGAIN };
          const fault = faultOf(error, { ...exchange, mayRepeat });
          if (!fault.mayPass) throw fault.error;
          return {
            waitMs: fault.waitMs,
            giveUp: (why) => (why === "no tries left" ? fault.error : tooLongAWait(fault)),
          };
        }
      });
    },
  };
}

async function once(
  { url, apiKey, timeoutMs }: TransportSettings,
  { path, body, signal }: Exchange,
  { rules, wait }: { readonly rules: Rules; readonly wait: Patience },
): Promise<unknown> {
  const asking = {
    url: `${url}/api/v1/${path}`,
    method: body ? ("POST" as const) : ("GET" as const),
    headers: new Headers({
      ...(body && { "content-type": "application/json" }),
      ...(apiKey && { "x-api-key": apiKey }),
    }),
    ...(body && { body: JSON.stringify(body) }),
    signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
  };
  const { status, headers, text } = await wait.watch(askServer(asking, rules));
  if (status < 200 || status >= 300) throw new StatusError(status, detailOf(text), askedWaitMs(headers));
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
  const why = messageOf(thrown);
  const kind = thrown instanceof HttpError ? thrown.reason : "broken";
  if (kind === "certificate" || kind === "redirected") return fatal("not trusted", why);
  if (kind === "too long") return fatal("unusable answer", why);
  if (kind === "unreachable") return passing("unreachable", why);
  return mayRepeat ? passing("unreachable", `no answer: ${why}`) : fatal("uncertain", `no answer: ${why}`);
}

function tooLongAWait({ error, waitMs }: Fault): TinkerError {
  const asked = `the server asks to wait ${Math.round(waitMs / 1000)} s, longer than ${LONGEST_WAIT_MS / 1000} s`;
  return new TinkerError(error.reason, `${error.detail} (${asked})`, { cause: error.cause });
}
