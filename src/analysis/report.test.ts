import assert from "node:assert/strict";
import { test } from "node:test";
import { episode } from "../../test/recorded.ts";
import { addSyntheticRun } from "../../test/synthetic-run.ts";
import { CliError, StoreError } from "../core/errors.ts";
import { type CheckpointId, type TaskId, type TrainingSetId, type TrajectoryId, trajectoryId } from "../core/ids.ts";
import type { Repository } from "../core/repository.ts";
import type { Round } from "../core/run.ts";
import { toMarkdown } from "../reports/markdown.ts";
import { reportDocument } from "../reports/report-document.ts";
import { openSqlite } from "../store/sqlite.ts";
import { lastIteration, reportOf } from "./report.ts";

/** One seed: an expert on three tasks, a start (BC) and one iteration of EEF. Every number below can be counted by hand. */
function tiny(): Repository {
  const repository = openSqlite(":memory:");
  repository.addRun({
    name: "run",
    kind: "experiment",
    config: { notes: ["words by heuristic"], server: ["seeds are ignored"] },
  });
  for (const id of ["train/1", "train/2", "train/3", "test/1", "test/2", "test/3"]) {
    const [split, number] = id.split("/");
    const category = number === "1" ? "easy" : "hard";
    const subject = id === "test/3" ? "a fourth" : number!;
    repository.addTask({ id: id as TaskId, split: split!, category, subject, instruction: `do ${number}`, data: null });
  }
  const on = (task: string) => ({ taskId: task as TaskId });
  const expert = [
    episode(repository, "e1", "+", { policy: "expert/x", ownSteps: 6, ...on("train/1") }),
    episode(repository, "e2", "-", { policy: "expert/x", ownSteps: 6, ...on("train/2") }),
    episode(repository, "e3", "-", { policy: "expert/x", ownSteps: 6, ...on("train/3") }),
  ];
  const explored = [
    episode(repository, "x1", "+", { ...on("train/1"), ownSteps: 3 }),
    episode(repository, "x2", "-", { ...on("train/2"), ownSteps: 3 }),
    episode(repository, "x3", "!", { ...on("train/3"), ownSteps: 1 }),
  ];
  const probe = (id: string, result: string, from: number, step: number) =>
    episode(repository, id, result, { ...on(`train/${from}`), fork: { from: expert[from - 1]!, step }, ownSteps: 2 });
  // M = 2, skip length 6 / 3 = 2.
  const probed = [
    probe("p12", "+", 1, 2),
    probe("p14", "+", 1, 4),
    probe("p22", "-", 2, 2),
    probe("p24", "+", 2, 4),
    probe("p32", "!", 3, 2),
    probe("p34", "-", 3, 4),
  ];
  repository.addTrainingSet("empty" as TrainingSetId, { kind: "sft", examples: [] });
  repository.addTrainingSet("set" as TrainingSetId, {
    kind: "sft",
    examples: [
      {
        source: trajectoryId("p24"),
        messages: [
          {
            role: "assistant",
            content: "e2 0",
            weight: 1,
            provenance: { trajectory: trajectoryId("p24"), step: 0, actor: "expert/x", reason: "solution from s_0" },
          },
        ],
      },
    ],
  });
  const evaluate = (policy: string, results: string) =>
    [...results].map((result, index) =>
      episode(repository, `${policy} on ${index}`, result, { policy, ...on(`test/${index + 1}`) }),
    );
  const round = (method: string, iteration: number, rest: Partial<Round>): Round => ({
    run: "run",
    method,
    row: 0,
    seed: 1,
    iteration,
    expert,
    explored: [],
    probed: [],
    trainingSet: "empty" as TrainingSetId,
    checkpoint: "start" as CheckpointId,
    evaluated: [],
    counts: {},
    ...rest,
  });
  repository.addRound(round("BC", 0, { evaluated: evaluate("start", "+--") }));
  repository.addRound(
    round("EEF", 1, {
      explored,
      probed,
      trainingSet: "set" as TrainingSetId,
      checkpoint: "end" as CheckpointId,
      evaluated: evaluate("end", "-+!"),
      counts: { needRecover: 2, needRecoverSolved: 1 },
    }),
  );
  const timing = (method: string, iteration: number, phase: "train" | "probe", milliseconds: number) =>
    repository.addTiming({ run: "run", method, seed: 1, iteration, phase, milliseconds });
  timing("BC", 0, "train", 1000);
  timing("EEF", 1, "train", 200);
  timing("EEF", 1, "train", 30);
  timing("EEF", 1, "probe", 7);
  return repository;
}

