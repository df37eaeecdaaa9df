/** How far a run is, as another process reads it. */
import assert from "node:assert/strict";
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { temporaryFolder } from "../../test/temporary.ts";
import { silent } from "../engine/experiment/progress.ts";
import { leftInFile, progressFile, progressIn } from "./progress-file.ts";
import { alone } from "./run-lock.ts";

const quiet = { ...silent, stop() {} };
const locked = <T>(folder: string, run: string, work: () => Promise<T>) =>
  alone({ folder }, { run, command: "run" }, work);

test("a run that is under way says how far it is; when it has ended, nothing is left", async () => {
  const folder = temporaryFolder();
  await locked(folder, "one", async () => {
    const progress = leftInFile(quiet, { folder, run: "one" });
    const phase = progress.phase("seed 1 · EEF · probe 1", 20, "episodes");
    const [line] = progressIn(folder);
    assert.deepEqual(
      { ...line, at: "" },
      {
        ...{ run: "one", phase: "seed 1 · EEF · probe 1", owed: 20, done: 0, failed: 0, unit: "episodes" },
        ...{ perSecond: null, secondsLeft: null, at: "" },
      },
    );
    phase.advance(5, "won 20 %", 2);
    phase.end();
    // What comes within a second of the last writing waits for its turn.
    await new Promise((resolve) => setTimeout(resolve, 1_200));
    const [after] = progressIn(folder);
    assert.deepEqual([after?.done, after?.failed], [5, 2]);
    assert(after!.perSecond! > 0 && after!.secondsLeft! > 0);
    progress.stop();
    assert.deepEqual(progressIn(folder), []);
  });
  assert(!readdirSync(join(folder, "locks")).some((name) => name.includes("progress")));
});

test("what a run has left whose process is gone is not believed, and goes when the run is begun again", async () => {
  const folder = temporaryFolder();
  const file = progressFile({ folder, run: "one" });
  const left = { run: "one", phase: "probe", owed: 2, done: 1, failed: 0, unit: "episodes" };
  const text = JSON.stringify([{ ...left, perSecond: 1, secondsLeft: 1, at: "2026-01-01T00:00:00Z" }]);
  mkdirSync(join(folder, "locks"));
  writeFileSync(file, text);
  assert.deepEqual(progressIn(folder), []);
  await locked(folder, "one", async () => {
    assert.equal(progressIn(folder).length, 1);
    leftInFile(quiet, { folder, run: "one" });
    assert.deepEqual(progressIn(folder), []);
    assert(!existsSync(file));
    writeFileSync(file, text.replace('"owed":2', '"owed":"<b>"'));
    assert.deepEqual(progressIn(folder), []);
    writeFileSync(file, text.slice(0, 30));
    assert.deepEqual(progressIn(folder), []);
  });
});

test("a disk that refuses the file disturbs nothing", async () => {
  const folder = temporaryFolder();
  await locked(folder, "one", async () => {
    // A folder in the file's place is refused for every user, root too.
    mkdirSync(join(progressFile({ folder, run: "one" }), "full"), { recursive: true });
    const progress = leftInFile(quiet, { folder, run: "one" });
    const phase = progress.phase("probe", 2, "episodes");
    phase.advance(1);
    phase.end();
    progress.stop();
    assert.deepEqual(progressIn(folder), []);
  });
});

test("a project whose locks cannot be written to is looked at all the same", async () => {
  const folder = temporaryFolder();
  await locked(folder, "one", async () => {
    leftInFile(quiet, { folder, run: "one" }).phase("probe", 2, "episodes");
    chmodSync(join(folder, "locks"), 0o500);
    assert.equal(progressIn(folder).length, 1);
    chmodSync(join(folder, "locks"), 0o700);
    assert(readFileSync(progressFile({ folder, run: "one" }), "utf8").startsWith("["));
  });
});
