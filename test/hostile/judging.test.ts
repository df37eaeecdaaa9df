/** The judge itself: what is wrong must be found out. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { CliError } from "../../src/core/errors.ts";
import { type HostileCase, judge, type Reading } from "./judging.ts";

const thrown = (error: unknown): HostileCase => ({
  name: "n",
  place: "a.yaml",
  read() {
    throw error;
  },
});
const reading = (result: Reading): HostileCase => ({ name: "n", place: "a.yaml", read: () => result });
const refusal = (message: string) => thrown(new CliError(message));

test("a typed refusal with place and expectation is one, and one for a stated limit is a bound", async () => {
  assert.deepEqual(await judge(refusal("a.yaml:3: seeds: expected a list, got 7")), { outcome: "refused" });
  assert.deepEqual(await judge(refusal("a.yaml: expected at most 7 seeds, got 8")), { outcome: "bounded" });
  assert.deepEqual(await judge(reading({ problems: ["text: expected Unicode text"] })), { outcome: "refused" });
  assert.deepEqual(await judge(reading({})), { outcome: "read" });
});

test("an error of our own, a message that does not help, and a loss are faults", async () => {
  const wrong: readonly (readonly [HostileCase, RegExp])[] = [
    [thrown(new TypeError("a.yaml: expected is not a function")), /^untyped: this is a bug/],
    [thrown(new Error("a.yaml: expected a list")), /^untyped/],
    [thrown("a.yaml: expected a list"), /^untyped/],
    [refusal("expected a list"), /^does not name a\.yaml/],
    [refusal("a.yaml: Invalid input"), /^does not say what was expected/],
    [refusal("a.yaml: expected: Cannot read properties of undefined"), /^speaks of the program/],
    [refusal("a.yaml: expected\n    at read (file.ts:3:5)"), /^speaks of the program/],
    [reading({ lost: "1 of 3 records" }), /^dropped without a word: 1 of 3 records/],
    [reading({ problems: ["x is not iterable, expected a list"] }), /^speaks of the program/],
    [reading({ problems: Array.from({ length: 30 }, () => "expected\n".repeat(30)) }), /^has 31 lines/],
    [{ ...reading({}), expected: "refused" }, /^expected it to be refused, found it read/],
  ];
  for (const [one, why] of wrong) {
    const verdict = await judge(one);
    assert.equal(verdict.outcome, "fault");
    assert.match(verdict.why ?? "", why);
  }
});
