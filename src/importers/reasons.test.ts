import assert from "node:assert/strict";
import { test } from "node:test";
import { trajectoryId } from "../core/ids.ts";
import { reasonsOf } from "./reasons.ts";
import { type ImportSummary, startTally } from "./summary.ts";

const at = (line: number) => ({ file: "log.jsonl", line });

test("problems that differ in what they quote and count are one, with its first places", () => {
  const tally = startTally("r");
  for (let line = 1; line <= 5; line++)
    tally.malformed(at(line), `steps[${line}].action: expected text, found "a \\" ${line}"`);
  tally.malformed(at(6), "not UTF-8 text");
  tally.malformed({ ...at(7), record: 2 }, 'id: expected a name, found "cut off in the mid…');
  tally.unknownTask(at(8), "t", "the environment does not have its task");
  tally.broken(at(9), "the process died");
  const diverged = (line: number, step: number, advice?: string) => ({
    ...at(line),
    trajectory: trajectoryId("t"),
    step,
    expected: "a",
    got: "b",
    ...(advice && { advice }),
  });
  const summary: ImportSummary = {
    ...tally.summary(),
    diverged: [diverged(10, -1, "try seed=1"), diverged(11, 0), diverged(12, 7)],
    unreplayable: { episodes: 9, won: 1, reasons: { "no pages": 9 }, first: { "no pages": [at(13), at(14)] } },
  };
  assert.deepEqual(
    reasonsOf(summary).map(({ fate, reason, count, places }) => [fate, reason, count, places.map(({ line }) => line)]),
    [
      ["not understood", 'steps[1].action: expected text, found "a \\" 1"', 5, [1, 2, 3]],
      ["not understood", "not UTF-8 text", 1, [6]],
      ["not understood", 'id: expected a name, found "cut off in the mid…', 1, [7]],
      ["left out", "the environment does not have its task", 1, [8]],
      ["diverged", "an answer of the world differs", 2, [11, 12]],
      ["diverged", "the world's first observation differs: try seed=1", 1, [10]],
      ["not replayed", "the process died", 1, [9]],
      ["kept without a replay", "no pages", 9, [13, 14]],
    ],
  );
  assert.deepEqual(reasonsOf(startTally("r").summary()), []);
});
