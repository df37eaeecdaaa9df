/** Stores: a good one cut, with bits changed, with records of another shape, and files that are no store. */
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { Json } from "../../src/core/json.ts";
import { random } from "../../src/core/random.ts";
import { openSqlite } from "../../src/store/sqlite.ts";
import { winning } from "../corridor.ts";
import { importCorridor, jsonLines, logOf } from "../logs.ts";
import { cuts, flips } from "../mutating.ts";
import type { HostileCase, Reading } from "./judging.ts";

const BODIES: readonly string[] = [
  "null",
  "{}",
  "[]",
  "7",
  "-0.5",
  '""',
  "true",
  "[[[]]]",
  "{",
  "",
  '{"__proto__": 1}',
  "\u001b[2J",
];
const TABLES = [
  "runs",
  "tasks",
  "trajectories",
  "verifications",
  "training_set_heads",
  "checkpoints",
  "metrics",
  "rounds",
  "timings",
];

/** A store with a record of every kind, at `path`. */
async function goodStore(path: string, write: (name: string, content: string) => string): Promise<void> {
  const repository = openSqlite(path);
  await importCorridor(repository, [
    write("good.jsonl", jsonLines([await logOf(3, winning(3)), await logOf(4, winning(4))])),
  ]);
  const [id] = repository.trajectoriesOf("logs");
  repository.addTrainingSet("s".repeat(20) as never, { kind: "sft", examples: [] });
  repository.addCheckpoint({
    id: "c".repeat(20),
    parent: null,
    trainingSet: null,
    trainer: "t",
    at: { kind: "folder", path: "x" },
  } as never);
  repository.addMetrics("c".repeat(20) as never, 1, { loss: 1 });
  const at = { run: "logs", method: "bc", seed: 1, iteration: 1 };
  repository.addTiming({ ...at, phase: "train", milliseconds: 5 } as never);
  const made = { trainingSet: "s".repeat(20), checkpoint: "c".repeat(20), counts: {} };
  repository.addRound({ ...at, row: 0, expert: [id], explored: [], probed: [], evaluated: [id], ...made } as never);
  repository.close();
  // What is still in the log beside it belongs to the file.
  const database = new DatabaseSync(path);
  database.exec("PRAGMA wal_checkpoint(TRUNCATE)");
  database.close();
}

export async function* hostileStores(
  folder: string,
  write: (name: string, content: string) => string,
): AsyncGenerator<HostileCase> {
  const good = join(folder, "good.sqlite");
  await goodStore(good, write);
  const bytes = readFileSync(good);
  const expected = countsOf(good);
  const path = join(folder, "hostile.sqlite");
  const fresh = () => {
    for (const end of ["", "-wal", "-shm"]) rmSync(`${path}${end}`, { recursive: true, force: true });
  };
  const file = (name: string, content: Uint8Array): HostileCase => ({
    name,
    place: "hostile.sqlite",
    read() {
      fresh();
      writeFileSync(path, content);
      return readStore(path, expected);
    },
  });
  yield { ...file("good", bytes), expected: "read" };
  // Without a byte it is a store that begins, as SQLite has it.
  for (const [name, content] of cuts(bytes, 40)) if (content.length > 0) yield file(name, content);
  for (const [name, content] of flips(bytes, 60, random("store"))) yield file(name, content);
  for (let page = 0; page * 4096 < bytes.length; page += 3) {
    const copy = Buffer.from(bytes);
    copy.fill(0, page * 4096, (page + 1) * 4096);
    yield file(`page ${page} of zeros`, copy);
  }
  for (const text of ["hello", "SQLite format 3\u0000", "PK\u0003\u0004", "{}"])
    yield file(`a text ${text.length}`, Buffer.from(text));
  for (const table of TABLES) {
    for (const body of BODIES) {
      yield {
        name: `a body of ${table} = ${body}`,
        place: "hostile.sqlite",
        read() {
          fresh();
          copyFileSync(good, path);
          changeBody(path, table, body);
          return readStore(path, expected);
        },
      };
    }
  }
  yield {
    name: "a folder",
    place: "hostile.sqlite",
    read() {
      fresh();
      mkdirSync(path);
      return readStore(path, expected);
    },
  };
  yield {
    name: "another program's",
    place: "hostile.sqlite",
    read() {
      fresh();
      const database = new DatabaseSync(path);
      database.exec("CREATE TABLE notes (text); INSERT INTO notes VALUES ('mine')");
      database.close();
      return readStore(path, expected);
    },
  };
}

function changeBody(path: string, table: string, body: string): void {
  const database = new DatabaseSync(path);
  database.prepare(`UPDATE ${table} SET body = ?`).run(body);
  database.close();
}

/** Rows of each kind, as the file itself has them. */
function countsOf(path: string): number {
  const database = new DatabaseSync(path, { readOnly: true });
  const count = (table: string) => Number(database.prepare(`SELECT count(*) AS n FROM ${table}`).get()!.n);
  const sum = TABLES.filter((table) => table !== "timings").reduce((total, table) => total + count(table), 0);
  database.close();
  return sum;
}

/** What `dump`, `runs` and `report` read. */
function readStore(path: string, expected: number): Reading {
  const repository = openSqlite(path);
  try {
    const dumped: Json[] = [...repository.dump()];
    for (const { name } of repository.runs()) {
      for (const id of repository.trajectoriesOf(name)) {
        repository.trajectory(id);
        repository.verification(id);
      }
      repository.rounds(name);
      repository.timings(name);
    }
    const found = dumped.length;
    return { lost: found < expected ? `${expected - found} of ${expected} records` : undefined };
  } finally {
    repository.close();
  }
}
