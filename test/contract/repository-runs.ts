/** What every Repository must do with runs, and what its contract (repository.ts) is written with. */
import assert from "node:assert/strict";
import { CliError } from "../../src/core/errors.ts";
import { type TrajectoryId, trajectoryId } from "../../src/core/ids.ts";
import type { Repository } from "../../src/core/repository.ts";
import type { Run } from "../../src/core/run.ts";
import { run, task, trajectory } from "./samples.ts";

/** The lines of a dump; every one ends in a line feed. */
function linesOf(dump: string): string[] {
  const lines = dump.split("\n");
  assert.equal(lines.pop(), "");
  return lines;
}

export const dumpOf = (repository: Repository): string[] => linesOf([...repository.dump()].join(""));

/** `repository` with a run and a task. */
export function withFoundations(repository: Repository): Repository {
  repository.addRun(run);
  repository.addTask(task);
  return repository;
}

/** Runs `body` on a fresh repository, as a test. */
type Check = (title: string, body: (repository: Repository) => void) => void;

export function checkRuns(check: Check): void {
  check("the name of a run that holds something belongs to one kind and config", (repository) => {
    withFoundations(repository).addTrajectory(run.name, trajectory);
    const other: Run = { ...run, config: { seeds: [1, 2], method: { name: "EEF", probes: 7 } } };
    assert.throws(() => repository.addRun(other), { name: CliError.name, message: /first.*method\.probes/ });
    assert.throws(() => repository.addRun({ ...run, kind: "play" }), { name: CliError.name, message: /experiment/ });
    assert.deepEqual(repository.runs(), [run]);
  });

  check("a run that holds nothing gives its name away, and can be taken back", (repository) => {
    repository.addRun({ ...run, config: {} });
    repository.addRun(run);
    assert.deepEqual(repository.runs(), [run]);
    assert.equal(repository.takeBack(run.name), true);
    assert.equal(repository.takeBack(run.name), false, "there is none any more");
    withFoundations(repository).addTrajectory(run.name, trajectory);
    assert.equal(repository.takeBack(run.name), false, "it holds something");
    assert.equal(repository.countOf(run.name), 1);
  });

  check("runs come in the order of their creation", (repository) => {
    for (const each of ["b", "c", "a"]) repository.addRun({ ...run, name: each });
    repository.addRun({ ...run, name: "b" });
    const names = repository.runs().map((each) => each.name);
    assert.deepEqual(names, ["b", "c", "a"]);
  });

  check("a trajectory belongs to every run that made or reuses it; ids come sorted", (repository) => {
    withFoundations(repository).addRun({ ...run, name: "second" });
    for (const id of ["c", "a", "b"]) repository.addTrajectory(run.name, { ...trajectory, id: id as TrajectoryId });
    for (const id of ["d", "a"]) repository.addTrajectory("second", { ...trajectory, id: id as TrajectoryId });
    repository.reuseTrajectory("second", trajectoryId("c"));
    repository.reuseTrajectory(run.name, trajectoryId("c"));
    assert.deepEqual(repository.trajectoriesOf(run.name), ["a", "b", "c"]);
    assert.deepEqual(repository.trajectoriesOf("second"), ["a", "c", "d"]);
    const reuses = dumpOf(repository).filter((line) => line.includes('"reuse"'));
    assert.deepEqual(
      reuses.map((line) => JSON.parse(line)),
      ["a", "c"].map((id) => ({ kind: "reuse", run: "second", trajectory: id })),
    );
  });
}
