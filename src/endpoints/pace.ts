/** How many at once and how many a minute. Timing only: nothing here changes an answer. */
import { setTimeout as sleep } from "node:timers/promises";

/** Waits, unless `signal` ends it: then its reason is thrown. */
export async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  try {
    await sleep(milliseconds, undefined, { signal });
  } catch (error) {
    throw signal.aborted ? signal.reason : error;
  }
}

export interface Slots {
  /** Waits for a free slot, first come first served; call the result once to free it. */
  take(): Promise<() => void>;
}

export function openSlots(count: number): Slots {
  let free = count;
  const waiting: (() => void)[] = [];
  const release = () => {
    const next = waiting.shift();
    if (next) next();
    else free += 1;
  };
  return {
    async take() {
      if (free > 0) free -= 1;
      else await new Promise<void>((resolve) => waiting.push(resolve));
      return release;
    },
  };
}

export interface Pace {
  /** Waits until `amount` more is allowed. */
  take(amount: number): Promise<void>;
  /** What was taken turned out to be so much more (or, below 0, less). */
  correct(amount: number): void;
}

/** At most `perMinute`, evenly spread: no bursts, so no window of a minute holds more. Undefined: no limit. */
export function openPace(perMinute: number | undefined, signal: AbortSignal): Pace {
  if (perMinute === undefined) return { take: async () => {}, correct: () => {} };
  const millisecondsEach = 60_000 / perMinute;
  let next = 0;
  return {
    async take(amount) {
      const now = performance.now();
      const start = Math.max(now, next);
      next = start + amount * millisecondsEach;
      if (start > now) await pause(start - now, signal);
    },
    correct(amount) {
      next += amount * millisecondsEach;
    },
  };
}
