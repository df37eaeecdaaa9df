/** The answer of a report: the fairest control, verdicts that never say more than the interval, and runs that lack things. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { episode } from "../../test/recorded.ts";
import { addSyntheticRun } from "../../test/synthetic-run.ts";
import type { CheckpointId, TaskId, TrainingSetId } from "../core/ids.ts";
import type { Json } from "../core/json.ts";
import type { Repository } from "../core/repository.ts";
import type { Trajectory } from "../core/trajectory.ts";
import { answerText } from "../reports/answer-text.ts";
import { toTable } from "../reports/terminal.ts";
import { openSqlite } from "../store/sqlite.ts";
import { type Answer, type Compared, verdictOf } from "./answer.ts";
import { reportOf } from "./report.ts";

const TASKS = 40;

/** A method: what the config says of it, and how many of the held-out tasks it wins (the first ones), by seed. */
interface Row {
  readonly label: string;
  readonly said?: Json;
  readonly won: number | readonly number[];
  readonly rollouts?: number;
  readonly probes?: number;
  readonly samples?: number;
}

const BC: Row = { label: "BC", won: 8 };
const EEF: Row = { label: "EEF", said: { method: "eef" }, won: 30, rollouts: 1, probes: 5 };
const RFT: Row = { label: "RFT×6", said: { method: "rft", samples: 6, solutions: "all" }, won: 16, rollouts: 6 };
const ONE: Row = {
  label: "RFT×6, one solution",
  said: { method: "rft", samples: 6, solutions: "one" },
  won: 18,
  rollouts: 6,
};
const MATCHED: Row = {
  label: "RFT as EEF M=5",
  said: { method: "rft", matchProbes: 5, solutions: "all" },
  won: 17,
  rollouts: 6,
};

/** A store with one run of these rows; BC is row 0. */
function storeWith(rows: readonly Row[], seeds: readonly number[] = [1]): Repository {
  const repository = openSqlite(":memory:");
  const methods = rows.slice(1).map(({ said }) => said ?? {});
  repository.addRun({ name: "run", kind: "experiment", config: { methods } });
  const task = (split: string, index: number) => `${split}/${index}` as TaskId;
  for (let index = 0; index < TASKS; index++)
    repository.addTask({ id: task("test", index), split: "test", category: "c", instruction: `${index}`, data: null });
  repository.addTask({ id: task("train", 1), split: "train", category: "c", instruction: "learn", data: null });
  const expert = [episode(repository, "e", "-", { policy: "expert/x", ownSteps: 12, taskId: task("train", 1) })];
  const [trainingSet, checkpoint] = ["set" as TrainingSetId, "end" as CheckpointId];
  repository.addTrainingSet(trainingSet, { kind: "sft", examples: [] });
  for (const [row, { label, won, rollouts = 0, probes = 0, samples }] of rows.entries()) {
    for (const [at, seed] of seeds.entries()) {
      const wins = typeof won === "number" ? won : won[at]!;
      const of = (kind: string, count: number, fork?: boolean) =>
        Array.from({ length: count }, (_, index) =>
          episode(repository, `${label} ${seed} ${kind} ${index}`, "-", {
            taskId: task("train", 1),
            ...(fork && { fork: { from: expert[0]!, step: 2 * (index + 1) } }),
          }),
        );
      repository.addRound({
        run: "run",
        method: label,
        row,
        seed,
        iteration: row === 0 ? 0 : 1,
        expert,
        explored: of("explored", rollouts),
        probed: of("probed", probes, true),
        trainingSet,
        checkpoint,
        evaluated: Array.from({ length: TASKS }, (_, index) =>
          episode(repository, `${label} ${seed} ${index}`, index < wins ? "+" : "-", { taskId: task("test", index) }),
        ),
        ...(samples !== undefined && { samples }),
        counts: {},
      });
    }
  }
  return repository;
}

const answerTo = (repository: Repository, ...runs: string[]): Answer => {
  const [answer] = reportOf(repository, runs.length > 0 ? runs : ["run"]).answers;
  return answer!;
};

