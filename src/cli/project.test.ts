// Disks that are full or read-only: test/slow/no-room.test.ts.
import assert from "node:assert/strict";
import { existsSync, mkdirSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { gleanerHere } from "../../test/command-here.ts";
import { addSyntheticRun } from "../../test/synthetic-run.ts";
import { temporaryFolder } from "../../test/temporary.ts";
import { openSqlite } from "../store/sqlite.ts";

const READING = [
  ["runs"],
  ["report", "demo"],
  ["dump"],
  ["verify", "demo"],
  ["export", "demo", "--to", "trl", "--out", "nowhere"],
  ["compare", "demo", "other"],
  ["show", "demo"],
];

/** A project with a finished run. */
function filled(): string {
  const folder = temporaryFolder();
  const repository = openSqlite(join(folder, "store.sqlite"));
  addSyntheticRun(repository);
  repository.close();
  return folder;
}

test("a command that only reads makes no project, and says where it looked", async (context) => {
  const folder = join(temporaryFolder(), "missing");
  for (const command of READING) {
    const { code, output } = await gleanerHere(context, ...command, "--project", folder);
    assert.equal(code, 2, output);
    assert.match(output, /^gleaner: --project .*missing: there is no project in .*missing; give the folder of one/);
    assert(!existsSync(folder));
  }
});

test("a store that is empty or gone beside checkpoints is not taken for a new one", async (context) => {
  const folder = filled();
  const store = join(folder, "store.sqlite");
  mkdirSync(join(folder, "checkpoints", "0a1b"), { recursive: true });
  const commands = [...READING, ["expert", "scripted", "--env", "workshop", "--out", "again"]];
  truncateSync(store);
  for (const what of ["is empty", "is gone"]) {
    for (const command of commands) {
      const { code, output } = await gleanerHere(context, ...command, "--project", folder);
      assert.equal(code, 1, output);
      assert.match(
        output,
        /^gleaner: .*store\.sqlite .*, but .*checkpoints holds one checkpoint: put a copy of the store/,
      );
      assert(output.includes(what), output);
    }
    rmSync(store, { force: true });
  }
  assert(!existsSync(store));
  rmSync(join(folder, "checkpoints"), { recursive: true });
  const { code } = await gleanerHere(context, ...commands.at(-1)!, "--tasks", "1", "--project", folder);
  assert.equal(code, 0);
});

test("a report whose files cannot be written is shown, says why, and ends with 1", async (context) => {
  const folder = filled();
  writeFileSync(join(folder, "reports"), "in the way");
  const { code, output } = await gleanerHere(context, "report", "demo", "--project", folder);
  assert.equal(code, 1, output);
  assert.match(output, /EEF/);
  assert.match(
    output,
    /gleaner: the report's files were not written: .*reports.demo: cannot be written: a part of this/,
  );
  assert.doesNotMatch(output, /report\.html/);
  const markdown = await gleanerHere(context, "report", "demo", "--markdown", "--project", folder);
  assert.equal(markdown.code, 0, "it writes no files");
});
