/**
 * What the examples of training sets are made of, in a table of its own, so that whoever asks for those of one trajectory need
 * not read a whole set. It says nothing that the examples do not say, so no dump holds it.
 */
import type { DatabaseSync, SQLOutputValue } from "node:sqlite";
import type { TrajectoryId } from "../core/ids.ts";
import { type Example, type ExampleSource, sourcesOf } from "../core/training.ts";
import { DamagedError } from "./guard.ts";
import { decoded } from "./shapes.ts";

/** `part`: a place in PARTS. */
const TABLE = `
  CREATE TABLE example_sources (
    training_set TEXT NOT NULL,
    trajectory TEXT NOT NULL,
    position INTEGER NOT NULL,
    part INTEGER NOT NULL,
    reason TEXT,
    PRIMARY KEY (training_set, trajectory, position, part)
  ) WITHOUT ROWID`;

const PARTS: readonly ExampleSource["part"][] = ["example", "preferred", "rejected"];

export interface Sources {
  /** Notes an example, in the transaction in which it is stored. */
  add(set: string, position: number, example: Example): void;
  /** Of a set of so many examples, in order; of one trajectory, where it is given. */
  of(set: string, examples: number, trajectory?: string): ExampleSource[];
}

export function sourcesOn(database: DatabaseSync): Sources {
  const columns = "SELECT position, part, trajectory, reason FROM example_sources WHERE training_set = ?";
  const select = database.prepare(`${columns} ORDER BY position, part`);
  const selectOne = database.prepare(`${columns} AND trajectory = ? ORDER BY position, part`);
  const count = database.prepare(
    "SELECT count(DISTINCT position) AS count FROM example_sources WHERE training_set = ? AND position < ?",
  );
  /** Sets of which every example is known to be noted. Stored sets do not change. */
  const complete = new Set<string>();
  return {
    add: adding(database),
    of(set, examples, trajectory) {
      if (!complete.has(set) && Number(count.get(set, examples)!.count) !== examples)
        throw new DamagedError(
          `training set ${set}: expected to know what each of its ${examples} examples is made of`,
        );
      complete.add(set);
      const rows = trajectory === undefined ? select.all(set) : selectOne.all(set, trajectory);
      return rows.map(fromRow).filter(({ position }) => position < examples);
    },
  };
}

/** Makes the table in a database that may hold training sets already. */
export function addSources(database: DatabaseSync): void {
  database.exec(TABLE);
  const add = adding(database);
  const rows = database.prepare("SELECT training_set, position, body FROM training_set_examples").iterate();
  for (const { training_set: set, position, body } of rows) {
    const example = readable(`${position} in training set ${set}`, body);
    if (example) add(String(set), Number(position), example);
  }
}

/** undefined for a damaged body: nothing is noted, and whoever asks for the set is told. */
function readable(key: string, body: unknown): Example | undefined {
  for (const kind of ["example of sft", "example of dpo"] as const) {
    try {
      return decoded<Example>(kind, key, body);
    } catch (error) {
      if (!(error instanceof DamagedError)) throw error;
    }
  }
  return undefined;
}

function adding(database: DatabaseSync): Sources["add"] {
  const insert = database.prepare(
    "INSERT OR IGNORE INTO example_sources (training_set, trajectory, position, part, reason) VALUES (?, ?, ?, ?, ?)",
  );
  return (set, position, example) => {
    for (const { part, trajectory, reason } of sourcesOf(example, position))
      insert.run(set, trajectory, position, PARTS.indexOf(part), reason);
  };
}

const fromRow = ({ position, part, trajectory, reason }: Readonly<Record<string, SQLOutputValue>>): ExampleSource => ({
  position: Number(position),
  part: PARTS[Number(part)]!,
  trajectory: trajectory as TrajectoryId,
  reason: reason as string | null,
});
