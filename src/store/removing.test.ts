// What may go goes whole, what others need stays with them, and nothing that is named is collected.
import assert from "node:assert/strict";
import { test } from "node:test";
import { addSyntheticRun } from "../../test/synthetic-run.ts";
import { type CheckpointId, type TrainingSetId, taskId, trajectoryId } from "../core/ids.ts";
import type { Repository } from "../core/repository.ts";
import type { Round } from "../core/run.ts";
import type { Trajectory } from "../core/trajectory.ts";
import { openSqlite } from "./sqlite.ts";

const TASK = taskId("world/train/1");
const step = (action: string) => ({
  observation: "o",
  thought: "",
  action,
  completion: action,
  reward: 0,
  usage: null,
});

/** `from`: the trajectory whose first step it begins with. */
const episode = (id: string, from?: string, policy = "expert/a"): Trajectory => ({
  ...{ id: trajectoryId(id), taskId: TASK, policy, seed: 0, return: 0, success: false, finalObservation: "" },
  fork: from === undefined ? null : { from: trajectoryId(from), step: 1 },
  steps: [step("first"), step(`then ${id}`)],
  outcome: { kind: "truncated", limit: "steps" },
});

function store(...runs: readonly (readonly [name: string, config?: object])[]): Repository {
  const repository = openSqlite(":memory:");
  for (const [name, config = {}] of runs)
    repository.addRun({ name, kind: "experiment", config: JSON.parse(JSON.stringify(config)) });
  repository.addTask({ id: TASK, split: "train", category: "", instruction: "", data: null });
  return repository;
}

const round = (run: string, parts: Partial<Round>): Round => ({
  ...{ run, method: "BC", row: 0, seed: 1, iteration: 0, expert: [], explored: [], probed: [], evaluated: [] },
  ...{ trainingSet: "set" as TrainingSetId, checkpoint: "c" as CheckpointId, counts: {} },
  ...parts,
});

const dump = (repository: Repository) => [...repository.dump()].join("");

test("a run goes with its own, and what another reuses is handed over", () => {
  const repository = store(["a"], ["b"]);
  for (const id of ["own", "shared"]) repository.addTrajectory("a", episode(id));
  repository.addVerification({ kind: "verified", trajectory: trajectoryId("own") });
  repository.reuseTrajectory("b", trajectoryId("shared"));
  repository.addTrajectory("b", episode("fork", "shared"));
  repository.addRound(round("a", { explored: [trajectoryId("own"), trajectoryId("shared")] }));
  repository.addTiming({ run: "a", method: "BC", seed: 1, iteration: 0, phase: "train", milliseconds: 1 });
  assert.deepEqual(repository.removeRuns(["a"]), { trajectories: 1, rounds: 1, handedOver: 1 });
  assert.deepEqual(
    repository.runs().map(({ name }) => name),
    ["b"],
  );
  assert.deepEqual(repository.trajectoriesOf("b"), ["fork", "shared"]);
  assert.equal(repository.trajectory(trajectoryId("own")), undefined);
  assert.equal(repository.verification(trajectoryId("own")), undefined);
  assert.equal(repository.summary(trajectoryId("own")), undefined);
  assert.equal(repository.summariesOf("b").length, 2);
  // The store is what it would be if b had made it all.
  const fresh = store(["b"]);
  for (const each of [episode("shared"), episode("fork", "shared")]) fresh.addTrajectory("b", each);
  assert.equal(dump(repository), dump(fresh));
  assert.throws(() => repository.addTrajectory("a", episode("late")), { name: "StoreError" }, "keys are checked again");
});

test("whatever builds on a run keeps it: a config, a fork, a round", () => {
  const repository = store(
    ["a", { run: "a" }],
    ["config", { expert: [{ run: "a", tasks: 3 }] }],
    ["fork"],
    ["round"],
    ["none", { run: "a" }],
  );
  for (const id of ["t", "u"]) repository.addTrajectory("a", episode(id));
  repository.addTrajectory("fork", episode("f", "t"));
  repository.addRound(round("round", { expert: [trajectoryId("u")] }));
  assert.deepEqual(repository.buildOn(["a"]), ["config", "fork", "round"]);
  assert.deepEqual(repository.buildOn(["a", "fork"]), ["config", "round"]);
  const before = dump(repository);
  assert.throws(() => repository.removeRuns(["a", "config"]), {
    name: "CliError",
    message: '"a", "config": cannot be removed, since "fork", "round" build on it',
  });
  assert.equal(dump(repository), before, "nothing of it was done");
  assert.equal(repository.takeBack("a"), false);
  assert.deepEqual(repository.removeRuns(["a", "config", "fork", "round"]).trajectories, 3);
  assert.deepEqual(
    repository.runs().map(({ name }) => name),
    ["none"],
  );
});

