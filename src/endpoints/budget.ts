/**
 * Budgets of requests, tokens and money that overshoot by at most one request.
 *
 * A request is admitted only while what is spent plus what every request in flight can cost at most stays below each
 * limit; otherwise it waits until others have ended. So whatever they cost, the sum passes a limit by less than the one
 * request that was admitted last. Once a limit is reached nothing is admitted any more.
 *
 * A request whose cost nobody told (cut off, timed out) counts at its maximum against the budget, and is reported apart.
 */
import { StopError } from "../core/errors.ts";
import type { Usage } from "../core/trajectory.ts";

/** Limits of a run, each above 0; absent: none. A run passes a limit by less than one request. */
export interface Budget {
  /** Attempts that are sent, failed ones included. */
  readonly requests?: number;
  /** Tokens of prompts and completions together. */
  readonly tokens?: number;
  /** What tokens cost, in the currency of the prices. Needs prices. */
  readonly money?: number;
}

/** What 1,000 tokens cost, in any currency. */
export interface Prices {
  /** Price of 1,000 tokens read. */
  readonly promptTokens: number;
  /** Price of 1,000 tokens written. */
  readonly completionTokens: number;
}

/** What requests to a server have cost so far. */
export interface Spending extends Usage {
  /** Attempts that were sent, failed ones included. */
  readonly requests: number;
  /** Of these, those that may have cost something nobody told. */
  readonly unaccounted: number;
}

export const NOTHING_SPENT: Spending = { requests: 0, promptTokens: 0, completionTokens: 0, unaccounted: 0 };

export function moneyOf({ promptTokens, completionTokens }: Usage, prices: Prices | undefined): number {
  if (!prices) return 0;
  return (promptTokens * prices.promptTokens + completionTokens * prices.completionTokens) / 1000;
}

/** What a request turned out to cost. */
export type Cost = Usage | "nothing" | "unknown";

export interface Admission {
  /** Once, when the request has ended. */
  settle(cost: Cost): void;
}

export interface Ledger {
  /** Waits for its turn. Throws StopError when the budget is spent. `most` is the most that the request can cost. */
  admit(most: Usage): Promise<Admission>;
  /** So far, what was spent before the run was started again included. */
  spent(): Spending;
}

interface Amount extends Usage {
  readonly requests: number;
}

interface Waiting {
  readonly most: Usage;
  readonly admit: (admission: Admission) => void;
  readonly refuse: (error: StopError) => void;
}

interface LedgerOptions {
  readonly budget: Budget;
  readonly prices?: Prices | undefined;
  readonly before: Partial<Spending>;
  /** Told once, when the budget is spent. */
  readonly onSpent?: (error: StopError) => void;
}

export function openLedger({ budget, prices, before, onSpent }: LedgerOptions): Ledger {
  let known: Amount = { ...NOTHING_SPENT, ...before };
  let unknown: Amount = NOTHING_SPENT;
  let inFlight: Amount = NOTHING_SPENT;
  let unaccounted = before.unaccounted ?? 0;
  let spent: StopError | undefined;
  const waiting: Waiting[] = [];

  const measures = {
    requests: ({ requests }: Amount) => requests,
    tokens: ({ promptTokens, completionTokens }: Amount) => promptTokens + completionTokens,
    money: (amount: Amount) => moneyOf(amount, prices),
  };
  const limits = Object.entries(measures).flatMap(([what, measure]) => {
    const limit = budget[what as keyof Budget];
    return limit === undefined ? [] : [{ what, limit, measure }];
  });

  const admission = (most: Usage): Admission => {
    const reserved = { ...most, requests: 1 };
    inFlight = sum(inFlight, reserved);
    return {
      settle(cost) {
        inFlight = sum(inFlight, reserved, -1);
        known = sum(known, { ...(typeof cost === "string" ? NOTHING_SPENT : cost), requests: 1 });
        if (cost === "unknown") {
          unknown = sum(unknown, { ...most, requests: 0 });
          unaccounted += 1;
        }
        admitWaiting();
      },
    };
  };

  const admitWaiting = (): void => {
    const gone = sum(known, unknown);
    const reached = limits.find(({ limit, measure }) => measure(gone) >= limit);
    if (reached && !spent) {
      const { what, limit, measure } = reached;
      const amount = Number(measure(gone).toFixed(4));
      spent = new StopError("budget", `budget spent: ${amount} of ${limit}${what === "money" ? "" : ` ${what}`}`);
      onSpent?.(spent);
    }
    if (spent) {
      for (const { refuse } of waiting.splice(0)) refuse(spent);
      return;
    }
    while (waiting.length > 0) {
      const most = sum(gone, inFlight);
      if (limits.some(({ limit, measure }) => measure(most) >= limit)) return;
      const next = waiting.shift()!;
      next.admit(admission(next.most));
    }
  };

  return {
    admit: (most) =>
      new Promise((admit, refuse) => {
        waiting.push({ most, admit, refuse });
        admitWaiting();
      }),
    spent: () => ({
      requests: known.requests,
      promptTokens: known.promptTokens,
      completionTokens: known.completionTokens,
      unaccounted,
    }),
  };
}

const sum = (a: Amount, b: Amount, sign = 1): Amount => ({
  requests: a.requests + sign * b.requests,
  promptTokens: a.promptTokens + sign * b.promptTokens,
  completionTokens: a.completionTokens + sign * b.completionTokens,
});
