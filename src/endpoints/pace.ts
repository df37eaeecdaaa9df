/** How many a minute. Timing only: nothing here changes an answer. */
import { pause } from "../http/retries.ts";

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
