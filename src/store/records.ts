/** The records of a database: each comes in and goes out whole, except for the examples of training sets. */
import type { DatabaseSync, SQLOutputValue } from "node:sqlite";
import { CliError, StoreError } from "../core/errors.ts";
import { canonicalJson } from "../core/json.ts";
import type { Repository } from "../core/repository.ts";
import type { Round, Run, Timing, Verification } from "../core/run.ts";
import type { Task } from "../core/task.ts";
import type { Checkpoint } from "../core/training.ts";
import type { Trajectory } from "../core/trajectory.ts";
import { checkedKey, encoded, expectSame, otherRun } from "./bodies.ts";
import { dumpOf } from "./dump.ts";
import { episodeWriter } from "./episode-writer.ts";
import { membersOn } from "./members.ts";
import {
  episodeRows,
  type Parcel,
  type PlainRow,
  plainRow,
  type TrajectoryRow,
  trajectoryRow,
  unpacked,
} from "./parcel.ts";
import { parentsOf } from "./parents.ts";
import { removingOn } from "./removing.ts";
import { decoded, type RecordKind } from "./shapes.ts";
import { summariesOn } from "./summaries.ts";
import { trainingSetsOn } from "./training-sets.ts";
import { transaction } from "./transaction.ts";

/** A repository as the other files of a store know it. */
export interface Store extends Repository {
  /** Adds the episodes of a parcel, and its run, in one transaction. */
  addParcel(parcel: Parcel): void;
}

/** What only whoever opened the database knows. */
export interface Opener {
  /** As in `Repository`. */
  sync(): void;
  /** The database's file, where another thread can open it, too. */
  readonly path?: string;
}

