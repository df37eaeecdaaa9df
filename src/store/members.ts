/**
 * What a viewer looks up, in tables of its own, so that it need not read lists of thousands of ids: the heads of rounds, and
 * which rounds name a trajectory. They say nothing that the rounds do not say, so no dump holds them.
 */
import type { DatabaseSync, SQLOutputValue } from "node:sqlite";
import type { TaskId, TrajectoryId } from "../core/ids.ts";
import { canonicalJson } from "../core/json.ts";
import type { Membership, TaskMember } from "../core/repository.ts";
import { headOfRound, ROUND_LISTS, type Round, type RoundHead } from "../core/run.ts";
import { DamagedError } from "./guard.ts";
import { decoded } from "./shapes.ts";
import type { Summaries } from "./summaries.ts";

/** `round`: its position. `list`: a place in ROUND_LISTS. */
const TABLES = `
  CREATE TABLE round_heads (round INTEGER PRIMARY KEY, row INTEGER NOT NULL, body TEXT NOT NULL);
  CREATE TABLE round_members (
    trajectory TEXT NOT NULL,
    round INTEGER NOT NULL,
    list INTEGER NOT NULL,
    PRIMARY KEY (trajectory, round, list)
  ) WITHOUT ROWID;
  CREATE INDEX trajectories_by_task ON trajectories (task, run, id)`;

export interface Members {
  /** Notes a round that was stored under `position`, in the same transaction. */
  add(position: number, round: Round): void;
  /** As `Repository.roundHeads`. */
  heads(run: string): RoundHead[];
  /** As `Repository.membersOn`. */
  on(run: string, task: TaskId): TaskMember[];
}

export function membersOn(database: DatabaseSync, summaries: Summaries): Members {
  const add = adding(database);
  const selectHeads = database.prepare(`
    SELECT rounds.run, method, seed, iteration, round_heads.body AS head, iif(round_heads.body IS NULL, rounds.body, NULL) AS body
    FROM rounds LEFT JOIN round_heads ON round = position WHERE rounds.run = ? ORDER BY method, seed, iteration`);
  const selectOwn = database.prepare(`
    SELECT id FROM trajectories WHERE task = ?1 AND run = ?2
    UNION SELECT id FROM trajectories JOIN reuses ON trajectory = id WHERE task = ?1 AND reuses.run = ?2`);
  const selectNamed = database.prepare(`
    SELECT id, method, row, seed, iteration, list
    FROM trajectories JOIN round_members ON trajectory = id JOIN round_heads USING (round) JOIN rounds ON position = round
    WHERE task = ?1 AND rounds.run = ?2 ORDER BY row, method, seed, iteration, list`);
  return {
    add,
    heads: (run) =>
      selectHeads
        .all(run)
        .map(({ method, seed, iteration, head, body }) => {
          const key = [run, method, seed, iteration].join(", ");
          if (head !== null) return decoded<RoundHead>("head of a round", key, head);
          return headOfRound(decoded<Round>("round", key, body));
        })
        .sort((a, b) => a.row - b.row),
    on(run, task) {
      const named = Map.groupBy(selectNamed.all(task, run), ({ id }) => String(id));
      const own = selectOwn.all(task, run).map(({ id }) => String(id));
      return [...new Set([...own, ...named.keys()])].sort().map((id) => ({
        summary: summaries.get(id as TrajectoryId)!,
        in: (named.get(id) ?? []).map(membership),
      }));
    },
  };
}

const membership = ({ method, row, seed, iteration, list }: Readonly<Record<string, SQLOutputValue>>): Membership => ({
  method: String(method),
  row: Number(row),
  seed: Number(seed),
  iteration: Number(iteration),
  list: ROUND_LISTS[Number(list)]!,
});

/** Makes the tables in a database that may hold rounds already. */
export function addMembers(database: DatabaseSync): void {
  database.exec(TABLES);
  const add = adding(database);
  for (const { position, body } of database.prepare("SELECT position, body FROM rounds").all()) {
    const round = readable(Number(position), body);
    if (round) add(Number(position), round);
  }
}

/** undefined for a damaged body: nothing is noted, and whoever asks for the rounds is told. */
function readable(position: number, body: unknown): Round | undefined {
  try {
    return decoded<Round>("round", String(position), body);
  } catch (error) {
    if (error instanceof DamagedError) return undefined;
    throw error;
  }
}

function adding(database: DatabaseSync): Members["add"] {
  const insertHead = database.prepare("INSERT INTO round_heads (round, row, body) VALUES (?, ?, ?)");
  const insertMember = database.prepare(
    "INSERT OR IGNORE INTO round_members (trajectory, round, list) VALUES (?, ?, ?)",
  );
  return (position, round) => {
    insertHead.run(position, round.row, canonicalJson(headOfRound(round)));
    for (const [place, list] of ROUND_LISTS.entries()) {
      for (const id of round[list] ?? []) insertMember.run(id, position, place);
    }
  };
}
