/** Large files are told of while they are looked at, small ones are not. */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { temporaryFolder } from "../../test/temporary.ts";
import type { Progress } from "../engine/experiment/progress.ts";
import { hashOf } from "../files/file.ts";
import { beginReading } from "../files/hearing.ts";
import { readLines } from "../files/lines.ts";
import { readingShown } from "./reading-progress.ts";

const LONGER_THAN_WORTH_A_WORD_MS = 1_050;

/** What is shown, a line each. */
function shown() {
  const lines: string[] = [];
  const progress: Progress = {
    phase(label, total, unit) {
      lines.push(`${label} begins, ${total} ${unit}`);
      return { advance: (done) => lines.push(`${done} of ${total}`), end: () => lines.push("ends") };
    },
    say() {},
  };
  return { lines, progress };
}

const [first, second] = ["first", "second"].map((name) => {
  const file = join(temporaryFolder(), name);
  writeFileSync(file, `${"x".repeat(3_000_000 - 1)}\n`);
  return file;
}) as [string, string];

test("files that are read in no time are not told of", async () => {
  const { lines, progress } = shown();
  await readingShown(progress, "look", [first, second], async () => {
    for (const file of [first, second]) await hashOf(file);
    for (const file of [first, second]) for await (const _line of readLines(file));
  });
  assert.deepEqual(lines, []);
});

test("one way through all files is one phase, and a second way is another", async () => {
  const { lines, progress } = shown();
  await readingShown(progress, "look", [first, second], async (end) => {
    const readTo = beginReading(first, 3_000_000);
    readTo(0);
    await wait(LONGER_THAN_WORTH_A_WORD_MS);
    readTo(2_000_000);
    await hashOf(second);
    // Nobody asked about this one.
    beginReading(`${first}.other`, 10)(10);
    for await (const _line of readLines(second));
    beginReading(first, 3_000_000)(1_000_000);
    end();
    await hashOf(second);
  });
  assert.equal(lines[0], "look begins, 6 MB");
  assert.deepEqual(lines.slice(1, 2), ["2 of 6"]);
  assert.deepEqual(lines.slice(-2), ["6 of 6", "ends"]);
  assert.equal(lines.filter((line) => line === "ends").length, 1);
});

test("who waits for one file hears of each way through it from its beginning", async () => {
  const { lines, progress } = shown();
  await readingShown(progress, "look", [first], async () => {
    for (const place of [1, 2]) {
      const readTo = beginReading(first, 3_000_000);
      readTo(place);
      await wait(LONGER_THAN_WORTH_A_WORD_MS);
      readTo(3_000_000);
    }
  });
  assert.deepEqual(lines, ["look begins, 3 MB", "3 of 3", "ends", "look begins, 3 MB", "3 of 3", "ends"]);
});