test("a fork that is handed over holds the run that its beginning is in", () => {
  const repository = store(["a"], ["b"]);
  repository.addTrajectory("a", episode("start"));
  repository.addTrajectory("a", episode("fork", "start"));
  repository.reuseTrajectory("b", trajectoryId("fork"));
  assert.deepEqual(repository.buildOn(["a"]), ["b"]);
  repository.reuseTrajectory("b", trajectoryId("start"));
  assert.deepEqual(repository.buildOn(["a"]), [], "b has the beginning, too");
  assert.deepEqual(repository.removeRuns(["a"]), { trajectories: 0, rounds: 0, handedOver: 2 });
});

test("an import of which every episode was refused gives its name away, any other does not", () => {
  const repository = store();
  const imported = (sha256: string) =>
    ({ name: "x", kind: "import", config: { files: [{ name: "l", sha256 }] } }) as const;
  const diverged = { kind: "diverged", step: 0, expected: "a", got: "b" } as const;
  repository.addRun(imported("1"));
  repository.addTrajectory("x", episode("t"));
  repository.addVerification({ ...diverged, trajectory: trajectoryId("t") });
  repository.addRun(imported("2"));
  assert.equal(repository.countOf("x"), 0);
  repository.addTrajectory("x", episode("t"));
  repository.addVerification({ ...diverged, trajectory: trajectoryId("t") });
  repository.addTrajectory("x", episode("u"));
  repository.addVerification({ kind: "verified", trajectory: trajectoryId("u") });
  assert.throws(() => repository.addRun(imported("3")), {
    name: "CliError",
    message: /another config \(the content of "l" has changed\); .*or remove that run: gleaner runs rm x$/,
  });
  assert.equal(repository.countOf("x"), 2);
});

test("what no run names is counted and goes; what is named by rounds, actors, configs or as an origin stays", () => {
  const repository = store(["r", { student: { checkpoint: "c-config" } }]);
  const checkpoint = (id: string, parent: string | null, trainingSet: string | null = null) =>
    repository.addCheckpoint({
      ...{
        id: id as CheckpointId,
        parent: parent as CheckpointId | null,
        trainingSet: trainingSet as TrainingSetId | null,
      },
      ...{ trainer: "t", at: { kind: "folder", path: `checkpoints/${id}` } },
    });
  const set = (id: string) =>
    repository.addTrainingSet(id as TrainingSetId, {
      kind: "sft",
      examples: [{ messages: [{ role: "user", content: id, weight: 0 }], source: "t" } as never],
    });
  for (const id of ["s-round", "s-origin", "s-gone"]) set(id);
  checkpoint("c-origin", null, "s-origin");
  checkpoint("c-round", "c-origin");
  for (const id of ["c-actor", "c-config"]) checkpoint(id, null);
  checkpoint("c-gone", "c-round", "s-gone");
  for (const id of ["c-actor", "c-gone"]) repository.addMetrics(id as CheckpointId, 1, { loss: 1 });
  repository.addTask({ id: taskId("world/train/2"), split: "train", category: "", instruction: "", data: null });
  repository.addTrajectory("r", episode("t", undefined, "c-actor"));
  repository.addRound(round("r", { trainingSet: "s-round" as TrainingSetId, checkpoint: "c-round" as CheckpointId }));
  const { named, bytes, ...counts } = repository.unnamed();
  assert.deepEqual([...named].sort(), ["c-actor", "c-config", "c-origin", "c-round"]);
  assert.deepEqual(counts, { checkpoints: 1, trainingSets: 1, tasks: 1 });
  assert(bytes > 0);
  const lines = dump(repository).split("\n");
  repository.removeUnnamed();
  const gone = lines.filter((line) => !dump(repository).split("\n").includes(line));
  assert.deepEqual(gone.map((line) => (JSON.parse(line) as { kind: string }).kind).sort(), [
    "checkpoint",
    "metrics",
    "task",
    "trainingSet",
  ]);
  assert.partialDeepStrictEqual(repository.unnamed(), { checkpoints: 0, trainingSets: 0, tasks: 0, bytes: 0 });
});

test("of two whole experiments, removing one leaves the store of the other", () => {
  const both = openSqlite(":memory:");
  addSyntheticRun(both, { run: "one" });
  addSyntheticRun(both, { run: "two", skill: 0.1, seeds: [3] });
  assert.deepEqual(both.buildOn(["one"]), []);
  assert(both.removeRuns(["one"]).handedOver > 0, "they share the expert");
  const alone = openSqlite(":memory:");
  addSyntheticRun(alone, { run: "two", skill: 0.1, seeds: [3] });
  both.removeUnnamed();
  alone.removeUnnamed();
  assert.equal(dump(both), dump(alone));
});
