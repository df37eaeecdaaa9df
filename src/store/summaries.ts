/**
 * What is counted of each trajectory, in a table of its own, so that a report over millions of trajectories need not read
 * their text. It says nothing that the trajectories do not say, so no dump holds it.
 */
import type { DatabaseSync } from "node:sqlite";
import type { TaskId, TrajectoryId } from "../core/ids.ts";
import { canonicalJson } from "../core/json.ts";
import type { TrajectoryPage } from "../core/repository.ts";
import { summaryOf, type TrajectorySummary } from "../core/summary.ts";
import type { Outcome, Trajectory } from "../core/trajectory.ts";
import { DamagedError } from "./guard.ts";
import { decoded } from "./shapes.ts";

const COLUMNS = [
  ...["trajectory", "task", "policy", "parent", "forked_before", "own_steps"],
  ...["prompt_tokens", "completion_tokens", "return", "success", "outcome"],
];

/** Numbers are REAL: they come back as the doubles that they were. */
const TABLE = `
  CREATE TABLE summaries (
    trajectory TEXT NOT NULL PRIMARY KEY,
    task TEXT NOT NULL,
    policy TEXT NOT NULL,
    parent TEXT,
    forked_before REAL,
    own_steps REAL NOT NULL,
    prompt_tokens REAL,
    completion_tokens REAL,
    return REAL NOT NULL,
    success INTEGER NOT NULL,
    outcome TEXT NOT NULL
  ) WITHOUT ROWID`;

export interface Summaries {
  /** Notes what `summaryRow` counted, in the transaction in which the trajectory is stored. */
  add(row: SummaryRow): void;
  get(id: TrajectoryId): TrajectorySummary | undefined;
  /** As `Repository.summaries`. */
  all(ids: readonly TrajectoryId[]): Map<TrajectoryId, TrajectorySummary>;
  /** As `Repository.summariesOf`. */
  page(run: string, page: TrajectoryPage): TrajectorySummary[];
}

/** `trajectory` reads one whole, for those of which nothing is noted. */
export function summariesOn(
  database: DatabaseSync,
  trajectory: (id: TrajectoryId) => Trajectory | undefined,
): Summaries {
  const insert = inserting(database);
  const select = database.prepare(`SELECT ${COLUMNS.join(", ")} FROM summaries WHERE trajectory = ?`);
  const selectPage = database.prepare(`
    SELECT ids.id, ${COLUMNS.map((column) => `summaries.${column}`).join(", ")} FROM (
      SELECT id FROM trajectories WHERE run = ?1 AND id > ?2
      UNION SELECT trajectory FROM reuses WHERE run = ?1 AND trajectory > ?2 ORDER BY id LIMIT ?3
    ) AS ids LEFT JOIN summaries ON summaries.trajectory = ids.id ORDER BY ids.id`);
  const selectAll = database.prepare(`
    SELECT value, ${COLUMNS.map((column) => `summaries.${column}`).join(", ")}
    FROM json_each(?) LEFT JOIN summaries ON summaries.trajectory = value`);
  // Rows as lists take half the time of rows as objects.
  select.setReturnArrays(true);
  selectAll.setReturnArrays(true);
  selectPage.setReturnArrays(true);
  const fromBody = (id: TrajectoryId) => {
    const whole = trajectory(id);
    return whole && summaryOf(whole, whole.steps.slice(whole.fork?.step ?? 0));
  };
  return {
    add: (row) => void insert.run(...row),
    get(id) {
      const row = select.get(id) as unknown as SummaryRow | undefined;
      return row ? fromRow(row) : fromBody(id);
    },
    all(ids) {
      const rows = selectAll.all(JSON.stringify(ids)) as unknown as [string, ...SummaryRow][];
      const found = rows.map(([id, ...row]) => (row[0] === null ? fromBody(id as TrajectoryId) : fromRow(row)));
      return new Map(found.flatMap((summary) => (summary ? [[summary.id, summary]] : [])));
    },
    page: (run, { after = "", limit = -1 }) =>
      (selectPage.all(run, after, limit) as unknown as [string, ...SummaryRow][]).map(([id, ...row]) =>
        row[0] === null ? fromBody(id as TrajectoryId)! : fromRow(row),
      ),
  };
}

/** Makes the table in a database that may hold trajectories already. */
export function addSummaries(database: DatabaseSync): void {
  database.exec(TABLE);
  const insert = inserting(database);
  for (const { id, body } of database.prepare("SELECT id, body FROM trajectories").iterate()) {
    const stored = readable(String(id), body);
    const row = stored && summaryRow(stored);
    if (row) insert.run(...row);
  }
}

/** undefined for a damaged body: nothing is noted, and whoever asks for the trajectory is told. */
function readable(id: string, body: unknown): Trajectory | undefined {
  try {
    return decoded<Trajectory>("trajectory", id, body);
  } catch (error) {
    if (error instanceof DamagedError) return undefined;
    throw error;
  }
}

/**
 * What is counted of a trajectory, of which `stored` has the own steps only. undefined: nothing is noted. A column holds UTF-8:
 * a name with half a surrogate pair would come back otherwise, and is read from the body.
 */
export function summaryRow(stored: Trajectory): SummaryRow | undefined {
  return stored.policy.isWellFormed() ? valuesOf(summaryOf(stored, stored.steps)) : undefined;
}

const inserting = (database: DatabaseSync) =>
  database.prepare(
    `INSERT OR IGNORE INTO summaries (${COLUMNS.join(", ")}) VALUES (${COLUMNS.map(() => "?").join(", ")})`,
  );

function valuesOf(summary: TrajectorySummary): SummaryRow {
  const { id, taskId, policy, fork, ownSteps, promptTokens, completionTokens, success, outcome } = summary;
  // The body's JSON knows no −0.
  const counted = [ownSteps, promptTokens, completionTokens, summary.return + 0] as const;
  return [
    id,
    taskId,
    policy,
    fork?.from ?? null,
    fork?.step ?? null,
    ...counted,
    Number(success),
    canonicalJson(outcome),
  ];
}

/** Nearly all of them end in one of these. */
const USUAL = new Map(
  [{ kind: "terminated" }, { kind: "truncated", limit: "steps" }, { kind: "truncated", limit: "tokens" }].map(
    (outcome) => [canonicalJson(outcome), outcome as Outcome],
  ),
);

const outcomeOf = (text: string): Outcome => USUAL.get(text) ?? (JSON.parse(text) as Outcome);

/** The values of COLUMNS. */
export type SummaryRow = readonly [
  ...[id: string, task: string, policy: string, parent: string | null, before: number | null, ownSteps: number],
  ...[promptTokens: number | null, completionTokens: number | null, earned: number, success: number, outcome: string],
];

function fromRow(row: SummaryRow): TrajectorySummary {
  const [id, task, policy, parent, before, ownSteps, promptTokens, completionTokens, earned, success, outcome] = row;
  return {
    id: id as TrajectoryId,
    taskId: task as TaskId,
    policy,
    fork: parent === null ? null : { from: parent as TrajectoryId, step: before! },
    return: earned,
    success: success === 1,
    outcome: outcomeOf(outcome),
    length: (before ?? 0) + ownSteps,
    ownSteps,
    promptTokens,
    completionTokens,
  };
}
