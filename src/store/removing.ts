/**
 * Taking things out of the store, which nothing else does. Whatever goes, goes in one transaction: a kill leaves all of it or
 * nothing of it. A trajectory that another run reuses is handed over to that run.
 *
 * Foreign keys are not checked meanwhile: for every row SQLite would look through all others for one that refers to it. What
 * they would find is looked for once, for all rows together (`buildOn`).
 */
import type { DatabaseSync } from "node:sqlite";
import { CliError } from "../core/errors.ts";
import type { CheckpointId } from "../core/ids.ts";
import type { Json } from "../core/json.ts";
import type { RemovedRuns, Repository, Unnamed } from "../core/repository.ts";
import { datasetOf, type Run } from "../core/run.ts";
import type { Checkpoint } from "../core/training.ts";
import { quoted } from "../core/wording.ts";
import { decoded } from "./shapes.ts";
import { transaction } from "./transaction.ts";

/** `?1` is a list of names as JSON. */
const GONE = "(SELECT value FROM json_each(?1))";
/** Reused by a run that stays, so that it stays too. */
const REUSED = `(SELECT trajectory FROM reuses WHERE run NOT IN ${GONE})`;
const GOING = `(SELECT id FROM trajectories WHERE run IN ${GONE} AND id NOT IN ${REUSED})`;
/** The members of a round that name trajectories. */
const NAMING = ["expert", "learnOnly", "explored", "probed", "evaluated"];

type Removing = Pick<Repository, "buildOn" | "removeRuns" | "takeBack" | "unnamed" | "removeUnnamed">;

