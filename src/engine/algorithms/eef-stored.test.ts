/** Labels read again from a store: those of the test vectors, and those that EEF itself read when it chose. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { episode, roundOf } from "../../../test/recorded.ts";
import type { TaskId, TrajectoryId } from "../../core/ids.ts";
import type { Json } from "../../core/json.ts";
import type { Repository } from "../../core/repository.ts";
import type { Round } from "../../core/run.ts";
import { openSqlite } from "../../store/sqlite.ts";
import { readingsOf } from "./eef-stored.ts";

const SKIP = 3;
const EXPERT = "e" as TrajectoryId;

function store(said: Json = { method: "eef" }): Repository {
  const repository = openSqlite(":memory:");
  repository.addRun({ name: "run", kind: "experiment", config: { methods: [said] } });
  const task = { id: "train/1" as TaskId, split: "train", category: "c", instruction: "do", data: null };
  repository.addTask(task);
  episode(repository, EXPERT, "-", { policy: "expert/x", ownSteps: 4 * SKIP });
  return repository;
}

/** `"111 000 0!0"`: three tries of s_0 won, three of s_l lost, of those of s_2l one broke on our side. */
function addRound(repository: Repository, outcomes: string, iteration = 1): Round {
  const results = outcomes.split(" ").map((tries) => [...tries].map((mark) => ({ 0: "-", 1: "+" })[mark] ?? "!"));
  const [starts, ...states] = results;
  const of = (results: readonly string[], state: number) =>
    results.map((result, sample) =>
      episode(repository, `${iteration} ${state} ${sample}`, result, {
        ...(state > 0 && { fork: { from: EXPERT, step: state * SKIP } }),
      }),
    );
  return roundOf(repository, {
    row: 1,
    iteration,
    expert: [EXPERT],
    explored: of(starts!, 0),
    probed: states.flatMap((tries, index) => of(tries, index + 1)),
  });
}

const read = (repository: Repository, rounds: readonly Round[]) => readingsOf(repository, rounds).get(EXPERT)!;

/** docs/methods.md §2, test vectors: spans in units of the skip length. */
const VECTORS = [
  { outcomes: "0 1 0 1", beneficial: [[0, 1], [2, 3]], harmful: [[1, 2]], needRecover: 2 }, // biome-ignore format: one vector a line
  { outcomes: "1 1 1 1", beneficial: [], harmful: [], needRecover: null },
  { outcomes: "0 0 0 0", beneficial: [], harmful: [], needRecover: null },
  { outcomes: "1 0 0 0", beneficial: [], harmful: [[0, 1]], needRecover: 1 },
  { outcomes: "1 0 0 1", beneficial: [[2, 3]], harmful: [[0, 1]], needRecover: 1 },
  { outcomes: "0 0 1 1", beneficial: [[1, 2]], harmful: [], needRecover: null },
  { outcomes: "1 1 0 0", beneficial: [], harmful: [[1, 2]], needRecover: 2 },
];

for (const { outcomes, beneficial, harmful, needRecover } of VECTORS) {
  test(`outcomes ${outcomes}, from a store`, () => {
    const repository = store();
    const spans = (pairs: readonly (readonly number[])[]) =>
      pairs.map(([from, to]) => ({ from: SKIP * from!, to: SKIP * to! }));
    assert.deepEqual(read(repository, [addRound(repository, outcomes)]), {
      beneficial: spans(beneficial),
      harmful: spans(harmful),
      needRecover: needRecover === null ? null : SKIP * needRecover,
      states: outcomes.split(" ").map((won, index) => ({ step: SKIP * index, won: Number(won), of: 1 })),
    });
  });
}

test("several rollouts a state, and one that broke on our side: it says nothing", () => {
  const repository = store({ method: "eef", samplesPerState: 3 });
  const { states, needRecover, harmful } = read(repository, [addRound(repository, "111 000 0!0 000")]);
  assert.deepEqual(
    states.map(({ won, of }) => `${won}/${of}`),
    ["3/3", "0/3", "0/2", "0/3"],
  );
  assert.deepEqual([needRecover, harmful], [SKIP, [{ from: 0, to: SKIP }]]);
});

test("confidence and whose rounds count are those of the run's config", () => {
  for (const [labels, expected] of [
    ["this-round", SKIP * 2],
    ["all-rounds", null],
  ] as const) {
    const repository = store({ method: "eef", labels, confidence: 0.82 });
    const rounds = ["1 0 0 0", "0 1 0 0"].map((outcomes, index) => addRound(repository, outcomes, index + 1));
    assert.equal(read(repository, rounds).needRecover, expected, labels);
  }
  const strict = store({ method: "eef", confidence: 0.9 });
  assert.equal(read(strict, [addRound(strict, "1 0 0 0")]).needRecover, null);
});

test("a store that lacks something is refused by name", () => {
  const repository = store();
  const round = addRound(repository, "1 0 0 0");
  assert.throws(() => readingsOf(repository, [{ ...round, probed: ["gone" as TrajectoryId] }]), /gone.*is not stored/);
  assert.throws(() => readingsOf(repository, [{ ...round, probed: round.explored }]), /does not say where it began/);
});