export function repositoryOn(database: DatabaseSync, { sync, path }: Opener): Store {
  const sets = trainingSetsOn(database);
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
    checkpoint: selecting("checkpoints", "id"),
    round: selecting("rounds", "run", "method", "seed", "iteration"),
    runs: database.prepare("SELECT name, body FROM runs ORDER BY position"),
    trajectoriesOf: database.prepare(
      "SELECT id FROM trajectories WHERE run = ?1 UNION SELECT trajectory FROM reuses WHERE run = ?1 ORDER BY id",
    ),
    // No run reuses what it made itself.
    count: database.prepare(
      "SELECT (SELECT count(*) FROM trajectories WHERE run = ?1) + (SELECT count(*) FROM reuses WHERE run = ?1) AS count",
    ),
    unreplayable: database.prepare(`
      SELECT id FROM trajectories JOIN verifications ON trajectory = id WHERE run = ?1 AND verifications.body ->> '$.kind' = ?2
      UNION SELECT reuses.trajectory FROM reuses JOIN verifications ON verifications.trajectory = reuses.trajectory
      WHERE run = ?1 AND body ->> '$.kind' = ?2 ORDER BY id`),
    changes: database.prepare("SELECT data_version AS version, total_changes() AS here FROM pragma_data_version"),
    timings: database.prepare("SELECT body FROM timings WHERE run = ? ORDER BY position"),
    rounds: database.prepare(
      "SELECT method, seed, iteration, body FROM rounds WHERE run = ? ORDER BY method, seed, iteration",
    ),
  };
  const insert = {
    run: inserting("runs", "name", "body"),
    task: inserting("tasks", "id", "body"),
    // Bytes are the same text, which nobody had to make a JavaScript string of.
    trajectory: database.prepare(
      "INSERT OR IGNORE INTO trajectories (id, run, task, parent, body) VALUES (?, ?, ?, ?, CAST(? AS TEXT))",
    ),
    verification: inserting("verifications", "trajectory", "body"),
    checkpoint: inserting("checkpoints", "id", "body"),
    metrics: inserting("metrics", "checkpoint", "step", "body"),
    round: inserting("rounds", "run", "method", "seed", "iteration", "body"),
    timing: inserting("timings", "run", "body"),
    // A run that finds what it made itself, after a kill, reuses nothing.
    reuse: database.prepare(
      "INSERT OR IGNORE INTO reuses (run, trajectory) SELECT ?1, id FROM trajectories WHERE id = ?2 AND run <> ?1",
    ),
  };

  /** The record of a row; undefined if there is none. */
  const recordOf = <T>(kind: RecordKind, key: string, row: Row | undefined): T | undefined =>
    row && decoded<T>(kind, key, row.body);

  /** Adds a record, or finds that the very same is there already. */
  function addPlain(kind: "task" | "verification" | "checkpoint", { key, body }: PlainRow): void {
    if (insert[kind].run(key, body).changes === 0) expectSame(`${kind} ${key}`, select[kind].get(key)?.body, body);
  }

  function trajectory(id: string): Trajectory | undefined {
    const stored = recordOf<Trajectory>("trajectory", id, select.trajectory.get(id));
    if (!stored?.fork) return stored;
    const parent = trajectory(stored.fork.from);
    if (!parent) throw new StoreError(`trajectory ${id} forks from ${stored.fork.from}, which is not stored`);
    return { ...stored, steps: [...parent.steps.slice(0, stored.fork.step), ...stored.steps] };
  }

  const parents = parentsOf(trajectory);

  /** What is stored of a trajectory. The prefix is dropped, so it must be what the parent will give back. */
  function withoutPrefix(whole: Trajectory): Trajectory {
    if (!whole.fork) return whole;
    const { from, step } = whole.fork;
    const prefix = whole.steps.slice(0, step);
    const isPrefix = parents.beginsWith(from, prefix);
    if (isPrefix === undefined) throw new StoreError(`trajectory ${whole.id} forks from ${from}, which is not stored`);
    if (prefix.length !== step || !isPrefix)
      throw new StoreError(
        `trajectory ${whole.id} forks from ${from} before step ${step}, but its first ${step} steps are not the parent's`,
      );
    return { ...whole, steps: whole.steps.slice(step) };
  }

  const summaries = summariesOn(database, trajectory);
  const members = membersOn(database, summaries);
  const { isReplaceable, ...removing } = removingOn(database);

  /** `body`: text, or its UTF-8. Must run in a transaction. */
  function addTrajectory(run: string, { id, task, parent, summary }: TrajectoryRow, body: string | Uint8Array): void {
    if (insert.trajectory.run(id, run, task, parent, body).changes > 0) {
      if (summary) summaries.add(summary);
      return;
    }
    const stored = select.trajectory.get(id)!;
    const text = typeof body === "string" ? body : Buffer.from(body).toString("utf8");
    // Older versions kept completions whole.
    const whole = (known: unknown) => canonicalJson(decoded("trajectory", id, known));
    if (stored.body !== text) expectSame(`trajectory ${id}`, whole(stored.body), whole(text));
    insert.reuse.run(run, id);
  }

  function addRun(run: Run): void {
    if (insert.run.run(checkedKey(run.name), encoded(`run ${run.name}`, run)).changes > 0) return;
    const known = recordOf<Run>("run", run.name, select.run.get(run.name))!;
    if (canonicalJson(known) === canonicalJson(run)) return;
    if (!isReplaceable(known)) throw new CliError(otherRun(known, run));
    removing.removeRuns([run.name]);
    insert.run.run(run.name, encoded(`run ${run.name}`, run));
  }

  function addParcel(parcel: Parcel): void {
    transaction(database, () => {
      addRun(parcel.run);
      for (const [{ task, trajectory, verification }, body] of unpacked(parcel)) {
        addPlain("task", task);
        addTrajectory(parcel.run.name, trajectory, body);
        addPlain("verification", verification);
      }
    });
  }

  return {
    together: (work) => transaction(database, work),

    addRun,
    ...removing,
    run: (name) => recordOf<Run>("run", name, select.run.get(name)),
    runs: () => select.runs.all().map((row) => decoded<Run>("run", String(row.name), row.body)),

    addTask: (task) => addPlain("task", plainRow("task", task.id, task)),
    task: (id) => recordOf<Task>("task", id, select.task.get(id)),

    addTrajectory(run, whole) {
      const { row, body } = trajectoryRow(withoutPrefix(whole));
      transaction(database, () => addTrajectory(run, row, body));
    },
    addingEpisodes: (run) =>
      episodeWriter(run, { rowsOf: (episode) => episodeRows(episode, withoutPrefix), add: addParcel, path }),
    addParcel,
    reuseTrajectory: (run, id) => void insert.reuse.run(run, id),
    trajectory,
    ownSteps: (id) => recordOf<Trajectory>("trajectory", id, select.trajectory.get(id))?.steps,
    summary: summaries.get,
    summaries: summaries.all,
    summariesOf: (run, page = {}) => summaries.page(run, page),
    membersOn: members.on,
    countOf: (run) => select.count.get(run)!.count as number,
    trajectoriesOf: (run) => select.trajectoriesOf.all(run).map((row) => row.id as Trajectory["id"]),

    addVerification: (verification) =>
      addPlain("verification", plainRow("verification", verification.trajectory, verification)),
    verification: (id) => recordOf<Verification>("verification", id, select.verification.get(id)),

    unreplayableOf: (run) => select.unreplayable.all(run, "unreplayable").map((row) => row.id as Trajectory["id"]),

    addTrainingSet: sets.add,
    trainingSet: sets.get,
    examplesOf: sets.examples,
    exampleCount: sets.count,
    example: sets.example,
    exampleSources: sets.sources,

    addCheckpoint: (checkpoint) => addPlain("checkpoint", plainRow("checkpoint", checkpoint.id, checkpoint)),
    checkpoint: (id) => recordOf<Checkpoint>("checkpoint", id, select.checkpoint.get(id)),
    // Of a training that was killed and repeated the first numbers stay: not every trainer repeats itself to the last bit.
    addMetrics: (checkpoint, step, values) =>
      void insert.metrics.run(checkedKey(checkpoint), step, encoded(`metrics of ${checkpoint}`, values)),

    addRound(round) {
      const key = [checkedKey(round.run), checkedKey(round.method), round.seed, round.iteration] as const;
      const name = `round ${key.join(", ")}`;
      const body = encoded(name, round);
      transaction(database, () => {
        const { changes, lastInsertRowid } = insert.round.run(...key, body);
        if (changes === 0) expectSame(name, select.round.get(...key)?.body, body);
        else members.add(Number(lastInsertRowid), round);
      });
    },
    roundHeads: members.heads,
    rounds: (run) =>
      select.rounds
        .all(run)
        .map(({ method, seed, iteration, body }) =>
          decoded<Round>("round", [run, method, seed, iteration].join(", "), body),
        )
        .sort((a, b) => a.row - b.row),

    addTiming: (timing) => void insert.timing.run(timing.run, encoded(`a timing of ${timing.run}`, timing)),
    timings: (run) => select.timings.all(run).map((row) => decoded<Timing>("timing", `of ${run}`, row.body)),

    changes() {
      // The first counts what others did, the second what was done here.
      const { version, here } = select.changes.get() as { version: number; here: number };
      return version + here;
    },
    sync,
    dump: () => dumpOf(database, sets),
    close: () => database.close(),
  };
}

type Row = Readonly<Record<string, SQLOutputValue>>;
