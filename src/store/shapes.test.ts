import assert from "node:assert/strict";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { test } from "node:test";
import * as samples from "../../test/contract/samples.ts";
import { temporaryFolder } from "../../test/temporary.ts";
import { StoreError } from "../core/errors.ts";
import type { TrainingSetId } from "../core/ids.ts";
import type { Repository } from "../core/repository.ts";
import { openSqlite, readSqlite } from "./sqlite.ts";

const SET = "set" as TrainingSetId;

/** A store with one record of each kind. */
function filled(): string {
  const path = join(temporaryFolder(), "store.sqlite");
  const repository = openSqlite(path);
  repository.addRun(samples.run);
  repository.addTask(samples.task);
  repository.addTrajectory(samples.run.name, samples.trajectory);
  repository.addVerification({ kind: "verified", trajectory: samples.trajectory.id });
  repository.addTrainingSet(SET, samples.trainingSet);
  repository.addCheckpoint(samples.checkpoint);
  repository.addMetrics(samples.checkpoint.id, 1, { loss: 1 });
  repository.addRound(samples.round);
  repository.addTiming(samples.timing);
  repository.close();
  return path;
}

interface Place {
  readonly table: string;
  /** How messages name the record. */
  readonly named: RegExp;
  readonly read: (repository: Repository) => unknown;
}

const dumped = (repository: Repository) => [...repository.dump()];
const PLACES: readonly Place[] = [
  { table: "runs", named: /run first/, read: (repository) => repository.run("first") },
  { table: "runs", named: /run first/, read: (repository) => repository.runs() },
  { table: "runs", named: /run first/, read: dumped },
  { table: "tasks", named: /task world\/train\/1/, read: (repository) => repository.task(samples.task.id) },
  { table: "tasks", named: /task world\/train\/1/, read: dumped },
  { table: "trajectories", named: /trajectory t/, read: (repository) => repository.trajectory(samples.trajectory.id) },
  { table: "trajectories", named: /trajectory t/, read: dumped },
  {
    table: "verifications",
    named: /verification t/,
    read: (repository) => repository.verification(samples.trajectory.id),
  },
  { table: "verifications", named: /verification t/, read: dumped },
  { table: "training_set_heads", named: /training set set/, read: (repository) => repository.trainingSet(SET) },
  { table: "training_set_heads", named: /training set set/, read: dumped },
  {
    table: "training_set_examples",
    named: /example of sft 0 in training set set/,
    read: (repository) => repository.trainingSet(SET),
  },
  {
    table: "training_set_examples",
    named: /example of sft 0 in training set set/,
    read: (repository) => [...repository.examplesOf(SET)!],
  },
  { table: "training_set_examples", named: /example of sft 0 in training set set/, read: dumped },
  {
    table: "checkpoints",
    named: /checkpoint checkpoint/,
    read: (repository) => repository.checkpoint(samples.checkpoint.id),
  },
  { table: "checkpoints", named: /checkpoint checkpoint/, read: dumped },
  { table: "metrics", named: /metrics checkpoint, 1/, read: dumped },
  { table: "rounds", named: /round first, EEF, 1, 1/, read: (repository) => repository.rounds("first") },
  { table: "rounds", named: /round first, EEF, 1, 1/, read: dumped },
  { table: "timings", named: /timing of first/, read: (repository) => repository.timings("first") },
];

test("a body that is JSON of another shape is damage, told with its record, never an error of ours", () => {
  const path = filled();
  for (const { table, named, read } of PLACES) {
    const intact = bodyIn(path, table);
    const others = ["null", "3", "[]", '"text"', "{", "", ...(table === "metrics" ? [] : ["{}"])];
    for (const body of others) {
      bodyIn(path, table, body);
      for (const open of [openSqlite, readSqlite]) {
        const repository = open(path);
        const told = (error: unknown) => {
          assert(error instanceof StoreError, `${table} ${body}: ${error}`);
          assert(error.message.startsWith(`${path}: the file is damaged (`), error.message);
          assert.match(error.message, named);
          return true;
        };
        assert.throws(() => read(repository), told, `${table} ${body}`);
        repository.close();
      }
    }
    bodyIn(path, table, intact);
  }
});

test("what is wrong inside a record is told with its place", () => {
  const path = filled();
  const wrong = [
    ["trajectories", "$.steps[0].action", /trajectory t: steps\.0\.action: expected a text/],
    ["trajectories", "$.steps[0]", /trajectory t: steps\.0: expected an object/],
    ["trajectories", "$.fork", /trajectory t: fork: expected an object/],
    ["trajectories", "$.success", /trajectory t: success: expected true or false/],
    ["rounds", "$.evaluated", /round first, EEF, 1, 1: evaluated: expected a list/],
    ["training_set_examples", "$.messages[1].content", /messages\.1\.content: expected a text/],
  ] as const;
  for (const [table, place, message] of wrong) {
    const intact = bodyIn(path, table);
    const raw = new DatabaseSync(path);
    raw.exec(`UPDATE ${table} SET body = json_set(body, '${place}', 3)`);
    raw.close();
    const repository = readSqlite(path);
    assert.throws(() => [...repository.dump()], { name: StoreError.name, message });
    repository.close();
    bodyIn(path, table, intact);
  }
});

/** The body of the one record in `table`; replaced by `body`, if given. */
function bodyIn(path: string, table: string, body?: string): string {
  const raw = new DatabaseSync(path);
  const found = raw.prepare(`SELECT body FROM ${table}`).get()!.body as string;
  if (body !== undefined) raw.prepare(`UPDATE ${table} SET body = ?`).run(body);
  raw.close();
  return found;
}