test("success counts finished rollouts on held-out tasks, overall and by category", () => {
  const { methods, splits, categories, experts } = reportOf(tiny(), ["run"]);
  const [bc, eef] = methods.map((method) => lastIteration(method).evaluation);
  assert.deepEqual(
    methods.map(({ label }) => label),
    ["BC", "EEF"],
  );
  assert.equal(bc!.overall.success.value, 1 / 3);
  assert.equal(bc!.overall.meanReturn.value, 2 / 3);
  assert.equal(bc!.overall.failed, 0);
  assert.equal(eef!.overall.success.value, 1 / 2);
  assert.equal(eef!.overall.failed, 1);
  const rates = eef!.byCategory.map(({ name, of }) => [name, of.success.value, of.failed]);
  assert.deepEqual(rates, [
    ["easy", 0, 0],
    ["hard", 1, 1],
  ]);
  assert.deepEqual([splits, categories], [["test"], ["easy", "hard"]]);
  assert.deepEqual(
    experts.map(({ policy, trajectories, environmentSteps }) => [policy, trajectories, environmentSteps]),
    [["expert/x", 3, 18]],
  );
  assert.equal(experts[0]!.evaluation.overall.success.value, 1 / 3);
});

test("what world and server say of themselves, and success by whether training has seen the subject", () => {
  const { worlds, servers, subjects } = reportOf(tiny(), ["run"]);
  assert.deepEqual([worlds, servers], [["words by heuristic"], ["seeds are ignored"]]);
  assert.deepEqual(
    subjects.map(({ method, seen, unseen }) => [method, seen.success.value, unseen.success.value, unseen.failed]),
    [
      ["BC", 1 / 2, 0, 0],
      ["EEF", 1 / 2, null, 1],
    ],
  );
});

test("cost: own steps, prefixes apart, tokens, failed rollouts, and the training of the policy that explored", () => {
  const [bc, eef] = reportOf(tiny(), ["run"]).methods.map((method) => lastIteration(method).cost);
  assert.deepEqual(eef, {
    explored: 3,
    probed: 6,
    failed: 2,
    environmentSteps: 3 + 3 + 1 + 6 * 2,
    prefixSteps: 3 * (2 + 4),
    promptTokens: 190,
    completionTokens: 19,
    milliseconds: { explore: null, probe: 7, train: 1230, evaluate: null },
  });
  assert.equal(bc!.environmentSteps, 0);
  assert.equal(bc!.promptTokens, null);
  assert.equal(bc!.milliseconds.train, 1000);
});

test("cost for each solved task, in money too: the expert's recordings and the student's rollouts by their prices", () => {
  const prices = {
    currency: "€",
    student: { promptTokens: 1, completionTokens: 10, episode: 0.5 },
    experts: { "expert/x": { promptTokens: 0, completionTokens: 0, episode: 2 } },
  };
  const report = reportOf(tiny(), ["run"], { prices });
  const [bc, eef] = report.methods.map(lastIteration);
  assert.deepEqual(bc!.solved, { tasks: 3, byExpert: 1, all: 1 });
  assert.deepEqual(eef!.solved, { tasks: 3, byExpert: 1, all: 2 });
  assert.deepEqual(bc!.money, { expert: 6, student: 0 });
  // 190 prompt and 19 completion tokens in 9 episodes.
  assert.deepEqual(eef!.money, { expert: 6, student: 0.19 + 0.19 + 4.5 });
  const markdown = toMarkdown(report);
  assert.match(markdown, /\| EEF \| 2 \| 1 \| 1 \| 9 \| 19 \| 209 \| 1\.2 s \|/);
  assert.match(markdown, /\| EEF \| €6\.00 \| €4\.88 \| €10\.88 \| €5\.44 \| €4\.88 \|/);
  assert.match(markdown, /\| BC \| €6\.00 \| €0 \| €6\.00 \| €6\.00 \| – \|/);
  assert.doesNotMatch(markdown, /Without a price/);

  const free = reportOf(tiny(), ["run"], { prices: { ...prices, experts: {} } });
  assert.deepEqual(lastIteration(free.methods[1]!).money, { ...eef!.money!, expert: 0 });
  assert.match(toMarkdown(free), /Without a price, so at no cost: expert\/x\./);
  const without = reportOf(tiny(), ["run"]);
  assert.deepEqual([without.prices, lastIteration(without.methods[1]!).money], [null, null]);
  assert.doesNotMatch(toMarkdown(without), /in money/);
});

test("skills are those of the experts and of each method's held-out episodes", () => {
  const uses = reportOf(tiny(), ["run"]).skills.flatMap(({ uses }) => uses);
  assert.deepEqual(new Set(uses.map(({ who }) => who)), new Set(["expert/x", "BC", "EEF"]));
  assert.deepEqual(new Set(uses.filter(({ who }) => who === "EEF").map(({ episodes }) => episodes)), new Set([2]));
});

