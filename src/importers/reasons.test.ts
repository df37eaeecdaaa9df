import assert from "node:assert/strict";
import { test } from "node:test";
import { reasonCounter } from "./reasons.ts";
import { startTally } from "./summary.ts";

const at = (line: number) => ({ file: "log.jsonl", line });

test("problems that differ in what they quote and count are one, with its first places", () => {
  const { count, counted } = reasonCounter();
  for (let line = 1; line <= 5; line++)
    count("not understood", `steps[${line}].action: expected text, found "a \\" ${line}"`, at(line));
  count("not replayed", "the process died", at(9));
  count("not understood", "not UTF-8 text", at(6));
  count("not understood", 'id: expected a name, found "cut off in the mid…', { ...at(7), record: 2 });
  count("left out", "the environment does not have its task", at(8));
  for (const line of [10, 11, 12]) count("diverged", line === 10 ? "advice" : "an answer differs", at(line));
  assert.deepEqual(
    counted().map(({ fate, reason, count, places }) => [fate, reason, count, places.map(({ line }) => line)]),
    [
      ["not understood", 'steps[1].action: expected text, found "a \\" 1"', 5, [1, 2, 3]],
      ["not understood", "not UTF-8 text", 1, [6]],
      ["not understood", 'id: expected a name, found "cut off in the mid…', 1, [7]],
      ["left out", "the environment does not have its task", 1, [8]],
      ["diverged", "an answer differs", 2, [11, 12]],
      ["diverged", "advice", 1, [10]],
      ["not replayed", "the process died", 1, [9]],
    ],
  );
  assert.deepEqual(startTally("r").summary().reasons, []);
});

test("a summary lists the first places of each kind, counts all, and cuts what is long", () => {
  const tally = startTally("r");
  const words = (index: number) => String.fromCharCode(97 + (index % 26), 97 + (Math.floor(index / 26) % 26));
  for (let line = 1; line <= 25_000; line++)
    tally.malformed(at(line), `expected ${words(line)} ${words(Math.floor(line / 676))}, found nothing`);
  tally.unknownTask(at(25_001), `t${"x".repeat(20_000)}`, "the environment does not have its task");
  for (let line = 1; line <= 600; line++) tally.broken(at(line), "y".repeat(10_000));
  const { lines, totals, malformed, unknownTasks, broken, reasons } = tally.summary();
  assert.deepEqual([lines, malformed.length, malformed.at(-1)!.line], [25_000, 10_000, 10_000]);
  assert.deepEqual(totals, { malformed: 25_000, unknownTasks: 1, diverged: 0, broken: 600, disagreements: 0 });
  assert.match(unknownTasks[0]!.task, /^tx{9999}… \(10001 more characters\)$/);
  assert.equal(broken.length, 420);
  const counts = Map.groupBy(reasons, ({ fate }) => fate);
  const of = (fate: string) => [...counts].find(([name]) => name === fate)![1];
  assert.equal(of("not understood").length, 1001);
  assert.equal(of("not understood")[0]!.reason, "other reasons");
  assert.equal(
    of("not understood").reduce((sum, { count }) => sum + count, 0),
    25_000,
  );
  assert.deepEqual([of("not replayed").length, of("not replayed")[0]!.count], [1, 600]);
});
