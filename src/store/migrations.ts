/**
 * The tables, and how a database of an older version becomes one of this version.
 *
 * A row is its key and the record itself as canonical JSON, so adding the same record twice can be told from adding
 * another one under its key. Rows are only ever added. `position` keeps the order in which rows came; it is never shown.
 */
import type { DatabaseSync } from "node:sqlite";
import { StoreError } from "../core/errors.ts";
import { canonicalJson } from "../core/json.ts";
import { DamagedError } from "./guard.ts";
import { addMembers } from "./members.ts";
import { addSources } from "./sources.ts";
import { addSummaries } from "./summaries.ts";
import { transaction } from "./transaction.ts";

/** "glnr": marks a file as ours, so that another program's database is never written to. */
const APPLICATION_ID = 0x676c6e72;

/** Version n of a database has had the first n of these. Never edit one that was released: add another. */
const migrations: readonly (string | ((database: DatabaseSync) => void))[] = [
  `
  CREATE TABLE runs (position INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, body TEXT NOT NULL);
  CREATE TABLE tasks (id TEXT NOT NULL PRIMARY KEY, body TEXT NOT NULL);
  CREATE TABLE trajectories (
    id TEXT NOT NULL PRIMARY KEY,
    run TEXT NOT NULL REFERENCES runs (name),
    task TEXT NOT NULL REFERENCES tasks (id),
    parent TEXT REFERENCES trajectories (id),
    body TEXT NOT NULL
  );
  CREATE INDEX trajectories_by_run ON trajectories (run, id);
  CREATE TABLE verifications (trajectory TEXT NOT NULL PRIMARY KEY, body TEXT NOT NULL);
  CREATE TABLE training_sets (id TEXT NOT NULL PRIMARY KEY, body TEXT NOT NULL);
  CREATE TABLE checkpoints (id TEXT NOT NULL PRIMARY KEY, body TEXT NOT NULL);
  CREATE TABLE metrics (
    checkpoint TEXT NOT NULL,
    step INTEGER NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (checkpoint, step)
  );
  CREATE TABLE rounds (
    position INTEGER PRIMARY KEY,
    run TEXT NOT NULL REFERENCES runs (name),
    method TEXT NOT NULL,
    seed INTEGER NOT NULL,
    iteration INTEGER NOT NULL,
    body TEXT NOT NULL,
    UNIQUE (run, method, seed, iteration)
  );
  CREATE TABLE timings (position INTEGER PRIMARY KEY, run TEXT NOT NULL REFERENCES runs (name), body TEXT NOT NULL);
  CREATE INDEX timings_by_run ON timings (run);
  `,
  // A trajectory's id follows from what was asked for, so several runs may ask for the same one.
  `
  CREATE TABLE reuses (
    run TEXT NOT NULL REFERENCES runs (name),
    trajectory TEXT NOT NULL REFERENCES trajectories (id),
    PRIMARY KEY (run, trajectory)
  ) WITHOUT ROWID;
  `,
  splitTrainingSets,
  addSummaries,
  // Completions may be kept around their thoughts (completions.ts), which older versions cannot read.
  "",
  addMembers,
  addSources,
];

/** Throws StoreError, before anything is written, for another program's database and for a newer version. */
export function expectOurs(database: DatabaseSync, path: string): void {
  const tables = database.prepare("SELECT count(*) AS count FROM sqlite_schema").get()!.count as number;
  if (tables > 0 && pragma(database, "application_id") !== APPLICATION_ID)
    throw new StoreError(`${path}: this is another program's SQLite database, expected one made by gleaner`);
  const version = pragma(database, "user_version");
  if (version > migrations.length)
    throw new StoreError(
      `${path}: written by a newer gleaner (its schema version is ${version}, the newest known here ${migrations.length}); update gleaner to open it`,
    );
}

/** Whether `database` is of an older version than this one. */
export const isOld = (database: DatabaseSync): boolean => pragma(database, "user_version") < migrations.length;

/** Brings a database of any older version to this one. */
export function migrate(database: DatabaseSync): void {
  if (!isOld(database)) return;
  // Another process may be doing the same: whoever gets the lock first migrates, the other sees its version.
  transaction(database, () => {
    for (const migration of migrations.slice(pragma(database, "user_version"))) {
      if (typeof migration === "string") database.exec(migration);
      else migration(database);
    }
    database.exec(`PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${migrations.length}`);
  });
}

/**
 * Training sets as a head and a row for each example, as one text cannot hold a large set. The old table goes: an older
 * gleaner that is still at work is told so by SQLite, and cannot write a set that nobody would find.
 */
function splitTrainingSets(database: DatabaseSync): void {
  database.exec(`
    CREATE TABLE training_set_heads (id TEXT NOT NULL PRIMARY KEY, examples INTEGER NOT NULL, body TEXT NOT NULL);
    CREATE TABLE training_set_examples (
      training_set TEXT NOT NULL,
      position INTEGER NOT NULL,
      body TEXT NOT NULL,
      PRIMARY KEY (training_set, position)
    );
  `);
  const old = database.prepare("SELECT body FROM training_sets WHERE id = ?");
  const insertHead = database.prepare("INSERT INTO training_set_heads (id, examples, body) VALUES (?, ?, ?)");
  const insertExample = database.prepare(
    "INSERT INTO training_set_examples (training_set, position, body) VALUES (?, ?, ?)",
  );
  for (const { id } of database.prepare("SELECT id FROM training_sets").all()) {
    const { examples, ...head } = wholeSet(id as string, old.get(id as string)?.body);
    for (const [position, example] of examples.entries())
      insertExample.run(id as string, position, canonicalJson(example));
    insertHead.run(id as string, examples.length, canonicalJson(head));
  }
  database.exec("DROP TABLE training_sets");
}

/** A training set as it was kept before, in one text. */
function wholeSet(id: string, body: unknown): { readonly examples: readonly unknown[] } {
  try {
    const set = JSON.parse(String(body));
    if (Array.isArray(set?.examples)) return set;
  } catch {
    // Said below.
  }
  throw new DamagedError(`training set ${id}: expected JSON with a list of examples`);
}

function pragma(database: DatabaseSync, name: string): number {
  return Object.values(database.prepare(`PRAGMA ${name}`).get()!)[0] as number;
}