function compared(rows: readonly Row[], seeds?: readonly number[]): Compared {
  const answer = answerTo(storeWith(rows, seeds));
  assert(answer.kind === "compared", answer.kind);
  return answer;
}

test("the fairest control of EEF: one solution, then matched, then as many rollouts, then fewer, then BC", () => {
  const control = (...rows: Row[]) => {
    const { method, because, fewerRollouts } = compared([BC, ...rows, EEF]).control;
    return [method, because, fewerRollouts];
  };
  const few: Row = { label: "RFT", said: { method: "rft", samples: 1, solutions: "all" }, won: 10, rollouts: 1 };
  assert.deepEqual(control(few, RFT, MATCHED, ONE), ["RFT×6, one solution", "one solution", false]);
  assert.deepEqual(control(few, RFT, MATCHED), ["RFT as EEF M=5", "as many rollouts", false]);
  assert.deepEqual(control(few, RFT), ["RFT×6", "as many rollouts", false]);
  assert.deepEqual(control(few), ["RFT", "explores less", true]);
  assert.deepEqual(control(), ["BC", "explores nothing", false]);
});

test("a name of the user's own hides nothing: what a method is comes from the config", () => {
  const renamed = [BC, { ...RFT, label: "plain" }, { ...ONE, label: "a" }, { ...EEF, label: "mine" }];
  const { subject, control } = compared(renamed);
  assert.deepEqual([subject.method, control.method], ["mine", "a"]);
});

test("the verdict says what the interval says", () => {
  const verdict = (low: number | null, high: number | null) => verdictOf({ low, high });
  assert.deepEqual(
    [verdict(0.01, 0.2), verdict(-0.2, -0.01), verdict(-0.1, 0.1), verdict(0, 0.2), verdict(0, 0), verdict(null, null)],
    ["better", "worse", "no difference seen", "no difference seen", "no difference seen", "cannot tell"],
  );
});

test("better than one solution: worth it; than RFT×N only: perhaps; than BC only: not tested", () => {
  const worth = (...rows: Row[]) => {
    const { verdict, mining, next } = compared([BC, ...rows, EEF]);
    return [verdict, mining.worth, next];
  };
  assert.deepEqual(worth(ONE), ["better", "yes", "more seeds"]);
  assert.deepEqual(worth(RFT), ["better", "perhaps", "add the control"]);
  assert.deepEqual(worth(), ["better", "not tested", "add the control"]);
  const { mining, next } = compared([BC, ONE, { ...EEF, won: [30, 29] }], [1, 2]);
  assert.deepEqual([mining.worth, next], ["yes", "hand it on"]);
});

test("no difference and worse: never worth it, whoever has the highest figure", () => {
  const even = compared([BC, ONE, { ...EEF, won: 18 }]);
  assert.deepEqual(
    [even.verdict, even.mining.worth, even.next],
    ["no difference seen", "no gain seen", "sample from the start"],
  );
  assert.deepEqual(answerText(even, false), [
    "EEF and RFT×6, one solution, its fairest control, cannot be told apart: 45.0 % against 45.0 % of 40 held-out tasks, 0.0 points (95 % interval 0.0 to 0.0, one seed).",
    "Mining the expert's failures showed no gain, and too few probes on lost runs were won or lost to see a trend.",
    "Next: sample more from the start (RFT×N), which is simpler.",
  ]);
  const worse = compared([BC, ONE, { ...EEF, won: 9 }]);
  assert.deepEqual([worse.verdict, worse.mining.worth, worse.best.method], ["worse", "no", "RFT×6, one solution"]);
  assert.match(
    answerText(worse, false)[0]!,
    /^EEF does worse than RFT×6, one solution, its fairest control: 22\.5 % against/,
  );
});

test("another method may be the highest; of several variants of EEF the best one is judged, and that is said", () => {
  const eto: Row = { label: "ETO", said: { method: "eto" }, won: 35, rollouts: 1 };
  const wide: Row = { ...EEF, label: "EEF M=3", said: { method: "eef", probes: 3 }, won: 25, probes: 3 };
  const answer = compared([BC, ONE, eto, EEF, wide]);
  assert.deepEqual([answer.best.method, answer.subject.method, answer.variants], ["ETO", "EEF", 2]);
  const [first, second] = answerText(answer, false);
  assert.match(first!, /^EEF \(the best of 2 variants of EEF, picked on these very tasks\) beats/);
  assert.equal(second, "The highest success is another method's: ETO won 87.5 % of 40 held-out tasks.");
});