test("the best of several samples is told as what it is, and what a selection counted in words", () => {
  const repository = tiny();
  const [start] = repository.rounds("run") as readonly [Round];
  repository.addRound({ ...start, method: "best-of-4", row: 9, samples: 4 });
  const report = reportOf(repository, ["run"]);
  const sampled = report.methods.filter(({ bestOf }) => bestOf !== null);
  assert.deepEqual(
    sampled.map(({ label, bestOf }) => [label, bestOf]),
    [["best-of-4", 4]],
  );
  const markdown = toMarkdown(report);
  assert.match(markdown, /best-of-4: of 4 samples of each held-out task the best one counts/);
  assert.match(markdown, /\| EEF \| need-recover states with a solution \| 1 \| 1 \|/);
});

test("coverage, yield, need-recover states and unsolved tasks", () => {
  const { methods, unsolved } = reportOf(tiny(), ["run"]);
  const [bc, eef] = methods;
  assert.equal(lastIteration(bc!).coverage, 1 / 3, "the tasks are those of the run, whoever explored them");
  assert.equal(eef!.coverageAtStart, 1 / 3);
  assert.equal(lastIteration(eef!).coverage, 2 / 3);
  assert.deepEqual(eef!.yield, {
    explored: { rollouts: 3, learned: 0 },
    probed: { rollouts: 6, learned: 1 },
    total: { rollouts: 9, learned: 1 },
  });
  assert.deepEqual(lastIteration(eef!).counts, { needRecover: 2, needRecoverSolved: 1 });
  assert.deepEqual(unsolved, {
    tasks: 3,
    count: 1,
    byCategory: [
      { name: "easy", of: { tasks: 1, count: 0 } },
      { name: "hard", of: { tasks: 2, count: 1 } },
    ],
    listed: [{ id: "train/3", category: "hard" }],
  });
});

test("probe wins by depth, on lost and on won expert runs, against the start of the same tasks", () => {
  const { methods } = reportOf(tiny(), ["run"]);
  assert.equal(methods[0]!.probes, null);
  const shares = methods[1]!.probes!.depths.map(({ index, lost, won }) => {
    const share = ({ won, of }: typeof lost) => ({ won, of });
    return { index, lost: share(lost), won: share(won) };
  });
  assert.deepEqual(shares, [
    { index: 0, lost: { won: 0, of: 1 }, won: { won: 1, of: 1 } },
    { index: 1, lost: { won: 0, of: 1 }, won: { won: 1, of: 1 } },
    { index: 2, lost: { won: 1, of: 2 }, won: { won: 1, of: 1 } },
  ]);
});

test("differences pair seeds and tasks, and leave out what only one side finished", () => {
  const { differences } = reportOf(tiny(), ["run"]);
  assert.equal(differences.length, 1);
  const { a, b, overall, moreEnvironmentSteps } = differences[0]!;
  assert.deepEqual([a, b], ["EEF", "BC"]);
  assert.deepEqual(
    [
      overall.estimate.value,
      overall.estimate.cells,
      overall.a,
      overall.b,
      overall.onlyA,
      overall.onlyB,
      overall.mcnemar,
    ],
    [0, 2, 0.5, 0.5, 1, 1, 1],
  );
  assert.equal(moreEnvironmentSteps, null, "BC took no step");
});

test("several seeds: means per seed, intervals over seeds and tasks, no McNemar", () => {
  const repository = openSqlite(":memory:");
  addSyntheticRun(repository);
  const { methods, differences, leakage } = reportOf(repository, ["demo"]);
  const eef = methods.find(({ label }) => label === "EEF")!;
  const last = lastIteration(eef);
  assert.deepEqual(
    eef.iterations.map(({ iteration }) => iteration),
    [1, 2],
  );
  assert.deepEqual(last.seeds, [1, 2]);
  assert.equal(last.evaluation.overall.success.resampled, "seeds and tasks");
  assert.equal(last.evaluation.overall.success.cells, 40);
  assert.equal(last.cost.explored, 48);
  assert(differences.every(({ overall }) => overall.mcnemar === null));
  assert.equal(differences[0]!.moreRollouts, 1);
  assert.equal(leakage.violations, 0);
});

test("methods come from the one that explores least to the one that probes, whoever finished first", () => {
  const repository = openSqlite(":memory:");
  addSyntheticRun(repository, { seeds: [1] });
  repository.addRun({ name: "backwards", kind: "experiment", config: {} });
  for (const round of repository.rounds("demo").toReversed()) repository.addRound({ ...round, run: "backwards" });
  const labels = (run: string) => reportOf(repository, [run]).methods.map(({ label }) => label);
  assert.deepEqual(labels("backwards"), labels("demo"));
  assert.deepEqual(labels("demo"), ["BC", "RFT×2", "EEF"]);
});

