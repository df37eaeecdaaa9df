/** Which examples each method chooses, for outcomes prescribed by the test. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { base, broken, examplesOf, experimentOf, type Prescription, run, task } from "../../../test/prescribed.ts";
import { type TaskId, taskId } from "../../core/ids.ts";
import type { Trajectory } from "../../core/trajectory.ts";
import { bc } from "./bc.ts";
import { eef } from "./eef.ts";
import type { Experiment } from "./experiment.ts";
import { rft } from "./rft.ts";

const expertActions = (length: number) => Array.from({ length }, (_, index) => `e${index}`);

/** An experiment in which the outcome of every rollout is prescribed, s_0's first; it keeps what was trained. */
function prescribed(
  expert: readonly Trajectory[],
  outcomes: readonly boolean[],
  learnOnly: readonly Trajectory[] = [],
) {
  let probed = 0;
  const { experiment, asked, rounds } = experimentOf({
    expert,
    learnOnly,
    own: (iteration, sample) => run(`own-${iteration}-${sample}`, ["o0", `o${sample}`], outcomes[0]!),
    probe(iteration, { trajectory, step }) {
      const actions = [...trajectory.steps.slice(0, step).map(({ action }) => action), "p0", "p1"];
      return run(`probe-${iteration}-${step}`, actions, outcomes[++probed]!, { fork: { from: trajectory, step } });
    },
  });
  return { experiment, rounds, trained: () => asked.map(({ set }) => set) };
}

// methods.md §2, the last two columns of the test vectors: 8 actions, M = 3, skip length 2.
const VECTORS: readonly { outcomes: string; expertWon?: boolean; examples: string[] }[] = [
  { outcomes: "0 1 0 1", examples: ["probe-1-2:  | e0 e1 p0 p1", "probe-1-6: e0 e1 e2 e3 | e4 e5 p0 p1"] },
  { outcomes: "1 1 1 1", examples: ["own-1-0:  | o0 o0"] },
  { outcomes: "0 0 0 0", examples: [] },
  { outcomes: "1 0 0 0", examples: ["own-1-0:  | o0 o0"] },
  { outcomes: "1 0 0 1", examples: ["own-1-0:  | o0 o0", "probe-1-6: e0 e1 | e2 e3 e4 e5 p0 p1"] },
  { outcomes: "0 0 1 1", examples: ["probe-1-4:  | e0 e1 e2 e3 p0 p1"] },
  { outcomes: "1 1 0 0", expertWon: true, examples: ["own-1-0:  | o0 o0", "expert: e0 e1 e2 e3 | e4 e5 e6 e7"] },
];

for (const { outcomes, expertWon = false, examples } of VECTORS) {
  test(`EEF's examples for outcomes ${outcomes}${expertWon ? ", expert itself won" : ""}`, async () => {
    const expert = run("expert", expertActions(8), expertWon);
    const { experiment, trained, rounds } = prescribed(
      [expert],
      outcomes.split(" ").map((won) => won === "1"),
    );
    await eef(experiment, base, { iterations: 1, probes: 3, trainFrom: "base" });
    assert.deepEqual(examplesOf(trained()[0]!), examples);
    assert.equal(rounds[0]!.counts!.tasksLeftOut, examples.length === 0 ? 1 : 0);
  });
}

test("every weighted message says which step it is, who acted and why it was kept", async () => {
  const expert = run("expert", expertActions(8), false);
  const { experiment, trained } = prescribed([expert], [false, true, false, true]);
  await eef(experiment, base, { iterations: 1, probes: 3, trainFrom: "base" });
  const set = trained()[0]!;
  assert(set.kind === "sft");
  const provenances = set.examples[1]!.messages.flatMap((m) => (m.weight === 1 ? [m.provenance] : []));
  assert.deepEqual(
    provenances.map(({ step, actor, reason }) => `${step} ${actor} ${reason}`),
    [
      "4 expert/e recovery from s_4",
      "5 expert/e recovery from s_4",
      "6 student recovery from s_4",
      "7 student recovery from s_4",
    ],
  );
});

