/**
 * An import that is long enough to write in a thread of its own: killed with -9 it leaves the first episodes of the log and
 * ends with the same bytes when it is started again, two write into one store at once, and a full disk is told.
 */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { writeSizedLog } from "../../bench/parts/size-log.ts";
import { random } from "../../src/core/random.ts";
import { openSqlite } from "../../src/store/sqlite.ts";
import { gleaner, ROOT } from "../command.ts";
import { killAgainAndAgain } from "../killing.ts";
import { smallDisk } from "../small-disk.ts";
import { temporaryFolder } from "../temporary.ts";

const RECORDS = 10_000;
const KILLS = 5;
const folder = temporaryFolder();
const log = join(folder, "log.jsonl");
writeSizedLog(log, { kind: "workshop", isWrapped: false, records: RECORDS, thoughtBytes: 5_000 });

const importing = (run: string) =>
  [
    "import",
    log,
    "--format",
    "gleaner",
    "--env",
    "workshop",
    "--option",
    `trainTasks=${RECORDS}`,
    "--out",
    run,
  ] as const;

/** The places in the log of the episodes that a store has. */
function placesIn(project: string): number[] {
  const path = join(project, "store.sqlite");
  if (!existsSync(path)) return [];
  const repository = openSqlite(path);
  const ids = repository.run("a") === undefined ? [] : repository.trajectoriesOf("a");
  const places = ids.map((id) => Number(repository.trajectory(id)!.taskId.split("-").at(-1)));
  for (const id of ids) assert.equal(repository.verification(id)?.kind, "verified");
  repository.close();
  return places.sort((a, b) => a - b);
}

test("a kill leaves the first episodes of the log, and the same import does the rest", async () => {
  const whole = join(folder, "whole");
  const start = performance.now();
  await gleaner(whole, importing("a"));
  const tookMs = performance.now() - start;
  const dump = await gleaner(whole, ["dump"]);
  await killAgainAndAgain({
    folder,
    kills: KILLS,
    async run(project, killAfterMs) {
      const output = await gleaner(project, importing("a"), killAfterMs);
      const places = placesIn(project);
      assert.deepEqual(places, [...places.keys()]);
      return output;
    },
    moments: random("kill a long import"),
    latestMs: tookMs,
    ended: async (project) => assert.equal(await gleaner(project, ["dump"]), dump),
  });
});

test("two long imports write into one store at once", async () => {
  const [both, after] = [join(folder, "both"), join(folder, "after")];
  await Promise.all(["a", "b"].map((run) => gleaner(both, importing(run))));
  for (const run of ["a", "b"]) await gleaner(after, importing(run));
  const lines = async (project: string) => (await gleaner(project, ["dump"]))!.split("\n").sort();
  assert.deepEqual(await lines(both), await lines(after));
});

test("a disk that fills up is told, and what is there can be read", (t) => {
  const disk = smallDisk(t, 24);
  if (!disk) return;
  const argv = [join(ROOT, "bin", "gleaner.js"), ...importing("a"), "--project", disk.folder];
  const { status, stderr } = spawnSync(process.execPath, argv, { cwd: ROOT, encoding: "utf8" });
  assert.equal(status, 1, stderr);
  assert.match(stderr, /^gleaner: \S+store\.sqlite: the disk is full \(.*\)$/m);
  assert.doesNotMatch(stderr, /\n {4}at /);
  const { status: read, stdout } = spawnSync(
    process.execPath,
    [join(ROOT, "bin", "gleaner.js"), "runs", "--project", disk.folder],
    { cwd: ROOT, encoding: "utf8" },
  );
  assert.equal(read, 0);
  assert.match(stdout, /\ba\b/);
});