test("several runs are told apart; a run of recordings reports its policies", () => {
  const repository = openSqlite(":memory:");
  addSyntheticRun(repository);
  addSyntheticRun(repository, { run: "other", seeds: [1], skill: 0.1 });
  const labels = reportOf(repository, ["demo", "other", "demo"]).methods.map(({ label }) => label);
  assert.deepEqual(labels, ["demo: BC", "demo: RFT×2", "demo: EEF", "other: BC", "other: RFT×2", "other: EEF"]);

  const recordings = tiny();
  recordings.addRun({ name: "log", kind: "import", config: {} });
  recordings.addTrajectory("log", { ...recordings.trajectory(trajectoryId("e1"))!, id: trajectoryId("l1") });
  const { experts, methods } = reportOf(recordings, ["log"]);
  assert.deepEqual([experts.map(({ policy }) => policy), methods], [["expert/x"], []]);
});

test("an unfinished run: the last iteration that any seed reached, with the seeds that did", () => {
  const repository = openSqlite(":memory:");
  addSyntheticRun(repository);
  const [first] = repository.rounds("demo").filter(({ method, iteration }) => method === "EEF" && iteration === 2);
  repository.addRound({ ...first!, iteration: 3 });
  const eef = reportOf(repository, ["demo"]).methods.at(-1)!;
  assert.deepEqual(lastIteration(eef).seeds, [1]);
});

test("unknown runs and missing records are named", () => {
  const repository = tiny();
  assert.throws(() => reportOf(repository, ["nobody"]), {
    name: CliError.name,
    message: /there is no run "nobody" in this project; it has run$/,
  });
  assert.throws(() => reportOf(repository, []), { name: CliError.name });
  const [round] = repository.rounds("run");
  repository.addRound({ ...round!, seed: 2, evaluated: [trajectoryId("lost")] });
  assert.throws(() => reportOf(repository, ["run"]), { name: StoreError.name, message: /lost/ });
});

test("equal stores give equal reports, and a report is plain JSON", () => {
  const report = reportOf(tiny(), ["run"]);
  assert.deepEqual(reportOf(tiny(), ["run"]), report);
  assert.deepEqual(JSON.parse(JSON.stringify(report)), report);
});

test("what cannot be replayed is named, and counted in no figure of a method", () => {
  const repository = tiny();
  repository.addRun({ name: "log", kind: "import", config: {} });
  const source = repository.trajectory(trajectoryId("e1"))!;
  const ids = ["l1", "l2", "l3"] as TrajectoryId[];
  ids.forEach((id, index) => {
    const taskId = `log/${index}` as TaskId;
    repository.addTask({ id: taskId, split: "test", category: "not known", instruction: id, data: null });
    repository.addTrajectory("log", { ...source, id, taskId, policy: "expert/log", success: index === 0 });
    repository.addVerification({ kind: "unreplayable", trajectory: id, reason: "nobody has its world" });
  });
  const imported = reportOf(repository, ["log"]);
  assert.deepEqual(imported.unreplayable, [{ policy: "expert/log", trajectories: 3, won: 1 }]);
  assert.deepEqual(
    imported.experts.map(({ trajectories }) => trajectories),
    [3],
  );
  const without = reportOf(repository, ["run"]);
  assert.deepEqual(without.unreplayable, []);
  const say = (report: typeof without) =>
    reportDocument(report, { wide: false })
      .sections.flatMap(({ notes }) => notes)
      .join("\n");
  assert.match(say(imported), /expert\/log: 3 trajectories cannot be replayed, 1 of them won by their log's word/);
  assert.doesNotMatch(say(without), /replayed/);

  for (const round of tiny().rounds("run")) repository.addRound({ ...round, run: "log", learnOnly: ids });
  const taught = reportOf(repository, ["log"]);
  assert.deepEqual(taught.unreplayable, imported.unreplayable);
  const { unreplayable: _, runs: __, ...figures } = taught;
  const { unreplayable: ___, runs: ____, ...before } = without;
  const rest = ({ methods, experts, unsolved }: typeof figures) => ({
    experts,
    unsolved,
    methods: methods.map(({ run: _, iterations, ...method }) => ({
      ...method,
      iterations: iterations.map(({ cost: _, ...each }) => each),
    })),
  });
  assert.deepEqual(rest(figures), rest(before));
  assert.match(
    say(taught),
    /They are examples for behaviour cloning, SFT-ALL, RFT, NAT and AgentEvol; no rollout starts/,
  );
});