test("without EEF the best method meets BC, and nobody claims anything about failures", () => {
  const answer = compared([BC, RFT, ONE]);
  assert.deepEqual([answer.subject.method, answer.control.method], ["RFT×6, one solution", "BC"]);
  assert.deepEqual([answer.mining.worth, answer.next], ["not tried", "probe the failures"]);
  assert.match(answerText(answer, false)[1]!, /^Nobody probed the expert's failures/);
  const beaten = compared([{ ...BC, won: 39 }, RFT]);
  assert.deepEqual([beaten.best.method, beaten.subject.method, beaten.verdict], ["BC", "RFT×6", "worse"]);
});

test("an upper bound wins nothing", () => {
  const bound: Row = { label: "best-of-4", said: { method: "best-of" }, won: 40, samples: 4 };
  assert.equal(compared([BC, ONE, EEF, bound]).best.method, "EEF");
  assert.equal(answerTo(storeWith([BC, bound])).kind, "alone");
});

test("nothing won, everything won, one method alone, nothing evaluated, recordings, nothing at all", () => {
  const kind = (...rows: Row[]) => answerTo(storeWith(rows)).kind;
  assert.equal(kind({ ...BC, won: 0 }, { ...EEF, won: 0 }), "none won");
  assert.equal(kind({ ...BC, won: TASKS }, { ...EEF, won: TASKS }), "all won");
  assert.equal(kind(BC), "alone");
  const repository = storeWith([BC]);
  repository.addRun({ name: "log", kind: "import", config: {} });
  repository.addTrajectory("log", { ...repository.trajectory("e" as never)!, id: "l" as never });
  const outcome = { kind: "failed", error: { name: "EnvironmentError", message: "diverged" } } as const;
  repository.addTrajectory("log", { ...repository.trajectory("e" as never)!, id: "broken" as never, outcome });
  repository.addRun({ name: "empty", kind: "experiment", config: {} });
  const [round] = repository.rounds("run");
  repository.addRun({ name: "bare", kind: "experiment", config: {} });
  repository.addRound({ ...round!, run: "bare", evaluated: [] });
  const recordings = answerTo(repository, "log");
  assert.deepEqual(recordings, {
    kind: "recordings",
    run: "log",
    experts: [{ policy: "expert/x", trajectories: 1, failed: 1, success: 0, coverage: 0 }],
  });
  const [won, left] = answerText(recordings, false);
  assert.equal(won, "expert/x won 0.0 % of 1 recorded run and 0.0 % of the tasks it played.");
  assert.equal(left, "1 more run broke off or differs from its replay.");
  repository.addRun({ name: "lost", kind: "import", config: {} });
  repository.addTrajectory("lost", repository.trajectory("broken" as never)!);
  assert.deepEqual(answerText(answerTo(repository, "lost"), false), [
    "The one run of expert/x broke off or differs from its replay.",
    "So there is nothing to learn from yet.",
  ]);
  assert.equal(answerTo(repository, "empty").kind, "nothing recorded");
  assert.equal(answerTo(repository, "bare").kind, "nothing evaluated");
  for (const run of ["log", "empty", "bare"]) {
    for (const sentence of answerText(answerTo(repository, run), true))
      assert.doesNotMatch(sentence, /undefined|NaN|null/);
  }
});

test("where no method won, the expert's runs tell what the limit is", () => {
  const lost = { kind: "none won", run: "run", tasks: 20, expert: 0 } as const;
  const said = (answer: Answer) => answerText(answer, false).join(" ");
  assert.match(
    said({ ...lost, expert: 0.4 }),
    /the student is the limit, not the method\. The expert won 40\.0 % of its/,
  );
  assert.match(
    said({ ...lost, expert: null }),
    /the student is the limit, not the method\. Next: take a stronger student/,
  );
  assert.match(
    said(lost),
    /The expert won no run either, so there was no win to imitate\. Next: take an expert that wins/,
  );
  assert.doesNotMatch(said(lost), /student is the limit/);
  const repository = storeWith([
    { ...BC, won: 0 },
    { ...EEF, won: 0 },
  ]);
  // Its expert lost the one run that it played.
  assert.deepEqual(answerTo(repository), { ...lost, tasks: TASKS });
  const all = said(answerTo(storeWith([{ ...BC, won: TASKS }])));
  assert.match(all, /won all 40 held-out tasks, so they cannot be told apart: on these tasks nothing is left to learn/);
});

test("a run whose every evaluation failed says so, and why", () => {
  const repository = storeWith([BC]);
  const [round] = repository.rounds("run");
  const failing = (message: string, index: number) =>
    ({
      ...repository.trajectory(round!.evaluated[0]!)!,
      id: `failed ${index}`,
      outcome: { kind: "failed", error: { name: "PolicyError", message } },
    }) as Trajectory;
  const messages = ["p: no answer in time", "connection broke: ECONNREFUSED (5 attempts)", "p: no answer in time"];
  repository.addRun({ name: "down", kind: "experiment", config: {} });
  const made = messages.map(failing);
  for (const each of made) repository.addTrajectory("down", { ...each, policy: "p" });
  repository.addRound({ ...round!, run: "down", evaluated: made.map(({ id }) => id) });
  assert.deepEqual(answerTo(repository, "down"), { kind: "all failed", run: "down", failed: 3 });
  const report = reportOf(repository, ["down"]);
  assert.deepEqual(report.failures, [
    { reason: "no answer in time", count: 2 },
    { reason: "connection broke: ECONNREFUSED (5 attempts)", count: 1 },
  ]);
  const text = toTable(report).replace(/\s+/g, " ");
  assert.match(text, /Every episode on held-out tasks failed \(3\): the world or the model broke/);
  assert.match(
    text,
    /3 episodes failed .* left out of success: 2 × no answer in time; 1 × connection broke: ECONNREFUSED/,
  );
  assert.match(text, /Failed rollouts: BC 3 evaluating, 0 exploring/);
});

test("several runs: an answer for each, named; an unfinished one says so", () => {
  const repository = openSqlite(":memory:");
  addSyntheticRun(repository, { run: "a" });
  addSyntheticRun(repository, { run: "b", seeds: [1], skill: 0.1 });
  const { answers } = reportOf(repository, ["a", "b"]);
  assert.deepEqual(
    answers.map(({ run }) => run),
    ["a", "b"],
  );
  assert.match(answerText(answers[1]!, true)[0]!, /^b: EEF and RFT×2, its fairest control, cannot be told apart/);
  const [first] = repository.rounds("a").filter(({ method, iteration }) => method === "EEF" && iteration === 2);
  repository.addRound({ ...first!, iteration: 3 });
  const unfinished = answerTo(repository, "a");
  assert(unfinished.kind === "compared" && unfinished.next === "finish the run");
});

test("when and by which program: the first time that each piece of work was done", () => {
  const repository = openSqlite(":memory:");
  addSyntheticRun(repository, { seeds: [1], iterations: 1 });
  const timing = { run: "demo", method: "EEF", seed: 1, iteration: 1, phase: "train", milliseconds: 1 } as const;
  assert.equal(reportOf(repository, ["demo"]).ran[0]!.timing, null, "stores of before do not say");
  repository.addTiming({ ...timing, iteration: 7, at: "2026-01-01T10:00:00.000Z", by: "1.0.0" });
  repository.addTiming({ ...timing, iteration: 8, at: "2026-01-01T11:00:00.000Z", by: "1.0.1" });
  repository.addTiming({ ...timing, iteration: 8, at: "2026-02-02T11:00:00.000Z", by: "2.0.0" });
  assert.deepEqual(reportOf(repository, ["demo"]).ran, [
    {
      run: "demo",
      kind: "experiment",
      config: { seeds: [1] },
      seeds: [1],
      audit: null,
      timing: { from: "2026-01-01T10:00:00.000Z", to: "2026-01-01T11:00:00.000Z", programs: ["1.0.0", "1.0.1"] },
    },
  ]);
});
