/** What the page is given of the project, of a run, its tasks and its expert: on a small real run, and on runs without rounds. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { episode, roundOf, storeOf } from "../../../test/recorded.ts";
import { addSyntheticRun } from "../../../test/synthetic-run.ts";
import { smallStore, viewOn } from "../../../test/viewed.ts";
import { lastIteration, reportOf } from "../../analysis/report.ts";
import { commandLine } from "../../core/command-line.ts";
import type { CheckpointId, TaskId, TrainingSetId } from "../../core/ids.ts";
import { answersText } from "../../reports/answer-text.ts";
import { leakageText } from "../../reports/leakage-text.ts";
import { openSqlite } from "../../store/sqlite.ts";
import type { SentMap } from "../api/expert.ts";
import { wholeMap } from "../api/expert-cells.ts";
import type { Leakage, Overview, Project } from "../api/project.ts";
import type { TaskPage, Tasks } from "../api/tasks.ts";
import { resourceOf } from "../resources.ts";
import type { View } from "../view.ts";

const get = <Shape>(view: View, path: string): Shape =>
  resourceOf(view, { segments: path.split("/").map(decodeURIComponent), query: new URLSearchParams() }) as Shape;

const mapAt = (view: View, path: string) => wholeMap(get<SentMap>(view, path));

const small = viewOn(await smallStore());
const synthetic = openSqlite(":memory:");
addSyntheticRun(synthetic);
const demo = viewOn(synthetic);

test("the project lists its runs with their rounds; the first one to look at is the first that probed, at its last iteration", () => {
  const { name, runs } = get<Project>(small, "project");
  const [run, ...others] = runs;
  assert.deepEqual([name, others, run!.name, run!.kind, run!.world], ["test", [], "small", "experiment", "workshop"]);
  assert.equal(run!.trajectories, small.repository.trajectoriesOf("small").length);
  assert.deepEqual(
    run!.rounds.map(({ key, method }) => [key, method]),
    [
      ["0.1.0", "BC"],
      ["0.2.0", "BC"],
      ["1.1.1", "RFT×2"],
      ["1.2.1", "RFT×2"],
      ["2.1.1", "EEF M=3"],
      ["2.1.2", "EEF M=3"],
      ["2.2.1", "EEF M=3"],
      ["2.2.2", "EEF M=3"],
    ],
  );
  assert.equal(run!.first, "2.1.2");
  const rounds = small.repository.rounds("small");
  assert.deepEqual(
    run!.rounds.map(({ explored, probed, evaluated }) => [explored, probed, evaluated]),
    rounds.map(({ explored, probed, evaluated }) => [explored.length, probed.length, evaluated.length]),
  );
});

test("a run that is under way says how far it is", () => {
  const progress = {
    run: "small",
    phase: "train",
    owed: 5,
    done: 2,
    failed: 0,
    unit: "steps",
    perSecond: 1,
    secondsLeft: 3,
    at: "2026-01-01T00:00:00.000Z",
  };
  const { runs } = get<Project>({ ...small, progress: () => [progress] }, "project");
  assert.deepEqual(runs[0]!.progress, progress);
});

test("the overview says what the report says", () => {
  const report = reportOf(synthetic, ["demo"]);
  const overview = get<Overview>(demo, "runs/demo/overview");
  assert.match(overview.answer[0]!, /^EEF /);
  assert.deepEqual(overview.answer, answersText(report.answers, commandLine()));
  assert.deepEqual(
    overview.methods.map(({ method, row, seeds, points }) => [method, row, seeds.length, points.length]),
    [
      ["BC", 0, 2, 1],
      ["RFT×2", 1, 2, 2],
      ["EEF", 2, 2, 2],
    ],
  );
  for (const [index, { points, seeds }] of overview.methods.entries()) {
    const { iterations } = report.methods[index]!;
    for (const [at, { evaluation, cost, iteration }] of iterations.entries()) {
      const { value, low, high, cells } = evaluation.overall.success;
      const { environmentSteps } = cost;
      assert.deepEqual(points[at], { iteration, environmentSteps, rate: value, low, high, episodes: cells });
      const ofSeeds = seeds.map((seed) => seed.points[at]!);
      assert(Math.abs((ofSeeds[0]!.rate! + ofSeeds[1]!.rate!) / 2 - value!) < 1e-12);
      assert.equal((ofSeeds[0]!.environmentSteps + ofSeeds[1]!.environmentSteps) / 2, environmentSteps);
      assert(ofSeeds.every((point) => point.low! <= point.rate! && point.rate! <= point.high!));
    }
  }
  assert.deepEqual(
    overview.differences.map(({ a, b, estimate, tasks }) => [a, b, estimate, tasks]),
    report.differences.map(({ a, b, overall: { estimate } }) => [a, b, 100 * estimate.value!, estimate.tasks]),
  );
  const { cost, solved } = lastIteration(report.methods[2]!);
  const line = overview.costs[2]!;
  assert.deepEqual(
    [line.method, line.rollouts, line.environmentSteps, line.solved, line.newlySolved],
    ["EEF", cost.explored + cost.probed, cost.environmentSteps, solved.all, solved.all - solved.byExpert],
  );
  assert.equal(line.stepsPerSolved, cost.environmentSteps / (solved.all - solved.byExpert));
  assert.equal(line.stepsPerKept, cost.environmentSteps / line.kept);
  const { seconds, stepsPerSolved } = overview.costs[0]!;
  assert.deepEqual([typeof seconds, stepsPerSolved], ["number", null]);
});

test("the leakage check is the report's, and what it finds is an alarm", async () => {
  const found = await get<Promise<Leakage>>(demo, "runs/demo/leakage");
  assert.deepEqual(found, { run: "demo", alarm: null, notes: leakageText(reportOf(synthetic, ["demo"]).leakage) });

  const repository = storeOf(["train/1"]);
  const id = episode(repository, "e1", "+", { policy: "expert/x" });
  const provenance = { trajectory: id, step: 0, actor: "expert/x", reason: "expert success" };
  const learned = { role: "assistant", content: "e1 0", weight: 1, provenance } as const;
  const trainingSet = "leaking" as TrainingSetId;
  repository.addTrainingSet(trainingSet, { kind: "sft", examples: [{ source: id, messages: [learned] }] });
  roundOf(repository, { expert: [id], evaluated: [id], trainingSet });
  const { alarm } = await get<Promise<Leakage>>(viewOn(repository), "runs/run/leakage");
  assert.equal(alarm, "Do not trust these figures: the leakage check found 1 VIOLATIONS in the training sets.");
  assert.deepEqual((await get<Promise<Leakage>>(viewOn(storeOf([])), "runs/run/leakage")).notes, []);
});

test("tasks: who won which, the unsolved first", () => {
  const { repository } = demo;
  const tasks = get<Tasks>(demo, "runs/demo/tasks");
  assert.deepEqual(tasks.methods, ["BC", "RFT×2", "EEF"]);
  assert.deepEqual([tasks.splits, tasks.lines.length], [["test", "train"], 44]);
  assert.deepEqual(tasks.categories, ["1 word", "2 words", "10 words"]);
  const isSolved = tasks.lines.map(({ solvedBy }) => solvedBy.length > 0);
  assert.deepEqual(
    isSolved,
    isSolved.toSorted((a, b) => Number(a) - Number(b)),
  );
  const won = (ids: readonly string[], task: string) => {
    const own = ids.map((id) => repository.summary(id as never)!).filter(({ taskId }) => taskId === task);
    return own.length === 0 ? null : { won: own.filter(({ success }) => success).length, of: own.length };
  };
  const eef = repository.rounds("demo").filter(({ method }) => method === "EEF");
  const last = eef.filter(({ iteration }) => iteration === 2);
  for (const { task, expert, explored, evaluated, solvedBy } of tasks.lines) {
    assert.deepEqual(expert, won(eef[0]!.expert, task));
    assert.deepEqual(
      explored[2],
      won(
        eef.flatMap((round) => [...round.explored, ...round.probed]),
        task,
      ),
    );
    assert.deepEqual(
      evaluated[2],
      won(
        last.flatMap((round) => round.evaluated),
        task,
      ),
    );
    assert.equal(solvedBy.includes("expert"), (expert?.won ?? 0) > 0);
    assert.equal(solvedBy.includes("EEF"), (explored[2]?.won ?? 0) + (evaluated[2]?.won ?? 0) > 0);
  }
});

test("a task's page has the expert's runs first, then every rollout with the round that it is of", () => {
  const task = get<Tasks>(demo, "runs/demo/tasks").lines.find(({ expert }) => expert !== null)!;
  const page = get<TaskPage>(demo, `runs/demo/tasks/${encodeURIComponent(task.task)}`);
  assert.deepEqual([page.task, page.split, page.category], [task.task, "train", task.category]);
  const [first, ...others] = page.trajectories;
  assert.deepEqual([first!.role, first!.round, first!.who], ["expert", null, "expert/rules"]);
  const eef = others.filter(({ round }) => round?.method === "EEF");
  assert.deepEqual(new Set(eef.map(({ role }) => role)), new Set(["explored", "probed"]));
  assert.equal(eef.length, task.explored[2]!.of);
  assert(eef.every(({ role, fork }) => (role === "probed") === (fork?.from === first!.id)));
  assert.equal(eef.find(({ round }) => round!.iteration === 1)!.who, `BC, seed ${eef[0]!.round!.seed}, iteration 0`);
  assert(others.some(({ who }) => /^EEF, seed \d, iteration 1$/.test(who)));
});

test("where the expert fails: cells, where it breaks, and the kinds of action by harm", () => {
  const map = mapAt(small, "runs/small/rounds/2.1.2/expert");
  const round = small.repository
    .rounds("small")
    .find(({ method, iteration }) => method === "EEF M=3" && iteration === 2)!;
  assert.deepEqual(map.remarks, []);
  assert.equal(map.lines.length, round.expert.length);
  assert.equal(
    map.lines.filter(({ cells }) => cells.some(({ needRecover }) => needRecover)).length,
    round.counts.needRecover,
  );
  for (const { trajectory, cells, breaksAt, breaksWith } of map.lines) {
    const { steps } = small.repository.trajectory(trajectory)!;
    assert.deepEqual(
      cells.map(({ kind }) => kind),
      steps.map(({ action }) => action.split(" ")[0]),
    );
    const first = cells.findIndex(({ label }) => label === "harmful");
    assert.equal(breaksAt ?? -1, first);
    assert.equal(breaksWith, cells[first]?.kind ?? null);
    assert(cells[0]!.taken, "the task's start was tried");
  }
  assert(
    map.lines.some(({ breaksAt }) => breaksAt !== null),
    "a run in which no action did harm would test nothing",
  );
  const all = map.lines.flatMap(({ cells }) => cells);
  for (const { kind, actions, harmful } of map.kinds) {
    const own = all.filter((cell) => cell.kind === kind);
    assert.deepEqual([actions, harmful], [own.length, own.filter(({ label }) => label === "harmful").length]);
  }
  const harm = map.kinds.map(({ harmful }) => harmful);
  assert.deepEqual(
    harm,
    harm.toSorted((a, b) => b - a),
  );
});

test("a world says what its kinds of action are", () => {
  const view = { ...small, skillOf: () => () => "an action" };
  const { kinds } = mapAt(view, "runs/small/rounds/2.1.2/expert");
  assert.deepEqual(
    kinds.map(({ kind }) => kind),
    ["an action"],
  );
});

test("a run without rounds: what it holds is the expert's, and students of an experiment that has just begun are not", () => {
  const repository = storeOf(["train/1", "train/2"]);
  const view = viewOn(repository);
  episode(repository, "e1", "+", { policy: "expert/x", taskId: "train/1" as TaskId });
  episode(repository, "e2", "-", { policy: "expert/x", taskId: "train/2" as TaskId });
  const checkpoint = { id: "student" as CheckpointId, parent: null, trainingSet: null, trainer: "none" };
  repository.addCheckpoint({ ...checkpoint, at: { kind: "folder", path: "checkpoints/student" } });
  episode(repository, "s2", "+", { policy: "student", taskId: "train/2" as TaskId });
  repository.addRun({ name: "empty", kind: "play", config: {} });

  const { runs } = get<Project>(view, "project");
  assert.deepEqual(
    runs.map(({ first, rounds, trajectories, world }) => [first, rounds.length, trajectories, world]),
    [
      ["-", 0, 3, null],
      ["-", 0, 0, null],
    ],
  );
  const map = mapAt(view, "runs/run/rounds/-/expert");
  assert.deepEqual(
    [map.round, map.lines.map(({ trajectory, unsolved }) => [trajectory, unsolved])],
    [
      null,
      [
        ["e2", true],
        ["e1", false],
      ],
    ],
  );
  assert(map.lines.every(({ cells }) => cells.every(({ label, taken }) => label === null && taken === null)));
  const tasks = get<Tasks>(view, "runs/run/tasks");
  assert.deepEqual(
    tasks.lines.map(({ task, expert, solvedBy }) => [task, expert, solvedBy]),
    [
      ["train/2", { won: 0, of: 1 }, []],
      ["train/1", { won: 1, of: 1 }, ["expert"]],
    ],
  );
  const page = get<TaskPage>(view, "runs/run/tasks/train%2F2");
  assert.deepEqual(
    page.trajectories.map(({ id, role }) => [id, role]),
    [
      ["e2", "recorded"],
      ["s2", "recorded"],
    ],
  );
  const overview = get<Overview>(view, "runs/run/overview");
  assert.deepEqual([overview.methods, overview.costs, overview.differences], [[], [], []]);
  assert.match(overview.answer[0]!, /^expert\/x won/);
  assert.deepEqual(get<Overview>(view, "runs/empty/overview").answer, ["Nothing has been recorded yet."]);
  assert.deepEqual(mapAt(view, "runs/empty/rounds/-/expert").lines, []);
  assert.deepEqual(get<Tasks>(view, "runs/empty/tasks").lines, []);
});

test("a dataset is shown with the episodes that it was chosen from", () => {
  const repository = storeOf(["train/1"]);
  const id = episode(repository, "e1", "+", { policy: "expert/x", taskId: "train/1" as TaskId });
  repository.addTrainingSet("set" as TrainingSetId, { kind: "sft", examples: [] });
  repository.addRun({
    name: "chosen",
    kind: "dataset",
    config: { sources: [{ run: "run" }], method: "bc", trainingSet: "set" },
  });
  repository.reuseTrajectory("chosen", id);
  const view = viewOn(repository);
  assert.deepEqual(
    mapAt(view, "runs/chosen/rounds/-/expert").lines.map(({ trajectory }) => trajectory),
    ["e1"],
  );
  assert.deepEqual(
    get<Tasks>(view, "runs/chosen/tasks").lines.map(({ solvedBy }) => solvedBy),
    [["expert"]],
  );
  assert.match(get<Overview>(view, "runs/chosen/overview").answer[0]!, /^expert\/x won/);
});

test("what is not there is null", () => {
  for (const path of [
    "runs/none/overview",
    "runs/none/tasks",
    "runs/small/rounds/9.9.9/expert",
    "runs/small/rounds/-/expert",
  ])
    assert.equal(get(small, path), null, path);
  assert.equal(get(demo, "runs/demo/tasks/none"), null);
});
