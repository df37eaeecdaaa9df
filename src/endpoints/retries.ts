/**
 * Trying a request again after a while. The waits double, and the chance in them follows from a seed, as all chance here. A
 * server that asks for a longer wait gets it. What is worth another try is for the caller to say.
 */
import { setTimeout as sleep } from "node:timers/promises";
import type { Random } from "../core/random.ts";

/** A server that wants us to wait longer is not for today. */
const LONGEST_WAIT_MS = 15 * 60_000;
const DOUBLINGS = 6;

export interface RetrySettings {
  /** How often it is tried again. */
  readonly retries: number;
  /** Before it is tried again for the first time; doubled each time. */
  readonly backoffMs: number;
  /** Chooses each wait between half and all of it. */
  readonly draws: Random;
  /** Ends a wait: its reason is thrown. */
  readonly signal: AbortSignal;
}

/** What came of one try: a result, or a fault that may have passed by the next try. */
export type Try<Result> =
  | { readonly result: Result }
  | {
      /** What the server asked for; 0 if it asked for nothing. */
      readonly waitMs: number;
      /** What is thrown where it is not tried again: no tries are left, or the wait is too long. */
      readonly giveUp: (why: "no tries left" | "too long a wait") => Error | Promise<Error>;
    };

/** The first result. Throws what `attempt` throws, at once; what `giveUp` gives; and the signal's reason. */
export async function withRetries<Result>(
  { retries, backoffMs, draws, signal }: RetrySettings,
  attempt: () => Promise<Try<Result>>,
): Promise<Result> {
  for (let tried = 0; ; tried++) {
    const outcome = await attempt();
    if ("result" in outcome) return outcome.result;
    const { waitMs, giveUp } = outcome;
    if (tried === retries) throw await giveUp("no tries left");
    if (waitMs > LONGEST_WAIT_MS) throw await giveUp("too long a wait");
    const doubledMs = backoffMs * 2 ** Math.min(tried, DOUBLINGS) * (0.5 + draws.next() / 2);
    // Those who were told the same time do not all come back at it.
    await pause(Math.max(doubledMs, waitMs * (1 + draws.next() / 8)), signal);
  }
}

/** Waits, unless `signal` ends it: then its reason is thrown. */
export async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  try {
    await sleep(milliseconds, undefined, { signal });
  } catch (error) {
    throw signal.aborted ? signal.reason : error;
  }
}

/** What a server asks for: `Retry-After` in seconds or as a date, or the finer `retry-after-ms`. 0 if it asks for nothing. */
export function askedWaitMs(headers: Headers | undefined): number {
  const exact = Number.parseFloat(headers?.get("retry-after-ms") ?? "");
  if (exact >= 0) return exact;
  const asked = headers?.get("retry-after");
  if (!asked) return 0;
  const seconds = Number(asked);
  const milliseconds = Number.isNaN(seconds) ? Date.parse(asked) - Date.now() : seconds * 1000;
  return Number.isNaN(milliseconds) ? 0 : Math.max(0, milliseconds);
}

/** Of codes of errors: nobody took the connection, so the request was not even begun. */
export const UNREACHABLE = /ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|UND_ERR_CONNECT_TIMEOUT/;
