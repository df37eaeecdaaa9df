import assert from "node:assert/strict";
import { fork } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { after, test } from "node:test";
import { repositoryContract } from "../../test/contract/repository.ts";
import { BACK_TO_3, BACK_TO_5 } from "../../test/older-store.ts";
import { addSyntheticRun } from "../../test/synthetic-run.ts";
import { StoreError } from "../core/errors.ts";
import { type TaskId, type TrajectoryId, taskId, trajectoryId } from "../core/ids.ts";
import type { Repository } from "../core/repository.ts";
import type { Trajectory } from "../core/trajectory.ts";
import { openSqlite, openTemporary } from "./sqlite.ts";

const folder = mkdtempSync(join(tmpdir(), "gleaner-store-"));
after(() => rmSync(folder, { recursive: true, force: true }));
let files = 0;
const fresh = () => join(folder, `${++files}.db`);

/** Lines of the dump. */
const linesIn = (repository: Repository) => [...repository.dump()].join("").split("\n").length - 1;

repositoryContract("sqlite", () => openSqlite(":memory:"));
repositoryContract("a temporary store", openTemporary);

/** The n-th trajectory of a family in which every second one forks from the one before. */
function member(index: number): Trajectory {
  const step = (action: string) => ({
    observation: "o",
    thought: "",
    action,
    completion: action,
    reward: 0,
    usage: null,
  });
  const parent = index % 2 === 1 ? index - 1 : null;
  const prefix = [step(`first of ${parent ?? index}`)];
  return {
    id: trajectoryId(`t${String(index).padStart(6, "0")}`),
    taskId: taskId("world/train/1"),
    policy: "p",
    seed: index,
    fork: parent === null ? null : { from: trajectoryId(`t${String(parent).padStart(6, "0")}`), step: 1 },
    steps: [...prefix, ...Array.from({ length: 20 }, (_, i) => step(`${index}:${i}`))],
    finalObservation: "",
    return: 0,
    success: false,
    outcome: { kind: "truncated", limit: "steps" },
  };
}

function withFoundations(repository: Repository): Repository {
  repository.addRun({ name: "run", kind: "experiment", config: {} });
  repository.addTask({ id: taskId("world/train/1"), split: "train", category: "", instruction: "", data: null });
  return repository;
}

function filled(path: string, count: number): void {
  const repository = withFoundations(openSqlite(path));
  for (let index = 0; index < count; index++) repository.addTrajectory("run", member(index));
  repository.close();
}

// The child of the next test: adds trajectories for ever and acknowledges each one.
if (process.env.GLEANER_STORE_CHILD) {
  const repository = withFoundations(openSqlite(process.env.GLEANER_STORE_CHILD));
  for (let index = 0; ; index++) {
    repository.addTrajectory("run", member(index));
    writeFileSync(1, `${index}\n`);
  }
}

test("what was acknowledged survives a kill at any moment", async () => {
  const path = fresh();
  for (const enough of [1, 150]) {
    const child = fork(import.meta.filename, {
      env: { ...process.env, GLEANER_STORE_CHILD: path, NODE_TEST_CONTEXT: undefined },
      execArgv: ["--disable-warning=ExperimentalWarning"],
      stdio: ["ignore", "pipe", "inherit", "ipc"],
    });
    let output = "";
    child.stdout!.setEncoding("utf8").on("data", (chunk: string) => {
      output += chunk;
      if (output.split("\n").length > enough) child.kill("SIGKILL");
    });
    await new Promise((done) => child.on("close", done));
    const acknowledged = output.split("\n").length - 1;
    assert(acknowledged >= enough);

    const repository = openSqlite(path);
    const ids = repository.trajectoriesOf("run");
    assert(ids.length >= acknowledged, `${ids.length} stored, ${acknowledged} acknowledged`);
    for (const [index, id] of ids.entries()) assert.deepEqual(repository.trajectory(id), member(index));
    assert.equal(linesIn(repository), ids.length + 2);
    repository.close();
  }
});

test("what one process adds another one reads while both are open", () => {
  const path = fresh();
  const writer = withFoundations(openSqlite(path));
  const reader = openSqlite(path);
  writer.addTrajectory("run", member(0));
  assert.deepEqual(reader.trajectory(member(0).id), member(0));
  reader.addTrajectory("run", member(1));
  assert.deepEqual(writer.trajectoriesOf("run"), [member(0).id, member(1).id]);
  writer.close();
  reader.close();
});

test("a read that is left half way does not keep the store from being used", () => {
  const path = fresh();
  filled(path, 4);
  const repository = openSqlite(path);
  for (const line of repository.dump()) {
    assert(line);
    break;
  }
  repository.addTrajectory("run", member(4));
  assert.equal(repository.trajectoriesOf("run").length, 5);
  repository.close();
});

const refuses = (path: string, message: RegExp) =>
  assert.throws(
    () => openSqlite(path),
    (error: unknown) => {
      assert(error instanceof StoreError);
      assert(error.message.startsWith(path), error.message);
      assert.match(error.message, message);
      return true;
    },
  );

