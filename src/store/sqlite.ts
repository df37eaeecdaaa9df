/**
 * The repository on SQLite (Node's own `node:sqlite`): one file, no server, safe against being killed at any moment.
 *
 * Every add is one transaction of its own in a write-ahead log, so what was acknowledged survives the process. It is
 * not a query layer: records go in and come out whole, and everything that counts or compares lives in `analysis/`.
 * There is no UPDATE and no DELETE. Text is data: it reaches SQL only as a bound parameter.
 */
import { DatabaseSync, type SQLOutputValue } from "node:sqlite";
import { CliError, messageOf, StoreError } from "../core/errors.ts";
import { canonicalJson, type Json, leaves } from "../core/json.ts";
import type { Repository } from "../core/repository.ts";
import type { Round, Run, Timing, Verification } from "../core/run.ts";
import type { Task } from "../core/task.ts";
import type { Checkpoint, TrainingSet } from "../core/training.ts";
import type { Trajectory } from "../core/trajectory.ts";
import { expectOurs, migrate } from "./migrations.ts";

const BUSY_TIMEOUT_MS = 10_000;

/**
 * Opens a store on SQLite: the database at `path`, making it if it is not there; its folder must exist. `:memory:` is kept
 * nowhere. What was added survives a kill of the process. Throws StoreError naming the file if it cannot be opened, is
 * damaged, is of a newer version or of another program.
 */
export function openSqlite(path: string): Repository {
  return guarded(path, () => {
    const database = new DatabaseSync(path);
    try {
      database.exec(`PRAGMA busy_timeout = ${BUSY_TIMEOUT_MS}; PRAGMA foreign_keys = ON`);
      expectOurs(database, path);
      useWriteAheadLog(database);
      migrate(database);
      return guardEach(path, repositoryOn(database));
    } catch (error) {
      database.close();
      throw error;
    }
  });
}

/** The busy timeout does not cover this switch, which two processes that open a new file at once both want to make. */
function useWriteAheadLog(database: DatabaseSync): void {
  const waitMs = 20;
  for (let waitedMs = 0; ; waitedMs += waitMs) {
    try {
      database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL");
      return;
    } catch (error) {
      if (sqliteCodeOf(error) !== SQLITE_BUSY || waitedMs >= BUSY_TIMEOUT_MS) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, waitMs);
    }
  }
}

