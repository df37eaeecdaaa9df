/**
 * Trying a request again after a while. The waits double, and the chance in them follows from a seed, as all chance here. A
 * server that asks for a longer wait gets it. What is worth another try is for the caller to say.
 */
import { setTimeout as sleep } from "node:timers/promises";
import type { Random } from "../core/random.ts";

/** A server that wants us to wait longer is not for today: 15 minutes. */
export const LONGEST_WAIT_MS = 15 * 60_000;
/** The user hears of waits from here on. */
const WORTH_A_WORD_MS = 10_000;
/** What Node's timers can wait; they end longer ones at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;
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
  /** Hears of long waits. */
  readonly say?: ((line: string) => void) | undefined;
  /** Who is waited for. */
  readonly name?: string;
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
  { retries, backoffMs, draws, signal, say, name = "the server" }: RetrySettings,
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
    const nextMs = Math.max(doubledMs, waitMs * (1 + draws.next() / 8));
    if (nextMs >= WORTH_A_WORD_MS) say?.(`${name}: the next attempt is in ${Math.round(nextMs / 1000)} s`);
    await pause(nextMs, signal);
  }
}

/** Waits, unless `signal` ends it: then its reason is thrown. */
export async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  try {
    for (let left = milliseconds; left > 0; left -= LONGEST_TIMER_MS) {
      await sleep(Math.min(left, LONGEST_TIMER_MS), undefined, { signal });
    }
  } catch (error) {
    throw signal.aborted ? signal.reason : error;
  }
}

const NUMBER = /^\d+(\.\d+)?$/;
const HTTP_DATE = /^\w{3}, \d{2} \w{3} \d{4} \d{2}:\d{2}:\d{2} GMT$/;

/** What a server asks for: `Retry-After` in seconds or as a date, or the finer `retry-after-ms`. 0 if it asks for nothing. */
export function askedWaitMs(headers: Headers | undefined): number {
  const exact = headers?.get("retry-after-ms") ?? "";
  if (NUMBER.test(exact)) return Number(exact);
  const asked = headers?.get("retry-after") ?? "";
  if (NUMBER.test(asked)) return Number(asked) * 1000;
  // What Date.parse would make of other texts is anybody's guess.
  return HTTP_DATE.test(asked) ? Math.max(0, Date.parse(asked) - Date.now()) : 0;
}
