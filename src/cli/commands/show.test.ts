/** `gleaner show` on the store of a small but real run: its labels are the ones the run chose by, its lessons the stored masks. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { gleanerHere } from "../../../test/command-here.ts";
import { temporaryFolder } from "../../../test/temporary.ts";
import { storyOf, tasksIn } from "../../analysis/story.ts";
import { storiesOf } from "../../analysis/story-list.ts";
import { parseConfig } from "../../engine/experiment/config.ts";
import { silent } from "../../engine/experiment/progress.ts";
import { runExperiment } from "../../engine/experiment/run.ts";
import { noisy } from "../../policies/noisy.ts";
import { openSqlite } from "../../store/sqlite.ts";
import { kindOf } from "../../students/kinds.ts";
import { workshop } from "../../worlds/workshop/index.ts";
import { taskNamed, tellingOf } from "./show.ts";

const config = parseConfig(
  "test.yaml",
  `
run: small
environment: { name: workshop }
expert: { scripted: true, errorRate: 0.3 }
student: { width: 16, layers: 1, heads: 2, context: 192 }
training: { steps: 5, batch: 8, learningRate: 0.004 }
methods:
  - { method: rft, samples: 2 }
  - { method: eef, probes: 3, iterations: 2 }
  - { method: eef, name: twice, probes: 3, samplesPerState: 2, iterations: 2, labels: all-rounds }
seeds: [1]
`,
);

const project = temporaryFolder();
const repository = openSqlite(join(project, "store.sqlite"));
repository.addRun({ name: "small", kind: "experiment", config: JSON.parse(JSON.stringify(config)) });
await runExperiment(config, {
  repository,
  benchmark: async (seed) => workshop({ seed, trainTasks: 16, testTasks: 2, lengths: [1, 2] }),
  scriptedExpert: (benchmark, seed) => noisy(benchmark.expert!, { errorRate: 0.3, seed }),
  student: await kindOf(config).open(project, config),
  progress: silent,
});
repository.addRun({ name: "empty", kind: "play", config: {} });

test("the labels are those that the run counted, in every round that probed", () => {
  let states = 0;
  for (const round of repository.rounds("small").filter(({ probed }) => probed.length > 0)) {
    const { telling, remarks } = tellingOf(repository, "small", round);
    assert.deepEqual(remarks, []);
    const { lines } = storiesOf(telling);
    const needing = lines.filter(({ reading }) => reading!.needRecover !== null);
    assert.equal(needing.length, round.counts.needRecover, `${round.method} ${round.iteration}`);
    assert.equal(lines.filter(({ recoveryLearned }) => recoveryLearned).length, round.counts.needRecoverSolved);
    states += needing.length;
  }
  assert(states > 0, "a run in which no win was lost would test nothing");
});

test("the lessons are the training set: every learned step once, by whoever the store names", () => {
  for (const round of repository.rounds("small")) {
    const { telling } = tellingOf(repository, "small", round);
    const lessons = tasksIn(telling).flatMap((task) => storyOf(telling, task).lessons);
    const told = lessons.flatMap(({ trajectory, steps }) =>
      steps.filter(({ isLearned }) => isLearned).map(({ index, actor }) => `${trajectory} ${index} ${actor}`),
    );
    const set = repository.trainingSet(round.trainingSet)!;
    assert(set.kind === "sft");
    const stored = set.examples.flatMap(({ messages }) =>
      messages.flatMap((message) =>
        message.weight === 1
          ? [`${message.provenance.trajectory} ${message.provenance.step} ${message.provenance.actor}`]
          : [],
      ),
    );
    assert.deepEqual(told.sort(), stored.sort(), `${round.method} ${round.iteration}`);
  }
});

test("without flags: the first method that probed, its last iteration; flags choose another", () => {
  const chosen = (flags: Parameters<typeof tellingOf>[2]) => {
    const { method, iteration } = tellingOf(repository, "small", flags).telling.round!;
    return `${method} ${iteration}`;
  };
  assert.equal(chosen({}), "EEF M=3 2");
  assert.equal(chosen({ iteration: 1 }), "EEF M=3 1");
  assert.equal(chosen({ method: "twice" }), "twice 2");
  assert.equal(chosen({ method: "BC" }), "BC 0");
  assert.throws(() => chosen({ seed: 9 }), /no round that fits these flags; it has: BC, seed 1, iteration 0; /);
  assert.equal(tellingOf(repository, "empty", {}).telling.round, null);
  assert.throws(() => tellingOf(repository, "empty", { seed: 1 }), /it has: none/);
  assert.throws(() => tellingOf(repository, "none", {}), /there is no run "none"/);
});

test("a reading that the run's own count contradicts is not passed off as the run's", () => {
  const [round] = repository.rounds("small").filter(({ probed }) => probed.length > 0);
  repository.addRun({ name: "other", kind: "experiment", config: {} });
  repository.addRound({ ...round!, run: "other", counts: { needRecover: 99 } });
  assert.match(tellingOf(repository, "other", {}).remarks[0]!, /The run counted 99 need-recover states/);
});

test("a task by its id or its end", () => {
  const { telling } = tellingOf(repository, "small", {});
  const [first] = tasksIn(telling);
  assert.equal(taskNamed(telling, first!), first);
  assert.equal(taskNamed(telling, first!.split("/").at(-1)!), first);
  assert.throws(() => taskNamed(telling, "nothing"), /played no task "nothing" \(see gleaner show small --all\)/);
  assert.throws(() => taskNamed(telling, "1"), /\d+ tasks end with "1": .*; give more of the id/);
});

test("as a user runs it", async (context) => {
  const show = (...argv: string[]) => gleanerHere(context, "show", ...argv, "--project", project);
  const list = await show("small");
  assert.equal(list.code, 0);
  assert.match(list.output, /^The expert's 16 runs in small \(EEF M=3, seed 1, iteration 2\)\n┌/);
  const { lines } = JSON.parse((await show("small", "--json")).output);
  assert.equal(lines.length, 16);
  const task = lines[0].task.split("/").at(-1);
  const story = await show("small", task);
  assert.match(story.output, /\nWhat expert\/workshop\+noise-0\.3 did\n┌/);
  for (const line of story.output.split("\n")) assert([...line].length <= 100, line);
  assert.equal(JSON.parse((await show("small", task, "--json")).output).task.id, lines[0].task);
  assert.partialDeepStrictEqual(await show("small", "nothing"), {
    code: 2,
    output: `gleaner: the expert of run "small" played no task "nothing" (see gleaner show small --all --project ${project})`,
  });
  assert.match((await show("empty")).output, /There are none\./);
});
