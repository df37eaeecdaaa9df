// Where nothing can be written is tested on read-only and full file systems in test/slow/no-room.test.ts. Here a link in the
// place of SQLite's index has the same effect: SQLite follows no link, so it can neither make the index nor read it.
import assert from "node:assert/strict";
import { fork, spawnSync } from "node:child_process";
import { copyFileSync, existsSync, readdirSync, readFileSync, rmSync, symlinkSync, truncateSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { test } from "node:test";
import * as samples from "../../test/contract/samples.ts";
import { BACK_TO_2 } from "../../test/older-store.ts";
import { temporaryFolder } from "../../test/temporary.ts";
import { StoreError } from "../core/errors.ts";
import type { TrainingSetId } from "../core/ids.ts";
import type { Repository } from "../core/repository.ts";
import { openSqlite, readSqlite } from "./sqlite.ts";

const SET = "set" as TrainingSetId;
const fresh = () => join(temporaryFolder(), "store.sqlite");
const dump = (repository: Repository) => [...repository.dump()].join("");

function fill(path: string): void {
  const repository = openSqlite(path);
  repository.addRun(samples.run);
  repository.addTask(samples.task);
  repository.addTrajectory(samples.run.name, samples.trajectory);
  repository.addTrainingSet(SET, samples.trainingSet);
  repository.close();
}

// The child of the next function: adds records, and stays.
if (process.env.GLEANER_READING_CHILD) {
  fill(process.env.GLEANER_READING_CHILD);
  openSqlite(process.env.GLEANER_READING_CHILD).addTask({ ...samples.task, id: "world/train/2" as never });
  process.send!("filled");
  setInterval(() => {}, 1000);
}

/** A store whose writer was killed: some of it is only in its log. */
async function leftByAKill(path: string): Promise<void> {
  const child = fork(import.meta.filename, {
    env: { ...process.env, GLEANER_READING_CHILD: path, NODE_TEST_CONTEXT: undefined },
    execArgv: ["--disable-warning=ExperimentalWarning"],
  });
  await new Promise((done) => child.once("message", done));
  child.kill("SIGKILL");
  await new Promise((done) => child.once("close", done));
  assert(existsSync(`${path}-wal`));
}

/** Puts a link to nothing in the place of SQLite's index. */
function withoutIndex(path: string): void {
  rmSync(`${path}-shm`, { force: true });
  symlinkSync("nothing", `${path}-shm`);
}

const TIDY = `
  import { openSqlite } from ${JSON.stringify(new URL("./sqlite.ts", import.meta.url).href)};
  openSqlite(process.argv[1]).close();
`;

/** Copies are counted, so nobody else's may lie beside them. */
process.env.TMPDIR = temporaryFolder();
const temporaryCopies = () => readdirSync(tmpdir()).filter((name) => name.startsWith("gleaner-store-"));

test("a reader reads, adds nothing, and leaves nothing behind", () => {
  const path = fresh();
  fill(path);
  const before = readFileSync(path);
  const repository = readSqlite(path);
  assert.deepEqual(repository.trainingSet(SET), samples.trainingSet);
  assert.throws(() => repository.addTask({ ...samples.task, id: "world/train/9" as never }), {
    name: StoreError.name,
    message: /cannot be written to/,
  });
  repository.sync();
  repository.close();
  assert.throws(() => repository.runs(), { message: /the store is closed/ });
  assert.deepEqual(readFileSync(path), before);
  assert.deepEqual(readdirSync(dirname(path)), ["store.sqlite"]);
});

test("a reader sees what a writer adds, and does not disturb it", () => {
  const path = fresh();
  fill(path);
  const [writer, reader] = [openSqlite(path), readSqlite(path)];
  writer.addRun({ ...samples.run, name: "second" });
  assert.deepEqual(
    reader.runs().map(({ name }) => name),
    ["first", "second"],
  );
  reader.close();
  writer.addRun({ ...samples.run, name: "third" });
  writer.close();
});

test("a store that is not there is not made", () => {
  const path = fresh();
  assert.throws(() => readSqlite(path), { name: StoreError.name, message: `${path}: there is no such file` });
  assert(!existsSync(path));
});

test("without an index a store is read as it is, until another process writes to it", async () => {
  const path = fresh();
  fill(path);
  const expected = dumpOf(path);
  withoutIndex(path);
  const copies = temporaryCopies();
  const reader = readSqlite(path);
  assert.equal(dump(reader), expected);
  assert.deepEqual(temporaryCopies(), copies);

  rmSync(`${path}-shm`);
  await leftByAKill(path);
  // What was added is in the log only, and the reader goes on with what there was.
  assert.equal(dump(reader), expected);
  // Another process opens it, and SQLite tidies up behind the one that was killed.
  spawnSync(process.execPath, ["--disable-warning=ExperimentalWarning", "--input-type=module", "-e", TIDY, path]);
  const said = {
    name: StoreError.name,
    message: /another process wrote to it while it was read; run the command again/,
  };
  assert.throws(() => reader.runs(), said);
  assert.throws(() => dump(reader), said);
  reader.close();
});

test("what a killed writer left in its log is read, with an index or without one", async () => {
  const path = fresh();
  await leftByAKill(path);
  const moved = join(temporaryFolder(), "store.sqlite");
  for (const part of ["", "-wal"]) copyFileSync(path + part, moved + part);
  const [before, log] = [readFileSync(moved), readFileSync(`${moved}-wal`)];
  withoutIndex(moved);
  const copies = temporaryCopies();
  const reader = readSqlite(moved);
  assert.equal(temporaryCopies().length, copies.length + 1);
  const read = dump(reader);
  reader.close();
  assert.deepEqual(temporaryCopies(), copies);
  assert.deepEqual([readFileSync(moved), readFileSync(`${moved}-wal`)], [before, log]);

  assert.match(read, /world\/train\/2/);
  assert.equal(dumpOf(path), read);
});

test("a store of an older version is read where it cannot be brought up to date, and stays as it is", () => {
  const path = fresh();
  fill(path);
  const expected = dumpOf(path);
  older(path);
  withoutIndex(path);
  const before = readFileSync(path);
  const reader = readSqlite(path);
  assert.equal(dump(reader), expected);
  reader.close();
  assert.deepEqual(readFileSync(path), before);

  rmSync(`${path}-shm`);
  assert.equal(dumpOf(path), expected);
  const raw = new DatabaseSync(path);
  assert.equal(raw.prepare("PRAGMA user_version").get()!.user_version, 7);
  raw.close();
});

test("where no copy can be made that is needed, one sentence says so", async () => {
  const path = fresh();
  await leftByAKill(path);
  withoutIndex(path);
  const before = process.env.TMPDIR;
  process.env.TMPDIR = path;
  try {
    assert.throws(() => readSqlite(path), {
      name: StoreError.name,
      message: /a copy is needed to read it, and none can be made in .*: a part of this path is a file.*; set TMPDIR/,
    });
  } finally {
    if (before === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = before;
  }
});

test("an empty file beside a log with something in it is not taken for a new store", async () => {
  const path = fresh();
  await leftByAKill(path);
  truncateSync(path);
  const log = readFileSync(`${path}-wal`);
  for (const open of [openSqlite, readSqlite])
    assert.throws(() => open(path), { name: StoreError.name, message: /the file is empty, but its log .* is not/ });
  assert.deepEqual(readFileSync(`${path}-wal`), log);
});

function dumpOf(path: string): string {
  const reader = readSqlite(path);
  const text = dump(reader);
  reader.close();
  return text;
}

/** Makes a store what an older gleaner would have written. */
function older(path: string): void {
  const reader = readSqlite(path);
  const set = JSON.stringify(reader.trainingSet(SET));
  reader.close();
  const raw = new DatabaseSync(path);
  raw.exec(BACK_TO_2);
  raw.prepare("INSERT INTO training_sets (id, body) VALUES (?, ?)").run(SET, set);
  raw.close();
}
