// Text is found by an index beside the store, which may be missing, behind, damaged or cut off in the middle.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { run as played, task } from "../../test/prescribed.ts";
import { temporaryFolder } from "../../test/temporary.ts";
import type { TrajectoryId } from "../core/ids.ts";
import type { Repository } from "../core/repository.ts";
import type { Trajectory } from "../core/trajectory.ts";
import { searchIndexOf } from "./search-index.ts";
import { openSearching, type Searching } from "./searching.ts";
import { openSqlite } from "./sqlite.ts";

const folder = temporaryFolder();

function newStore(): { readonly path: string; readonly repository: Repository } {
  const path = join(mkdtempSync(join(folder, "store-")), "store.sqlite");
  const repository = openSqlite(path);
  for (const name of ["a", "b"]) repository.addRun({ name, kind: "expert", config: {} });
  repository.addTask(task);
  return { path, repository };
}

/** A trajectory that says `observation`, thinks `thought` and does `action` in its second step. */
function saying(id: string, [observation, thought, action]: readonly [string, string, string]): Trajectory {
  const plain = played(id, ["first", action], false);
  const steps = plain.steps.map((step, index) => (index === 1 ? { ...step, observation, thought } : step));
  return { ...plain, steps };
}

/** The answer once everything is indexed. */
async function whole(searching: Searching, query: string, run = "a") {
  for (;;) {
    const findings = searching.find(run, query, 10);
    if (findings.remark === null)
      return findings.found.map(({ trajectory, step, part }) => `${trajectory} ${step} ${part}`);
    await sleep(10);
  }
}

/** Asks until the index has caught up with what was added. */
async function until(searching: Searching, query: string, expected: readonly string[]): Promise<void> {
  for (let tries = 0; tries < 500; tries++) {
    const found = await whole(searching, query);
    if (JSON.stringify(found.toSorted()) === JSON.stringify(expected.toSorted())) return;
    await sleep(10);
  }
  assert.deepEqual((await whole(searching, query)).toSorted(), expected.toSorted());
}

test("words in a row are found where they are said, thought or done; the last may go on; other runs are left out", async () => {
  const { path, repository } = newStore();
  const one = saying("one", ["A red dress for <b>$20</b>, Größe M", "the red one fits", "click[Red Dress >]"]);
  repository.addTrajectory("a", one);
  repository.addTrajectory("b", saying("two", ["a red dress", "", "x"]));
  const fork = { ...one, id: "forked" as TrajectoryId, fork: { from: one.id, step: 1 } };
  repository.addTrajectory("a", { ...fork, steps: [one.steps[0]!, { ...one.steps[1]!, thought: "dresses, red" }] });
  const searching = openSearching(path, repository);
  await until(
    searching,
    "red dress",
    ["forked 1 observation", "one 1 observation", "forked 1 action", "one 1 action"].toSorted(),
  );
  const sorted = async (query: string, run?: string) => (await whole(searching, query, run)).toSorted();
  assert.deepEqual(await sorted("RED dre"), await sorted("red dress"));
  assert.deepEqual(await sorted("größe"), ["forked 1 observation", "one 1 observation"]);
  assert.deepEqual(await sorted("dress red"), []);
  assert.deepEqual(await sorted("dresses red"), ["forked 1 thought"]);
  assert.deepEqual(await sorted("red dress", "b"), ["two 1 observation"]);
  const { found } = searching.find("a", "red one", 10);
  assert.equal(found[0]!.text.slice(found[0]!.from, found[0]!.to), "red one");
  for (const query of [
    '"',
    "red OR *",
    "NEAR(",
    "a'b",
    "^",
    "{observation}:red",
    "  ",
    "]",
    "red NOT dress",
    "\u0000",
    "\ud800",
  ])
    assert.doesNotThrow(() => searching.find("a", query, 10), JSON.stringify(query));
  assert.match(searching.find("a", " - ", 10).remark!, /type a word/);
  searching.close();
  repository.close();
});

test("what is added later is found, what is removed is not, even before the index knows", async () => {
  const { path, repository } = newStore();
  repository.addTrajectory("a", saying("one", ["a blue lamp", "", "x"]));
  const searching = openSearching(path, repository);
  await until(searching, "blue lamp", ["one 1 observation"]);
  repository.addTrajectory("a", saying("later", ["", "another blue lamp", "x"]));
  repository.addTrajectory("b", saying("elsewhere", ["a blue lamp", "", "x"]));
  await until(searching, "blue lamp", ["one 1 observation", "later 1 thought"]);
  repository.removeRuns(["a"]);
  assert.deepEqual(searching.find("a", "blue lamp", 10).found, []);
  // The same id with another content, as a log that was mended: nothing of before is told.
  repository.addRun({ name: "a", kind: "expert", config: {} });
  repository.addTrajectory("a", saying("one", ["a green vase of another shop", "", "x"]));
  assert.deepEqual(searching.find("a", "blue lamp", 10).found, []);
  await until(searching, "green vase", ["one 1 observation"]);
  searching.close();
  repository.close();
});

