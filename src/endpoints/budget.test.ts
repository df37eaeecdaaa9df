import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { StopError } from "../core/errors.ts";
import { type Admission, type Cost, moneyOf, openLedger } from "./budget.ts";

const PRICES = { promptTokens: 2, completionTokens: 6 };
const MOST = { promptTokens: 50, completionTokens: 30 };

/** Requests in any interleaving: each starts when it is asked for and ends when its number comes up. */
const requests = fc.array(
  fc.record({
    most: fc.record({
      promptTokens: fc.integer({ min: 1, max: MOST.promptTokens }),
      completionTokens: fc.integer({ min: 0, max: MOST.completionTokens }),
    }),
    share: fc.double({ min: 0, max: 1, noNaN: true }),
    ending: fc.constantFrom("told", "told", "nothing", "unknown"),
    endsFirst: fc.boolean(),
  }),
  { minLength: 1, maxLength: 60 },
);

const limits = fc.record(
  {
    requests: fc.integer({ min: 1, max: 40 }),
    tokens: fc.integer({ min: 1, max: 1500 }),
    money: fc.integer({ min: 1, max: 5 }),
  },
  { requiredKeys: [] },
);

test("whatever requests cost and whenever they end, a limit is passed by less than one request", async () => {
  await fc.assert(
    fc.asyncProperty(requests, limits, async (asked, budget) => {
      const ledger = openLedger({ budget, prices: PRICES, before: {} });
      const open: { admission: Admission; cost: Cost }[] = [];
      // The truth, an unknown cost being the highest it can have been.
      const truth = { requests: 0, promptTokens: 0, completionTokens: 0 };
      let refused = 0;
      const settleOne = (first: boolean) => {
        const ended = first ? open.shift() : open.pop();
        ended?.admission.settle(ended.cost);
      };
      const waiting = asked.map(({ most, share, ending }) =>
        ledger.admit(most).then(
          (admission) => {
            const told = {
              promptTokens: Math.round(most.promptTokens * share),
              completionTokens: Math.round(most.completionTokens * share),
            };
            const real =
              ending === "told" ? told : ending === "unknown" ? most : { promptTokens: 0, completionTokens: 0 };
            truth.requests += 1;
            truth.promptTokens += real.promptTokens;
            truth.completionTokens += real.completionTokens;
            open.push({ admission, cost: ending === "told" ? told : (ending as Cost) });
          },
          (error) => {
            assert(error instanceof StopError && error.kind === "budget");
            refused += 1;
          },
        ),
      );
      for (const { endsFirst } of [...asked, ...asked]) {
        await Promise.resolve();
        settleOne(endsFirst);
        await Promise.resolve();
      }
      while (open.length > 0) {
        settleOne(true);
        await new Promise(setImmediate);
      }
      await Promise.all(waiting);
      assert.equal(truth.requests + refused, asked.length);
      const most = MOST.promptTokens + MOST.completionTokens;
      if (budget.requests) assert(truth.requests <= budget.requests);
      if (budget.tokens) assert(truth.promptTokens + truth.completionTokens < budget.tokens + most);
      if (budget.money) assert(moneyOf(truth, PRICES) < budget.money + moneyOf(MOST, PRICES));
    }),
    { numRuns: 200 },
  );
});

test("what nobody told the cost of is reported apart", async () => {
  const ledger = openLedger({ budget: { tokens: 100 }, before: { promptTokens: 7, unaccounted: 1 } });
  (await ledger.admit(MOST)).settle("unknown");
  assert.deepEqual(ledger.spent(), { requests: 1, promptTokens: 7, completionTokens: 0, unaccounted: 2 });
  (await ledger.admit(MOST)).settle({ promptTokens: 10, completionTokens: 3 });
  assert.deepEqual(ledger.spent(), { requests: 2, promptTokens: 17, completionTokens: 3, unaccounted: 2 });
  // 20 told and at most 80 untold are the budget.
  await assert.rejects(ledger.admit(MOST), /100 of 100 tokens/);
});
