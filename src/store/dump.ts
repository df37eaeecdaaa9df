/**
 * The dump: every record but timings as a line of canonical JSON, table by table in the order of their keys. A body is
 * canonical already, so it goes from its row into its line; of a training set, example by example. A trajectory's completions
 * are shown whole (completions.ts).
 */
import type { DatabaseSync } from "node:sqlite";
import { canonicalJson } from "../core/json.ts";
import { isShortened } from "./completions.ts";
import { decoded, type RecordKind } from "./shapes.ts";
import type { TrainingSets } from "./training-sets.ts";

interface Table {
  /** What the line calls it. */
  readonly kind: string;
  readonly table: string;
  /** The columns of its key, by which it is ordered. */
  readonly key: readonly string[];
  /** Columns that the line shows. */
  readonly shown?: readonly string[];
  /** What its bodies are; absent: it has none. */
  readonly record?: RecordKind;
}

const BEFORE_SETS: readonly Table[] = [
  { kind: "run", table: "runs", key: ["name"], record: "run" },
  { kind: "task", table: "tasks", key: ["id"], record: "task" },
  // A trajectory comes as stored: with its own steps only.
  { kind: "trajectory", table: "trajectories", key: ["id"], shown: ["run"], record: "trajectory" },
  { kind: "reuse", table: "reuses", key: ["run", "trajectory"], shown: ["run", "trajectory"] },
  { kind: "verification", table: "verifications", key: ["trajectory"], record: "verification" },
];
const BEHIND_SETS: readonly Table[] = [
  { kind: "checkpoint", table: "checkpoints", key: ["id"], record: "checkpoint" },
  {
    kind: "metrics",
    table: "metrics",
    key: ["checkpoint", "step"],
    shown: ["checkpoint", "step"],
    record: "metrics",
  },
  { kind: "round", table: "rounds", key: ["run", "method", "seed", "iteration"], record: "round" },
];

/** Lines that end in a line feed; a line may come in several pieces. */
export function* dumpOf(database: DatabaseSync, sets: TrainingSets): Generator<string> {
  for (const table of BEFORE_SETS) yield* linesOf(database, table);
  for (const id of sets.ids()) {
    yield `{"id":${JSON.stringify(id)},"kind":"trainingSet","record":`;
    yield* sets.text(id);
    yield "}\n";
  }
  for (const table of BEHIND_SETS) yield* linesOf(database, table);
}

function* linesOf(database: DatabaseSync, { kind, table, key, shown = [], record }: Table): Generator<string> {
  const columns = record === undefined ? key : [...new Set([...key, ...shown, "body"])];
  for (const row of database
    .prepare(`SELECT ${columns.join(", ")} FROM ${table} ORDER BY ${key.join(", ")}`)
    .iterate()) {
    const members = new Map(shown.map((column) => [column, canonicalJson(row[column])]));
    members.set("kind", JSON.stringify(kind));
    if (record !== undefined) {
      const whole = decoded(record, key.map((column) => row[column]).join(", "), row.body);
      const body = String(row.body);
      members.set("record", isShortened(body) ? canonicalJson(whole) : body);
    }
    const texts = [...members.keys()].sort().map((name) => `${JSON.stringify(name)}:${members.get(name)}`);
    yield `{${texts.join(",")}}\n`;
  }
}
