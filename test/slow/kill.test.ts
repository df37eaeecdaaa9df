/**
 * kill -9 at random moments of an experiment, started again each time: the store's dump, the checkpoints and the
 * report must be the bytes of a run that was never interrupted. GLEANER_KILL_SETS="" kills the demo in full size.
 */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { random } from "../../src/core/random.ts";
import { gleaner } from "../command.ts";

const KILLS = 10;
const SMALL = "training.steps=100 environment.trainTasks=120 environment.testTasks=60";
const sets = (process.env.GLEANER_KILL_SETS ?? SMALL).split(" ").filter(Boolean);

const run = (project: string, killAfterMs?: number) => {
  const changed = sets.length > 0 ? ["--set", ...sets] : [];
  return gleaner(project, ["run", "examples/workshop.yaml", ...changed], killAfterMs);
};

/** Every file below `folder` by its path, as a hash. */
function filesOf(folder: string): Record<string, string> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const hashed = files.map((entry) => {
    const path = join(entry.parentPath, entry.name);
    return [path.slice(folder.length), createHash("sha256").update(readFileSync(path)).digest("hex")] as const;
  });
  return Object.fromEntries(hashed.sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** The report without its times, the only thing that may differ. */
const report = async (project: string) => {
  const json = JSON.parse((await gleaner(project, ["report", "demo-front", "--json"]))!);
  return JSON.stringify(json, (key, value) => (/ms$|milliseconds|seconds|timing|wall/i.test(key) ? undefined : value));
};

test(`killed at ${KILLS} random moments, the run ends with the same bytes`, async () => {
  const folder = mkdtempSync(join(tmpdir(), "gleaner-kill-"));
  const [whole, killed] = [join(folder, "whole"), join(folder, "killed")];
  const start = performance.now();
  await run(whole);
  const tookMs = performance.now() - start;
  const moments = random("kill");
  let kills = 0;
  // Each attempt gets at most a sixth of the whole time, so that ten kills fall into different phases before it ends.
  for (let attempt = 0; attempt < KILLS; attempt++) {
    if ((await run(killed, 200 + (moments.next() * tookMs) / 6)) === null) kills++;
  }
  await run(killed);
  console.log(`killed ${kills} times of ${KILLS} attempts; the whole run took ${Math.round(tookMs / 1000)} s`);
  assert(kills >= KILLS / 2, `only ${kills} attempts were still running when killed`);
  assert.equal(await gleaner(killed, ["dump"]), await gleaner(whole, ["dump"]));
  assert.deepEqual(filesOf(join(killed, "checkpoints")), filesOf(join(whole, "checkpoints")));
  assert.equal(await report(killed), await report(whole));
  rmSync(folder, { recursive: true });
});