test("a probe that failed on our side is no label", async () => {
  const expert = run("expert", expertActions(8), false);
  const { experiment, rounds } = prescribed([expert], [true, false, true, true]);
  const probe = experiment.probe;
  const ill = {
    ...experiment,
    probe: async (...given: Parameters<typeof probe>) => {
      const [first, ...others] = await probe(...given);
      return [broken(first!), ...others];
    },
  };
  await eef(ill, base, { iterations: 1, probes: 3, trainFrom: "base" });
  assert.equal(rounds[0]!.counts!.needRecover, 0);
});

/** Wins by state and sample, s_0 first: "110 000" = of three tries at s_0 two won, of three at s_l none. */
function repeated(outcomes: readonly string[], skip: number) {
  const expert = run("expert", expertActions(8), false);
  const of = (iteration: number, state: number, sample: number) =>
    outcomes[iteration - 1]!.split(" ")[state]![sample] === "1";
  return experimentOf({
    expert: [expert],
    own: (iteration, sample) => run(`own-${iteration}-${sample}`, [`o${sample}`], of(iteration, 0, sample)),
    probe(iteration, { trajectory, step }, sample) {
      const actions = [...trajectory.steps.slice(0, step).map(({ action }) => action), `p${sample}`];
      const fork = { from: trajectory, step };
      return run(`probe-${iteration}-${step}-${sample}`, actions, of(iteration, step / skip, sample), { fork });
    },
  });
}

test("EEF with three rollouts a state: labels by rate, every win a possible solution", async () => {
  const options = { iterations: 1, probes: 3, trainFrom: "base", samplesPerState: 3 } as const;
  // By the first rollouts alone, s_l would need to recover and s_2l would be beneficial.
  const { experiment, asked, rounds } = repeated(["111 011 110 001"], 2);
  await eef(experiment, base, options);
  assert.deepEqual(rounds[0]!.counts, {
    tasksLeftOut: 0,
    needRecover: 0,
    needRecoverSolved: 0,
    expertActionsLearned: 0,
    labelsChanged: 3,
  });
  assert.deepEqual(examplesOf(asked[0]!.set), ["own-1-0:  | o0"]);
  assert.equal(rounds[0]!.explored.length + rounds[0]!.probed.length, 12);

  const clear = repeated(["111 000 010 000"], 2);
  await eef(clear.experiment, base, options);
  assert.deepEqual(examplesOf(clear.asked[0]!.set), ["own-1-0:  | o0", "probe-1-4-1: e0 e1 | e2 e3 p1"]);
});

test("EEF's labels by all rounds pool the rollouts of a state; by this round they do not", async () => {
  for (const [labels, needRecover] of [
    ["this-round", [1, 1]],
    ["all-rounds", [1, 0]],
  ] as const) {
    // In two rounds together s_0 and s_l were won once each, s_2l and s_3l never: 1 of 2 against 0 of 2 is 0.8 to 0.2.
    const { experiment, rounds } = repeated(["1 0 0 0", "0 1 0 0"], 2);
    await eef(experiment, base, { iterations: 2, probes: 3, trainFrom: "base", labels, confidence: 0.82 });
    assert.deepEqual(
      rounds.map(({ counts }) => counts!.needRecover),
      needRecover,
      labels,
    );
  }
});

test("BC learns the expert's wins, SFT-ALL everything", async () => {
  const expert = [run("expert-won", ["a", "b"], true), run("expert-lost", ["c"], false)];
  const { experiment, trained } = prescribed(expert, []);
  await bc(experiment);
  await bc(experiment, { everything: true });
  assert.deepEqual(examplesOf(trained()[0]!), ["expert-won:  | a b"]);
  assert.deepEqual(examplesOf(trained()[1]!), ["expert-won:  | a b", "expert-lost:  | c"]);
});

