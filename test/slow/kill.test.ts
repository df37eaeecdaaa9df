/**
 * kill -9 at random moments of an experiment, started again each time: the store's dump, the checkpoints and the
 * report must be the bytes of a run that was never interrupted. The demo, and every method once. GLEANER_KILL_SETS=""
 * kills them in full size.
 */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { random } from "../../src/core/random.ts";
import { gleaner } from "../command.ts";
import { killAgainAndAgain } from "../killing.ts";

const KILLS = 10;

interface Experiment {
  readonly config: string;
  readonly name: string;
  /** What makes it small. */
  readonly sets: string;
}

const EXPERIMENTS: readonly Experiment[] = [
  {
    config: "examples/workshop.yaml",
    name: "demo-front",
    sets: "training.steps=20 environment.trainTasks=40 environment.testTasks=20",
  },
  {
    config: "examples/workshop-methods.yaml",
    name: "workshop-methods",
    sets: "training.steps=4 environment.trainTasks=12 environment.testTasks=6 methods.9.samples=1",
  },
];

const run = (project: string, { config, sets }: Experiment, killAfterMs?: number) => {
  const small = (process.env.GLEANER_KILL_SETS ?? sets).split(" ").filter(Boolean);
  return gleaner(project, ["run", config, ...(small.length > 0 ? ["--set", ...small] : [])], killAfterMs);
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
const report = async (project: string, { name }: Experiment) => {
  const json = JSON.parse((await gleaner(project, ["report", name, "--json"]))!);
  const isTime = (key: string) => /ms$|milliseconds|seconds|timing|wall/i.test(key);
  return JSON.parse(JSON.stringify(json, (key, value) => (isTime(key) ? undefined : value)));
};

for (const experiment of EXPERIMENTS) {
  test(`${experiment.name}, killed at ${KILLS} random moments, ends with the same bytes`, async (t) => {
    const folder = mkdtempSync(join(tmpdir(), "gleaner-kill-"));
    const whole = join(folder, "whole");
    const start = performance.now();
    await run(whole, experiment);
    const tookMs = performance.now() - start;
    const dump = await gleaner(whole, ["dump"]);
    const expected = await report(whole, experiment);
    const projects = await killAgainAndAgain({
      folder,
      kills: KILLS,
      run: (project, killAfterMs) => run(project, experiment, killAfterMs),
      moments: random("kill", experiment.name),
      // So that ten kills fall into different phases before it ends.
      latestMs: tookMs / 6,
      async ended(project) {
        assert.equal(await gleaner(project, ["dump"]), dump);
        assert.deepEqual(filesOf(join(project, "checkpoints")), filesOf(join(whole, "checkpoints")));
        assert.deepEqual(await report(project, experiment), expected);
      },
    });
    t.diagnostic(`${KILLS} kills in ${projects} projects; the whole run took ${Math.round(tookMs / 1000)} s`);
    rmSync(folder, { recursive: true });
  });
}