function repositoryOn(database: DatabaseSync): Repository {
  const bodyOf = <T>(row: Record<string, SQLOutputValue> | undefined): T | undefined =>
    row && (JSON.parse(row.body as string) as T);
  const selecting = (table: string, ...keys: readonly string[]) =>
    database.prepare(`SELECT body FROM ${table} WHERE ${keys.map((key) => `${key} = ?`).join(" AND ")}`);
  const inserting = (table: string, ...columns: readonly string[]) =>
    database.prepare(
      `INSERT OR IGNORE INTO ${table} (${columns.join(", ")}) VALUES (${columns.map(() => "?").join(", ")})`,
    );

  // Prepared once: preparing costs as much as a small insert.
  const select = {
    run: selecting("runs", "name"),
    task: selecting("tasks", "id"),
    trajectory: selecting("trajectories", "id"),
    verification: selecting("verifications", "trajectory"),
    trainingSet: selecting("training_sets", "id"),
    checkpoint: selecting("checkpoints", "id"),
    round: selecting("rounds", "run", "method", "seed", "iteration"),
    runs: database.prepare("SELECT body FROM runs ORDER BY position"),
    trajectoriesOf: database.prepare(
      "SELECT id FROM trajectories WHERE run = ?1 UNION SELECT trajectory FROM reuses WHERE run = ?1 ORDER BY id",
    ),
    timings: database.prepare("SELECT body FROM timings WHERE run = ? ORDER BY position"),
    rounds: database.prepare(
      "SELECT body FROM rounds WHERE run = ? ORDER BY body ->> '$.row', method, seed, iteration",
    ),
  };
  const insert = {
    run: inserting("runs", "name", "body"),
    task: inserting("tasks", "id", "body"),
    trajectory: inserting("trajectories", "id", "run", "task", "parent", "body"),
    verification: inserting("verifications", "trajectory", "body"),
    trainingSet: inserting("training_sets", "id", "body"),
    checkpoint: inserting("checkpoints", "id", "body"),
    metrics: inserting("metrics", "checkpoint", "step", "body"),
    round: inserting("rounds", "run", "method", "seed", "iteration", "body"),
    timing: inserting("timings", "run", "body"),
    // A run that finds what it made itself, after a kill, reuses nothing.
    reuse: database.prepare(
      "INSERT OR IGNORE INTO reuses (run, trajectory) SELECT ?1, id FROM trajectories WHERE id = ?2 AND run <> ?1",
    ),
  };

  /** Adds one record, or finds that the very same is there already. */
  function add(table: "task" | "verification" | "trainingSet" | "checkpoint", id: string, record: unknown): void {
    const body = encoded(record);
    if (insert[table].run(checkedKey(id), body).changes === 0) expectSame(table, id, select[table].get(id), body);
  }

  function trajectory(id: string): Trajectory | undefined {
    const stored = bodyOf<Trajectory>(select.trajectory.get(id));
    if (!stored?.fork) return stored;
    const parent = trajectory(stored.fork.from);
    if (!parent) throw new StoreError(`trajectory ${id} forks from ${stored.fork.from}, which is not stored`);
    return { ...stored, steps: [...parent.steps.slice(0, stored.fork.step), ...stored.steps] };
  }

  /** What is stored of a trajectory. The prefix is dropped, so it must be what the parent will give back. */
  function withoutPrefix(whole: Trajectory): Trajectory {
    if (!whole.fork) return whole;
    const { from, step } = whole.fork;
    const parent = trajectory(from);
    if (!parent) throw new StoreError(`trajectory ${whole.id} forks from ${from}, which is not stored`);
    const prefix = whole.steps.slice(0, step);
    if (prefix.length !== step || canonicalJson(prefix) !== canonicalJson(parent.steps.slice(0, step)))
      throw new StoreError(
        `trajectory ${whole.id} forks from ${from} before step ${step}, but its first ${step} steps are not the parent's`,
      );
    return { ...whole, steps: whole.steps.slice(step) };
  }

  return {
    addRun(run) {
      if (insert.run.run(checkedKey(run.name), encoded(run)).changes > 0) return;
      const known = bodyOf<Run>(select.run.get(run.name))!;
      if (canonicalJson(known) !== canonicalJson(run)) throw new CliError(otherRun(known, run));
    },
    run: (name) => bodyOf<Run>(select.run.get(name)),
    runs: () => select.runs.all().map((row) => bodyOf<Run>(row)!),

    addTask: (task) => add("task", task.id, task),
    task: (id) => bodyOf<Task>(select.task.get(id)),

    addTrajectory(run, whole) {
      const body = encoded(withoutPrefix(whole));
      const parent = whole.fork ? whole.fork.from : null;
      const { changes } = insert.trajectory.run(checkedKey(whole.id), run, whole.taskId, parent, body);
      if (changes > 0) return;
      expectSame("trajectory", whole.id, select.trajectory.get(whole.id), body);
      insert.reuse.run(run, whole.id);
    },
    reuseTrajectory: (run, id) => void insert.reuse.run(run, id),
    trajectory,
    trajectoriesOf: (run) => select.trajectoriesOf.all(run).map((row) => row.id as Trajectory["id"]),

    addVerification: (verification) => add("verification", verification.trajectory, verification),
    verification: (id) => bodyOf<Verification>(select.verification.get(id)),

    addTrainingSet: (id, set) => add("trainingSet", id, set),
    trainingSet: (id) => bodyOf<TrainingSet>(select.trainingSet.get(id)),

    addCheckpoint: (checkpoint) => add("checkpoint", checkpoint.id, checkpoint),
    checkpoint: (id) => bodyOf<Checkpoint>(select.checkpoint.get(id)),
    // Of a training that was killed and repeated the first numbers stay: not every trainer repeats itself to the last bit.
    addMetrics: (checkpoint, step, values) => void insert.metrics.run(checkedKey(checkpoint), step, encoded(values)),

    addRound(round) {
      const key = [checkedKey(round.run), checkedKey(round.method), round.seed, round.iteration] as const;
      const body = encoded(round);
      if (insert.round.run(...key, body).changes === 0)
        expectSame("round", key.join(", "), select.round.get(...key), body);
    },
    rounds: (run) => select.rounds.all(run).map((row) => bodyOf<Round>(row)!),

    addTiming: (timing) => void insert.timing.run(timing.run, encoded(timing)),
    timings: (run) => select.timings.all(run).map((row) => bodyOf<Timing>(row)!),

    dump: () => dumpOf(database),
    close: () => database.close(),
  };
}