test("more than an answer holds is said", async () => {
  const { path, repository } = newStore();
  for (let i = 0; i < 30; i++) repository.addTrajectory("a", saying(`t${i}`, ["the same door", "", "x"]));
  const searching = openSearching(path, repository);
  for (;;) {
    const { found, more, remark } = searching.find("a", "same door", 10);
    if (remark === null && found.length > 0) {
      assert.deepEqual([found.length, more], [10, true]);
      break;
    }
    await sleep(10);
  }
  searching.close();
  repository.close();
});

test("a damaged index, and one of another version, are made anew", async () => {
  const { path, repository } = newStore();
  repository.addTrajectory("a", saying("one", ["a blue lamp", "", "x"]));
  const database = new DatabaseSync(searchIndexOf(path));
  database.exec("CREATE TABLE other (x); PRAGMA user_version = 999");
  database.close();
  const first = openSearching(path, repository);
  await until(first, "blue lamp", ["one 1 observation"]);
  first.close();
  writeFileSync(searchIndexOf(path), "no database, but long enough to look like something ".repeat(100));
  const second = openSearching(path, repository);
  await until(second, "blue lamp", ["one 1 observation"]);
  second.close();
  repository.close();
});

test("an index that is deleted or damaged while it is open is made anew, and what came later is found", async () => {
  const { path, repository } = newStore();
  repository.addTrajectory("a", saying("one", ["a blue lamp", "", "x"]));
  const searching = openSearching(path, repository);
  await until(searching, "blue lamp", ["one 1 observation"]);
  for (const end of ["", "-wal", "-shm"]) rmSync(searchIndexOf(path) + end, { force: true });
  repository.addTrajectory("a", saying("later", ["a blue lamp", "", "x"]));
  await until(searching, "blue lamp", ["one 1 observation", "later 1 observation"]);
  assert.ok(existsSync(searchIndexOf(path)));
  for (const end of ["-wal", "-shm"]) rmSync(searchIndexOf(path) + end, { force: true });
  writeFileSync(searchIndexOf(path), "no database ".repeat(2000));
  repository.addTrajectory("a", saying("last", ["a blue lamp", "", "x"]));
  const all = ["one 1 observation", "later 1 observation", "last 1 observation"];
  await until(searching, "blue lamp", all);
  searching.close();
  repository.close();
});

test("two viewers at once, one of them killed in the middle: the other one finds everything, each place once", async () => {
  const { path, repository } = newStore();
  for (let i = 0; i < 1500; i++) repository.addTrajectory("a", saying(`t${i}`, [`place ${i}`, "", `go ${i}`]));
  repository.addTrajectory("a", saying("zz", ["the last of all", "", "x"]));
  const other = `
    const { openSearching } = await import(${JSON.stringify(import.meta.resolve("./searching.ts"))});
    const { openSqlite } = await import(${JSON.stringify(import.meta.resolve("./sqlite.ts"))});
    const path = ${JSON.stringify(path)};
    const searching = openSearching(path, openSqlite(path));
    setInterval(() => searching.find("a", "place", 10), 5);`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", other], { stdio: "ignore" });
  while (!existsSync(searchIndexOf(path)) || statSync(searchIndexOf(path)).size === 0) await sleep(5);
  const searching = openSearching(path, repository);
  searching.find("a", "place", 10);
  await sleep(30);
  child.kill("SIGKILL");
  await once(child, "exit");
  await until(searching, "last of all", ["zz 1 observation"]);
  await until(searching, "place 1499", ["t1499 1 observation"]);
  await until(searching, "go 777", ["t777 1 action"]);
  const index = new DatabaseSync(searchIndexOf(path));
  assert.equal(index.prepare("SELECT count(*) AS count FROM trajectories").get()!.count, 1501);
  assert.equal(index.prepare("PRAGMA integrity_check").get()!.integrity_check, "ok");
  index.close();
  searching.close();
  repository.close();
});

test("where nothing can be written beside the store, trajectories are read instead, and the answer says so", () => {
  const { repository } = newStore();
  repository.addTrajectory("a", saying("one", ["a blue lamp", "", "x"]));
  const searching = openSearching(join(folder, "nowhere", "store.sqlite"), repository);
  const { found, remark } = searching.find("a", "blue la", 10);
  assert.deepEqual(
    found.map(({ trajectory, step, part }) => [trajectory, step, part]),
    [["one", 1, "observation"]],
  );
  assert.match(remark!, /nothing can be written beside the store, so there is no index/);
  searching.close();
  repository.close();
});
