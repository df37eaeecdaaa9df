// Why many things failed: what counts as the same reason, and the one line that tells them.
import assert from "node:assert/strict";
import { test } from "node:test";
import { countedReasons, failureOf, reasonsText } from "./reasons.ts";

test("reasons that differ in what they quote, name and count are one; another status is another reason", () => {
  const reasons = countedReasons([
    "503 overloaded",
    'expected "a \\" b", got "c"',
    "a prompt of at least 900 tokens does not fit",
    'expected "d", got "e…',
    "500 overloaded",
    "a prompt of at least 1001 tokens does not fit",
    "trajectory 0123456789abcdef0123 is broken",
    "trajectory fedcba98765432100123 is broken",
    "a prompt of at least 450 tokens does not fit",
  ]);
  assert.deepEqual(
    reasons.map(({ reason, count }) => `${count} ${reason}`),
    [
      "3 a prompt of at least 900 tokens does not fit",
      '2 expected "a \\" b", got "c"',
      "2 trajectory 0123456789abcdef0123 is broken",
      "1 503 overloaded",
      "1 500 overloaded",
    ],
  );
  assert.deepEqual(countedReasons([]), []);
});

test("one line: the most frequent reasons, the others counted, long ones cut", () => {
  const reasons = [
    { reason: "connection broke:\nECONNREFUSED", count: 10 },
    { reason: "x".repeat(1000), count: 2 },
    { reason: "c", count: 2 },
    { reason: "d", count: 2 },
    { reason: "e", count: 1 },
  ];
  const line = `10 × connection broke: ECONNREFUSED; 2 × ${"x".repeat(139)}…; 2 × c; 3 × others`;
  assert.equal(reasonsText(reasons), line);
  assert.equal(reasonsText([]), "");
});

test("an error that begins with the policy's name is told without it", () => {
  const failed = (message: string) => ({ kind: "failed", error: { name: "PolicyError", message } }) as const;
  assert.equal(failureOf({ policy: "expert/big", outcome: failed("expert/big: gone") }), "gone");
  assert.equal(failureOf({ policy: "expert/big", outcome: failed("the world broke") }), "the world broke");
  assert.equal(failureOf({ policy: "expert/big", outcome: { kind: "terminated" } }), undefined);
});