test("a newer version, another program's database, no database, no folder: StoreError", () => {
  const newer = fresh();
  openSqlite(newer).close();
  const raw = new DatabaseSync(newer);
  raw.exec("PRAGMA user_version = 99");
  raw.close();
  refuses(newer, /newer gleaner \(its schema version is 99, the newest known here \d+\)/);

  const other = fresh();
  const theirs = new DatabaseSync(other);
  theirs.exec("CREATE TABLE notes (text TEXT)");
  theirs.close();
  const untouched = readFileSync(other);
  refuses(other, /another program/);
  assert.deepEqual(readFileSync(other), untouched);

  const text = fresh();
  writeFileSync(text, "This is not a database. ".repeat(100));
  refuses(text, /not a gleaner database/);
  assert(readFileSync(text, "utf8").startsWith("This is not"));

  refuses(join(folder, "missing", "x.db"), /cannot be opened/);
  assert(!existsSync(join(folder, "missing")));
});

test("a damaged file is named, never read as something else", () => {
  const readAll = (path: string) => {
    const repository = openSqlite(path);
    try {
      for (const id of repository.trajectoriesOf("run"))
        assert.deepEqual(repository.trajectory(id), member(Number(id.slice(1))));
      assert.equal(linesIn(repository), 202);
    } finally {
      repository.close();
    }
  };
  const whole = fresh();
  filled(whole, 200);
  readAll(whole);

  const cut = fresh();
  filled(cut, 200);
  truncateSync(cut, Math.floor(statSync(cut).size / 2));
  assert.throws(() => readAll(cut), { name: StoreError.name, message: new RegExp(`^${cut}: the file is damaged`) });

  const overwritten = fresh();
  filled(overwritten, 200);
  writeFileSync(overwritten, readFileSync(overwritten).fill(0xff, 8192));
  assert.throws(() => readAll(overwritten), { name: StoreError.name, message: new RegExp(`^${overwritten}: `) });

  const badRecord = fresh();
  filled(badRecord, 1);
  const raw = new DatabaseSync(badRecord);
  raw.exec("UPDATE trajectories SET body = '{'");
  raw.close();
  assert.throws(() => readAll(badRecord), { name: StoreError.name, message: /the file is damaged/ });
});

/** A store as it was before anything was counted: at version 3. */
function withoutSummaries(path: string, change = ""): void {
  const raw = new DatabaseSync(path);
  raw.exec(`${BACK_TO_3} ${change}`);
  raw.close();
}

test("what is counted of trajectories that an older version stored is found when their store is opened", () => {
  const path = fresh();
  filled(path, 20);
  const before = openSqlite(path);
  const [summaries, dump] = [before.summariesOf("run"), [...before.dump()]];
  before.close();
  withoutSummaries(path);
  const after = openSqlite(path);
  assert.deepEqual(after.summariesOf("run"), summaries);
  assert.deepEqual([...after.dump()], dump);
  after.close();
});

/** What a viewer looks up in `repository`. */
const lookedUp = (repository: Repository) => ({
  heads: repository.roundHeads("demo"),
  members: repository.membersOn("demo", "world/train/3" as TaskId),
  sources: repository.rounds("demo").map(({ trainingSet }) => repository.exampleSources(trainingSet)),
});

test("what is looked up of rounds and training sets that an older version stored is found when their store is opened", () => {
  const path = fresh();
  const before = openSqlite(path);
  addSyntheticRun(before);
  const [found, dump] = [lookedUp(before), [...before.dump()]];
  assert(found.members.some((member) => member.in.length > 1));
  before.close();
  const raw = new DatabaseSync(path);
  raw.exec(BACK_TO_5);
  raw.close();
  const after = openSqlite(path);
  assert.deepEqual(lookedUp(after), found);
  assert.deepEqual([...after.dump()], dump);
  after.close();
});

test("a damaged round, or example, of an older store is told when it is asked for, not before", () => {
  const path = fresh();
  const before = openSqlite(path);
  addSyntheticRun(before);
  const [first] = before.rounds("demo");
  before.close();
  const raw = new DatabaseSync(path);
  raw.exec(`${BACK_TO_5} UPDATE rounds SET body = '{' WHERE method = 'BC' AND seed = 1`);
  raw
    .prepare("UPDATE training_set_examples SET body = '{}' WHERE training_set = ? AND position = 1")
    .run(first!.trainingSet);
  raw.close();
  const after = openSqlite(path);
  const damaged = { name: StoreError.name, message: /the file is damaged/ };
  assert.throws(() => after.roundHeads("demo"), damaged);
  assert.throws(() => after.exampleSources(first!.trainingSet, "x" as TrajectoryId), damaged);
  after.close();
});

test("a damaged trajectory of an older store is told when it is asked for, not before", () => {
  const path = fresh();
  filled(path, 4);
  withoutSummaries(path, "UPDATE trajectories SET body = '{' WHERE id = 't000002'");
  const repository = openSqlite(path);
  assert.equal(repository.summary(member(1).id)?.ownSteps, 20);
  assert.throws(() => repository.summary(member(2).id), { name: StoreError.name, message: /the file is damaged/ });
  repository.close();
});