/** `isReplaceable`: whether another run may take the name of this one, which holds nothing of use. */
export function removingOn(database: DatabaseSync): Removing & { isReplaceable(run: Run): boolean } {
  const all = (sql: string, ...values: readonly string[]) => database.prepare(sql).all(...values);
  const one = (sql: string, ...values: readonly string[]) => database.prepare(sql).get(...values)!;
  const namesOf = (sql: string, names: string) => all(sql, names).map(({ run }) => String(run));

  /** Runs in the order of their creation. */
  const runs = () =>
    all("SELECT name, body FROM runs ORDER BY position").map(({ name, body }) =>
      decoded<Run>("run", String(name), body),
    );

  function buildOn(gone: readonly string[]): string[] {
    const names = JSON.stringify(gone);
    const found = new Set([
      ...runs().flatMap(({ name, config }) => (gone.some((each) => saysRun(config, each)) ? [name] : [])),
      ...namesOf(`SELECT DISTINCT run FROM trajectories WHERE parent IN ${GOING} AND run NOT IN ${GONE}`, names),
      ...namesOf(
        `SELECT DISTINCT reuses.run FROM trajectories JOIN reuses ON trajectory = id
         WHERE parent IN ${GOING} AND trajectories.run IN ${GONE}`,
        names,
      ),
      ...NAMING.flatMap((member) =>
        namesOf(`SELECT DISTINCT run FROM rounds, json_each(body, '$.${member}') WHERE value IN ${GOING}`, names),
      ),
    ]);
    return runs()
      .map(({ name }) => name)
      .filter((name) => found.has(name) && !gone.includes(name));
  }

  /** Does `work` in a transaction in which no foreign key is looked after. */
  function unchecked(work: () => void): void {
    database.exec("PRAGMA foreign_keys = OFF");
    try {
      transaction(database, work);
    } finally {
      database.exec("PRAGMA foreign_keys = ON");
    }
  }

  function removeRuns(gone: readonly string[]): RemovedRuns {
    const names = JSON.stringify(gone);
    let removed: RemovedRuns = { trajectories: 0, rounds: 0, handedOver: 0 };
    unchecked(() => {
      const others = buildOn(gone);
      if (others.length > 0)
        throw new CliError(
          `${gone.map(quoted).join(", ")}: cannot be removed, since ${others.map(quoted).join(", ")} build on it`,
        );
      const { changes: handedOver } = database
        .prepare(
          `UPDATE trajectories SET run = (
             SELECT reuses.run FROM reuses JOIN runs ON name = reuses.run
             WHERE trajectory = id AND reuses.run NOT IN ${GONE} ORDER BY position LIMIT 1)
           WHERE run IN ${GONE} AND id IN ${REUSED}`,
        )
        .run(names);
      if (Number(handedOver) > 0)
        database.exec("DELETE FROM reuses WHERE run = (SELECT run FROM trajectories WHERE id = trajectory)");
      const of = `trajectory IN (SELECT id FROM trajectories WHERE run IN ${GONE})`;
      const drop = (from: string) => Number(database.prepare(`DELETE FROM ${from}`).run(names).changes);
      drop(`verifications WHERE ${of}`);
      drop(`summaries WHERE ${of}`);
      const trajectories = drop(`trajectories WHERE run IN ${GONE}`);
      drop(`reuses WHERE run IN ${GONE}`);
      for (const table of ["round_heads", "round_members"])
        drop(`${table} WHERE round IN (SELECT position FROM rounds WHERE run IN ${GONE})`);
      const rounds = drop(`rounds WHERE run IN ${GONE}`);
      drop(`timings WHERE run IN ${GONE}`);
      drop(`runs WHERE name IN ${GONE}`);
      removed = { trajectories, rounds, handedOver: Number(handedOver) };
    });
    return removed;
  }

  const has = (table: string, run: string) =>
    one(`SELECT EXISTS (SELECT 1 FROM ${table} WHERE run = ?) AS found`, run).found === 1;
  const holdsNothing = (run: string) =>
    !["trajectories", "reuses", "rounds", "timings"].some((table) => has(table, run));

  /** Whether it is an import of which every episode was refused. */
  function isRefused({ name, kind }: Run): boolean {
    if (kind !== "import" || ["reuses", "rounds"].some((table) => has(table, name))) return false;
    const { others } = one(
      `SELECT count(*) AS others FROM trajectories LEFT JOIN verifications ON trajectory = id
       WHERE run = ? AND verifications.body ->> '$.kind' IS NOT 'diverged'`,
      name,
    );
    return others === 0;
  }

  /** Checkpoints that rounds name, that acted in a trajectory, and those that they came from. */
  function namedCheckpoints(stored: ReadonlyMap<CheckpointId, Checkpoint>): Set<CheckpointId> {
    const actors = all("SELECT DISTINCT policy FROM summaries").map(({ policy }) => String(policy));
    const inRounds = all("SELECT DISTINCT body ->> '$.checkpoint' AS id FROM rounds").map(
      ({ id }) => id as CheckpointId,
    );
    const configs = runs().map(({ config }) => JSON.stringify(config));
    const named = new Set<CheckpointId>(inRounds);
    for (const id of stored.keys())
      if (actors.some((actor) => actor.includes(id)) || configs.some((config) => config.includes(id))) named.add(id);
    for (const id of named) {
      const parent = stored.get(id)?.parent;
      if (parent) named.add(parent);
    }
    return named;
  }

  /** What is named by whom, as lists in JSON, and what is not. */
  function counted(): {
    readonly kept: { readonly checkpoints: string; readonly sets: string };
    readonly unnamed: Unnamed;
  } {
    const stored = new Map(
      all("SELECT id, body FROM checkpoints ORDER BY id").map(({ id, body }) => [
        id as CheckpointId,
        decoded<Checkpoint>("checkpoint", String(id), body),
      ]),
    );
    const named = namedCheckpoints(stored);
    const sets = new Set(all("SELECT DISTINCT body ->> '$.trainingSet' AS id FROM rounds").map(({ id }) => String(id)));
    for (const run of runs()) {
      const dataset = datasetOf(run);
      if (dataset) sets.add(dataset.trainingSet);
    }
    for (const id of named) {
      const { trainingSet } = stored.get(id) ?? {};
      if (trainingSet) sets.add(trainingSet);
    }
    const kept = { checkpoints: JSON.stringify([...named]), sets: JSON.stringify([...sets]) };
    const count = (what: string, values: readonly string[]) => {
      const { rows, bytes } = one(
        `SELECT count(*) AS rows, coalesce(sum(octet_length(body)), 0) AS bytes FROM ${what}`,
        ...values,
      );
      return { rows: Number(rows), bytes: Number(bytes) };
    };
    const heads = count(UNNAMED.heads, [kept.sets]);
    const examples = count(UNNAMED.examples, [kept.sets]);
    const tasks = count(UNNAMED.tasks, []);
    const checkpoints = count(UNNAMED.checkpoints, [kept.checkpoints]);
    const metrics = count(UNNAMED.metrics, [kept.checkpoints]);
    const bytes = [heads, examples, tasks, checkpoints, metrics].reduce((sum, each) => sum + each.bytes, 0);
    const counts = { checkpoints: checkpoints.rows, trainingSets: heads.rows, tasks: tasks.rows };
    return { kept, unnamed: { named, ...counts, bytes } };
  }

  return {
    buildOn,
    removeRuns,
    takeBack(run) {
      const isEmpty = holdsNothing(run) && buildOn([run]).length === 0;
      return isEmpty && database.prepare("DELETE FROM runs WHERE name = ?").run(run).changes > 0;
    },
    isReplaceable: (run) => (holdsNothing(run.name) || isRefused(run)) && buildOn([run.name]).length === 0,
    unnamed: () => counted().unnamed,
    removeUnnamed() {
      transaction(database, () => {
        const { kept } = counted();
        database.prepare(`DELETE FROM ${UNNAMED.examples}`).run(kept.sets);
        database.prepare(`DELETE FROM ${UNNAMED.sources}`).run(kept.sets);
        database.prepare(`DELETE FROM ${UNNAMED.heads}`).run(kept.sets);
        database.exec(`DELETE FROM ${UNNAMED.tasks}`);
        database.prepare(`DELETE FROM ${UNNAMED.metrics}`).run(kept.checkpoints);
        database.prepare(`DELETE FROM ${UNNAMED.checkpoints}`).run(kept.checkpoints);
      });
      // The file gets smaller only now. SQLite does it whole or not at all.
      database.exec("VACUUM");
      database.exec("PRAGMA wal_checkpoint(TRUNCATE)");
    },
  };
}

/** Rows that no run names; `?1` lists what is named. */
const KEPT = "NOT IN (SELECT value FROM json_each(?1))";
const UNNAMED = {
  heads: `training_set_heads WHERE id ${KEPT}`,
  examples: `training_set_examples WHERE training_set ${KEPT}`,
  sources: `example_sources WHERE training_set ${KEPT}`,
  tasks: "tasks WHERE id NOT IN (SELECT task FROM trajectories)",
  checkpoints: `checkpoints WHERE id ${KEPT}`,
  metrics: `metrics WHERE checkpoint ${KEPT}`,
} as const;

/** Whether `config` names the run as something that it builds on (`expert.run`, `examples.run`); its own name is at the top. */
function saysRun(config: Json, run: string, isTop = true): boolean {
  if (config === null || typeof config !== "object") return false;
  return Object.entries(config).some(
    ([key, value]) => (key === "run" && value === run && !isTop) || saysRun(value as Json, run, false),
  );
}