test("RFT×3 learns all distinct wins, or one solution a task with the fewest expert actions", async () => {
  const expert = [run("expert-won", ["a", "b"], true)];
  for (const [solutions, expected] of [
    ["all", ["expert-won:  | a b", "own-1-0:  | o0 o0", "own-1-1:  | o0 o1", "own-1-2:  | o0 o2"]],
    ["one", ["own-1-0:  | o0 o0"]],
  ] as const) {
    const { experiment, trained } = prescribed(expert, [true]);
    await rft(experiment, base, { iterations: 1, samples: 3, solutions, trainFrom: "base" });
    assert.deepEqual(examplesOf(trained()[0]!), expected);
  }
});

test("RFT that matches EEF makes exactly as many rollouts, of each task", async () => {
  const other = { ...task, id: taskId("world/train/2") };
  const unplayed = { ...task, id: taskId("world/train/3") };
  const expert = [
    run("expert-long", expertActions(12), false),
    run("expert-short", expertActions(3), true),
    run("expert-other", expertActions(1), false, { taskId: other.id }),
  ];
  const made: string[] = [];
  const played = (taskId: TaskId) => {
    made.push(taskId);
    return run("rollout", ["o"], false, { taskId });
  };
  const tasks = [task, other, unplayed];
  const prescription: Prescription = {
    expert,
    tasks,
    own: (_iteration, _sample, { id }) => played(id),
    probe: (_iteration, { trajectory }) => played(trajectory.taskId),
  };
  await eef(experimentOf(prescription).experiment, base, { iterations: 1, probes: 5, trainFrom: "base" });
  const byEef = made.splice(0).sort();
  const matched = { iterations: 1, samples: 1, matchProbes: 5, solutions: "all", trainFrom: "base" } as const;
  await rft(experimentOf(prescription).experiment, base, matched);
  assert.deepEqual(made.sort(), byEef);
  // 1 + 5 + 2, 1 and 1.
  assert.equal(byEef.length, 10);
});

test("RFT over two iterations keeps what the first one found", async () => {
  const { experiment, trained } = prescribed([], [true]);
  await rft(experiment, base, { iterations: 2, samples: 1, solutions: "all", trainFrom: "base" });
  // The second iteration takes the same actions, so it adds nothing.
  assert.deepEqual(examplesOf(trained()[1]!), ["own-1-0:  | o0 o0"]);
});

test("what cannot be replayed is imitated by BC, SFT-ALL and RFT; EEF neither probes nor trains from it", async () => {
  const expert = run("expert-lost", expertActions(8), false);
  const learnOnly = [run("expert-log-won", ["a", "b"], true), run("expert-log-lost", ["c", "d"], false)];
  const { experiment, trained } = prescribed([expert], [false, true, false, true], learnOnly);
  const probed: string[] = [];
  const watched: Experiment = {
    ...experiment,
    probe(policy, iteration, points) {
      probed.push(...points.map(({ trajectory }) => trajectory.id));
      return experiment.probe(policy, iteration, points);
    },
  };
  await bc(watched);
  await bc(watched, { everything: true });
  await rft(watched, base, { iterations: 1, samples: 1, solutions: "all", trainFrom: "base" });
  await eef(watched, base, { iterations: 1, probes: 3, trainFrom: "base" });
  const won = "expert-log-won:  | a b";
  const [cloned, everything, rejection, explored] = trained().map(examplesOf);
  assert.deepEqual(cloned, [won]);
  assert.deepEqual(everything!.slice(1), [won, "expert-log-lost:  | c d"]);
  assert.deepEqual(rejection, [won]);
  assert.deepEqual(explored, ["probe-1-2:  | e0 e1 p0 p1", "probe-1-6: e0 e1 e2 e3 | e4 e5 p0 p1"]);
  assert.deepEqual(new Set(probed), new Set([expert.id]));
});
