/** What every Repository must find without reading long records: heads of rounds, who is on a task, and examples by trajectory. */
import assert from "node:assert/strict";
import { type TaskId, type TrainingSetId, type TrajectoryId, trajectoryId } from "../../src/core/ids.ts";
import type { Repository } from "../../src/core/repository.ts";
import { headOfRound, type Round } from "../../src/core/run.ts";
import { summaryOf } from "../../src/core/summary.ts";
import { type Preference, sourcesOf, type TrainingSet, type WeightedMessage } from "../../src/core/training.ts";
import { withFoundations } from "./repository-runs.ts";
import { round, run, task, trajectory } from "./samples.ts";

type Check = (title: string, body: (repository: Repository) => void) => void;

const other = "world/train/2" as TaskId;
const set = "set" as TrainingSetId;
const ids = (...names: readonly string[]) => names.map(trajectoryId);

/** Trajectories "a" to "d" of the run "first", "e" of "second", which reuses "a"; "d" is on another task. */
function filled(repository: Repository): Repository {
  withFoundations(repository).addTask({ ...task, id: other });
  repository.addRun({ ...run, name: "second" });
  for (const id of ids("a", "b", "c")) repository.addTrajectory(run.name, { ...trajectory, id });
  repository.addTrajectory(run.name, { ...trajectory, id: trajectoryId("d"), taskId: other });
  repository.addTrajectory("second", { ...trajectory, id: trajectoryId("e") });
  repository.reuseTrajectory("second", trajectoryId("a"));
  return repository;
}

const rounds: readonly Round[] = [
  { ...round, row: 2, iteration: 1, expert: ids("a", "d"), explored: ids("b"), probed: ids("c"), evaluated: ids("b") },
  { ...round, row: 2, iteration: 2, expert: ids("a"), learnOnly: ids("e"), explored: ids("c") },
  { ...round, method: "RFT", row: 1, expert: ids("a") },
];

const learned = (trajectory: TrajectoryId, step: number, reason: string): WeightedMessage => {
  const provenance = { trajectory, step, actor: "expert/rules", reason };
  return { role: "assistant", content: "open", weight: 1, provenance };
};
const seen = { role: "user", content: "A door.", weight: 0 } as const;

