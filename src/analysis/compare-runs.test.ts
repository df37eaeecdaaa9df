import assert from "node:assert/strict";
import { test } from "node:test";
import { addSyntheticRun } from "../../test/synthetic-run.ts";
import { CliError } from "../core/errors.ts";
import { toMarkdown } from "../reports/markdown.ts";
import { openSqlite } from "../store/sqlite.ts";
import { compareRuns } from "./compare-runs.ts";

function two(options: Parameters<typeof addSyntheticRun>[1]) {
  const repository = openSqlite(":memory:");
  addSyntheticRun(repository, { run: "a", seeds: [1], config: { rate: 1, only: "a" } });
  addSyntheticRun(repository, { run: "b", seeds: [1], config: { rate: 2 }, ...options });
  return repository;
}

test("methods of the same name are paired by seed and task; differences are a − b", () => {
  const { pairs } = compareRuns(two({ skill: 0.2 }), "a", "b");
  assert.deepEqual(
    pairs.map(({ a, b }) => [a, b]),
    [
      ["BC", "BC"],
      ["RFT×2", "RFT×2"],
      ["EEF", "EEF"],
    ],
  );
  for (const { overall, byCategory, pairedBy, sharedTasks, onlyA } of pairs) {
    assert.deepEqual([pairedBy, sharedTasks, onlyA], ["seed and task", 20, 0]);
    assert(Math.abs(overall.estimate.value! - (overall.a! - overall.b!)) < 1e-9);
    assert.equal(overall.onlyA - overall.onlyB, Math.round(20 * overall.estimate.value!));
    assert.equal(
      byCategory.reduce((sum, { of }) => sum + of.estimate.cells, 0),
      20,
    );
    assert.notEqual(overall.mcnemar, null);
  }
});

test("a run against itself differs in nothing", () => {
  const { pairs, config } = compareRuns(two({}), "a", "a");
  assert(pairs.every(({ overall }) => overall.estimate.value === 0 && overall.estimate.low === 0));
  assert.deepEqual(config, []);
});

test("runs that evaluated the very same episodes are told to be one result", () => {
  const repository = two({});
  repository.addRun({ name: "again", kind: "experiment", config: {} });
  for (const round of repository.rounds("a")) repository.addRound({ ...round, run: "again" });
  const said = toMarkdown(compareRuns(repository, "a", "again"));
  assert.match(
    said,
    /BC, RFT×2, EEF: a and again hold the very same episodes, so this compares one result with itself\./,
  );
  assert.doesNotMatch(toMarkdown(compareRuns(two({ skill: 0.2 }), "a", "b")), /the very same episodes/);
});

test("runs that share no seed are paired by task", () => {
  const { pairs } = compareRuns(two({ seeds: [7, 8] }), "a", "b");
  assert(pairs.every(({ pairedBy, overall }) => pairedBy === "task" && overall.estimate.cells === 20));
});

test("what each spent is told, and whether it is the same compute", () => {
  const repository = two({});
  const same = compareRuns(repository, "a", "a");
  assert(same.pairs.every(({ moreEnvironmentSteps }) => moreEnvironmentSteps === null || moreEnvironmentSteps === 0));
  assert.match(toMarkdown(same), /The same compute, within 5 %\./);

  // The second run goes on for an iteration less.
  repository.addRun({ name: "short", kind: "experiment", config: {} });
  const rounds = repository.rounds("a").filter(({ iteration }) => iteration < 2);
  for (const round of rounds) repository.addRound({ ...round, run: "short" });
  const shorter = compareRuns(repository, "short", "a");
  const eef = shorter.pairs.find(({ a }) => a === "EEF")!;
  assert.equal(eef.moreRollouts, -1 / 2);
  assert.equal(eef.cost.b.explored, 2 * eef.cost.a.explored);
  assert.match(
    toMarkdown(shorter),
    /Not the same compute: .*EEF of short took \d+ % fewer environment steps than EEF of a/,
  );

  for (const round of rounds.filter(({ method }) => method === "BC")) {
    repository.addRun({ name: "start", kind: "experiment", config: {} });
    repository.addRound({ ...round, run: "start", method: "EEF" });
  }
  assert.match(
    toMarkdown(compareRuns(repository, "start", "a")),
    /Not the same compute: EEF: only one of the two explored/,
  );
});

test("settings that differ, and those only one run has", () => {
  const { config } = compareRuns(two({ seeds: [1, 2] }), "a", "b");
  assert.deepEqual(config, [
    { path: "only", a: "a" },
    { path: "rate", a: 1, b: 2 },
    { path: "seeds", a: [1], b: [1, 2] },
  ]);
});

test("an unknown run is named", () => {
  assert.throws(() => compareRuns(two({}), "a", "c"), {
    name: CliError.name,
    message: /there is no run "c" in this project; it has a, b$/,
  });
});