/** Table by table in the order of their keys. A trajectory comes as stored: with its own steps only. */
function* dumpOf(database: DatabaseSync): Generator<Json> {
  const tables = [
    { kind: "run", table: "runs", columns: "body", order: "name" },
    { kind: "task", table: "tasks", columns: "body", order: "id" },
    { kind: "trajectory", table: "trajectories", columns: "run, body", order: "id" },
    { kind: "reuse", table: "reuses", columns: "run, trajectory", order: "run, trajectory" },
    { kind: "verification", table: "verifications", columns: "body", order: "trajectory" },
    { kind: "trainingSet", table: "training_sets", columns: "id, body", order: "id" },
    { kind: "checkpoint", table: "checkpoints", columns: "body", order: "id" },
    { kind: "metrics", table: "metrics", columns: "checkpoint, step, body", order: "checkpoint, step" },
    { kind: "round", table: "rounds", columns: "body", order: "run, method, seed, iteration" },
  ] as const;
  for (const { kind, table, columns, order } of tables) {
    for (const row of database.prepare(`SELECT ${columns} FROM ${table} ORDER BY ${order}`).iterate()) {
      const { body, ...rest } = row;
      const keys: Record<string, Json> = { kind, ...(rest as Record<string, Json>) };
      yield body === undefined ? keys : { ...keys, record: JSON.parse(body as string) as Json };
    }
  }
}

/** Canonical JSON. JSON writes NaN and infinities as null: refused, since another value would come back. */
function encoded(record: unknown): string {
  expectFinite(record);
  return canonicalJson(record);
}

function expectFinite(value: unknown): void {
  if (typeof value === "number" && !Number.isFinite(value))
    throw new StoreError(`cannot store the number ${value}: expected a finite one`);
  if (value !== null && typeof value === "object") Object.values(value).forEach(expectFinite);
}

/** SQLite keeps UTF-8: two ids that differ in unpaired surrogates only would become one. */
function checkedKey(key: string): string {
  if (!key.isWellFormed()) throw new StoreError(`cannot store the id ${JSON.stringify(key)}: it is not valid Unicode`);
  return key;
}

function expectSame(kind: string, key: string, row: Record<string, SQLOutputValue> | undefined, body: string): void {
  if (row?.body === body) return;
  throw new StoreError(`${kind} ${key} is already stored with other content; stored content is never changed`);
}

function otherRun(known: Run, run: Run): string {
  if (known.kind !== run.kind)
    return `run "${run.name}" already exists and is of kind ${known.kind}, not ${run.kind}; choose another name`;
  const [before, now] = [leaves(known.config), leaves(run.config)];
  const differing = [...new Set([...before.keys(), ...now.keys()])].filter(
    (path) => canonicalJson(before.get(path)) !== canonicalJson(now.get(path)),
  );
  const shown = (value: Json | undefined) => (value === undefined ? "nothing" : JSON.stringify(value));
  const changes = differing
    .slice(0, 5)
    .map((path) => `${path}: ${shown(before.get(path))} then, ${shown(now.get(path))} now`);
  if (differing.length > changes.length) changes.push(`${differing.length - changes.length} more`);
  return `run "${run.name}" already exists with another config (${changes.join("; ")}); choose another name or the same settings`;
}

const SQLITE_BUSY = 5;
const SQLITE_CODES: Readonly<Record<number, string>> = {
  [SQLITE_BUSY]: "locked by another process",
  8: "cannot be written to",
  11: "the file is damaged",
  13: "the disk is full",
  14: "cannot be opened",
  19: "refers to a run, task or parent that is not stored",
  26: "not a gleaner database",
};

/** SQLite's primary result code; undefined for any other error. */
function sqliteCodeOf(error: unknown): number | undefined {
  const { code, errcode } = error as { code?: string; errcode?: number };
  return code === "ERR_SQLITE_ERROR" ? (errcode ?? 0) & 0xff : undefined;
}

/** Runs `action`; what SQLite or damaged content throws becomes a StoreError naming the file. */
function guarded<T>(path: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    const code = sqliteCodeOf(error);
    const isClosed = (error as { code?: string }).code === "ERR_INVALID_STATE";
    const isUnreadable = error instanceof SyntaxError;
    if (code === undefined && !isClosed && !isUnreadable) throw error;
    const what = isClosed ? "the store is closed" : isUnreadable ? "the file is damaged" : SQLITE_CODES[code!];
    throw new StoreError(`${path}: ${what ? `${what} (${messageOf(error)})` : messageOf(error)}`, { cause: error });
  }
}

function guardEach(path: string, repository: Repository): Repository {
  const guard =
    <A extends unknown[], R>(method: (...args: A) => R) =>
    (...args: A): R =>
      guarded(path, () => method(...args));
  const guardedEntries = Object.entries(repository).map(([name, method]) => [name, guard(method)]);
  return {
    ...(Object.fromEntries(guardedEntries) as unknown as Repository),
    *dump() {
      const lines = repository.dump()[Symbol.iterator]();
      try {
        for (;;) {
          const next = guarded(path, () => lines.next());
          if (next.done) return;
          yield next.value;
        }
      } finally {
        lines.return?.();
      }
    },
  };
}