export function checkLookUps(check: Check): void {
  check("a round's head says all but its lists, and how long they are", (repository) => {
    filled(repository);
    for (const each of rounds) repository.addRound(each);
    for (const each of rounds) repository.addRound(each);
    assert.deepEqual(repository.roundHeads(run.name), repository.rounds(run.name).map(headOfRound));
    const [first, second] = repository.roundHeads(run.name);
    assert.equal(first!.method, "RFT");
    assert.deepEqual(second!.members, { expert: 2, learnOnly: 0, explored: 1, probed: 1, evaluated: 1 });
    assert(!("expert" in second!));
  });

  check("who is on a task: what a run made, reuses or names, with the lists that name it", (repository) => {
    filled(repository);
    for (const each of rounds) repository.addRound(each);
    const namesOf = (name: string, of = task.id) =>
      repository
        .membersOn(name, of)
        .map(({ summary, in: named }) => [
          summary.id,
          named.map(({ row, method, seed, iteration, list }) => `${row} ${method} ${seed} ${iteration} ${list}`),
        ]);
    assert.deepEqual(namesOf(run.name), [
      ["a", ["1 RFT 1 1 expert", "2 EEF 1 1 expert", "2 EEF 1 2 expert"]],
      ["b", ["2 EEF 1 1 explored", "2 EEF 1 1 evaluated"]],
      ["c", ["2 EEF 1 1 probed", "2 EEF 1 2 explored"]],
      ["e", ["2 EEF 1 2 learnOnly"]],
    ]);
    assert.deepEqual(namesOf("second"), [
      ["a", []],
      ["e", []],
    ]);
    assert.deepEqual(namesOf(run.name, other), [["d", ["2 EEF 1 1 expert"]]]);
    const [member] = repository.membersOn(run.name, other);
    assert.deepEqual(
      member!.summary,
      summaryOf({ ...trajectory, id: trajectoryId("d"), taskId: other }, trajectory.steps),
    );
  });

  check("many summaries at once are those that each id has", (repository) => {
    filled(repository);
    const asked = ids("c", "none", "a", "c");
    const found = repository.summaries(asked);
    assert.deepEqual([...found.keys()].sort(), ["a", "c"]);
    for (const [id, summary] of found) assert.deepEqual(summary, repository.summary(id));
    assert.equal(repository.summaries([]).size, 0);
  });

  check("a removed run's rounds name nobody any more", (repository) => {
    filled(repository);
    for (const each of rounds) repository.addRound({ ...each, run: "second", learnOnly: [], expert: ids("a") });
    repository.removeRuns(["second"]);
    repository.addRun({ ...run, name: "second" });
    repository.addRound({ ...round, run: "second", expert: ids("a") });
    assert.deepEqual(repository.roundHeads("second").length, 1);
    assert.deepEqual(
      repository.membersOn("second", task.id).map(({ summary, in: named }) => [summary.id, named.length]),
      [["a", 1]],
    );
  });

  check("examples to imitate are found by the trajectory that they are made of", (repository) => {
    const examples = [
      { source: trajectoryId("a"), messages: [seen, learned(trajectoryId("a"), 0, "expert success")] },
      { source: trajectoryId("b"), messages: [seen, { ...seen, role: "assistant" as const }] },
      { source: trajectoryId("a"), messages: [learned(trajectoryId("a"), 1, "recovery from s_1")] },
    ];
    const stored: TrainingSet = { kind: "sft", examples };
    repository.addTrainingSet(set, stored);
    repository.addTrainingSet(set, stored);
    assert.equal(repository.exampleCount(set), 3);
    assert.deepEqual(repository.example(set, 2), examples[2]);
    assert.equal(repository.example(set, 3), undefined);
    assert.deepEqual(repository.exampleSources(set), examples.flatMap(sourcesOf));
    const of = (id: string) =>
      repository.exampleSources(set, trajectoryId(id))!.map(({ position, part, reason }) => [position, part, reason]);
    assert.deepEqual(of("a"), [
      [0, "example", "expert success"],
      [2, "example", "recovery from s_1"],
    ]);
    assert.deepEqual(of("b"), [[1, "example", null]]);
    assert.deepEqual(of("c"), []);
    repository.removeUnnamed();
    assert.equal(repository.exampleSources(set), undefined);
  });

  check("each side of a preference is found", (repository) => {
    const preference: Preference = {
      prompt: [{ role: "user", content: "A door." }],
      chosen: [learned(trajectoryId("a"), 0, "won")],
      rejected: [learned(trajectoryId("b"), 0, "lost")],
      sources: [trajectoryId("a"), trajectoryId("b")],
    };
    repository.addTrainingSet(set, { kind: "dpo", beta: 0.1, examples: [preference] });
    assert.deepEqual(repository.exampleSources(set), [
      { position: 0, part: "preferred", trajectory: "a", reason: "won" },
      { position: 0, part: "rejected", trajectory: "b", reason: "lost" },
    ]);
    assert.deepEqual(repository.exampleSources(set, trajectoryId("b"))!.length, 1);
  });

  check("whatever is added or removed changes the number of changes; reading does not", (repository) => {
    const known = [repository.changes()];
    const noted = (change: () => void) => {
      change();
      assert(!known.includes(repository.changes()), `change ${known.length}`);
      known.push(repository.changes());
    };
    noted(() => filled(repository));
    noted(() => repository.addRound({ ...round, expert: ids("a") }));
    noted(() => repository.addTrainingSet(set, { kind: "sft", examples: [] }));
    repository.rounds(run.name);
    repository.addRun(run);
    assert.equal(repository.changes(), known.at(-1));
    noted(() => repository.removeRuns([run.name, "second"]));
  });
}
