/** A whole experiment, small but real: workshop, the embedded student, three methods; then again from the store. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { linesOfDump, roundsOf, runSmall, smallConfig } from "../../../test/small-experiment.ts";
import { temporaryFolder } from "../../../test/temporary.ts";
import type { Benchmark } from "../../core/environment.ts";
import { EnvironmentError } from "../../core/errors.ts";
import { type TaskId, trajectoryId } from "../../core/ids.ts";
import type { Repository } from "../../core/repository.ts";
import type { Round } from "../../core/run.ts";
import type { Trajectory } from "../../core/trajectory.ts";
import { noisy } from "../../policies/noisy.ts";
import { openSqlite } from "../../store/sqlite.ts";
import { kindOf } from "../../students/kinds.ts";
import { workshop } from "../../worlds/workshop/index.ts";
import type { MethodConfig } from "../algorithms/methods.ts";
import type { ExperimentConfig } from "./config.ts";
import { expertRollouts } from "./expert.ts";
import { silent } from "./progress.ts";
import { runExperiment } from "./run.ts";

const config = smallConfig([
  "{ method: rft, samples: 1, iterations: 2, trainFrom: previous }",
  "{ method: eef, probes: 2 }",
  "{ method: best-of, samples: 3 }",
]);

// Every method, and several seeds: test/slow/experiment.test.ts.
test("an experiment does its methods; again, it does nothing; side by side, the same", async () => {
  const folder = temporaryFolder();
  const first = await runSmall(join(folder, "a"), config, { parallel: 1 });
  const expected = ["BC 1 0", "EEF M=2 1 1", "RFT, continued 1 1", "RFT, continued 1 2", "best-of-3 1 0"];
  assert.deepEqual(roundsOf(first.repository), expected);
  assert(first.phases.some((label) => label.includes("probe")));

  const again = await runSmall(join(folder, "a"), config, { parallel: 1 });
  assert.deepEqual(again.phases, []);
  const sideBySide = await runSmall(join(folder, "b"), config, { parallel: 3 });
  assert.deepEqual(linesOfDump(again.repository), linesOfDump(first.repository));
  assert.deepEqual(linesOfDump(sideBySide.repository), linesOfDump(first.repository));
});

/** A workshop whose snapshots fail where `isBroken`, given how many were asked for before, says so. */
const breaking = (isBroken: (before: number) => boolean) => {
  let asked = 0;
  return (benchmark: Benchmark): Benchmark => ({
    ...benchmark,
    async open() {
      const world = await benchmark.open();
      return {
        ...world,
        snapshot() {
          if (isBroken(asked++)) throw new EnvironmentError("its process died");
          return world.snapshot();
        },
      };
    },
  });
};

test("a world that breaks on the way to a probed state is asked once more; one that breaks again ends the run", async () => {
  const folder = temporaryFolder();
  const methods = config.methods.filter(({ method }) => method === "eef");
  const sound = await runSmall(join(folder, "sound"), config, { methods });
  const hurt = await runSmall(
    join(folder, "hurt"),
    config,
    { methods },
    breaking((before) => before === 2),
  );
  assert.deepEqual(linesOfDump(hurt.repository), linesOfDump(sound.repository));
  const broken = runSmall(
    join(folder, "broken"),
    config,
    { methods },
    breaking((before) => before >= 2),
  );
  await assert.rejects(broken, (error) => error instanceof EnvironmentError && /its process died/.test(error.message));
});

test("several experts are taken together: a strong one on few tasks, a weak one more often on more", async () => {
  const world = workshop({ seed: 1, trainTasks: 8, testTasks: 2, lengths: [1, 2] });
  const repository = openSqlite(":memory:");
  repository.addRun({ name: "weak", kind: "expert", config: {} });
  const logged = { run: "weak", repository, benchmark: world, policy: world.expert!, concurrency: 4, progress: silent };
  await expertRollouts({ ...logged, tasks: (await world.tasks("train")).slice(0, 4), seed: 9 });
  const said: string[] = [];
  const expert = [
    { scripted: true, errorRate: 0.1, slip: "any", split: "train", tasks: 3 },
    { scripted: true, errorRate: 0.5, slip: "any", split: "train", tasks: 6, episodes: 2 },
    { run: "weak", tasks: 2 },
  ] as const;
  const small = { ...config, run: "both", expert: [...expert], seeds: [1], methods: [] } as unknown as ExperimentConfig;
  repository.addRun({ name: "both", kind: "experiment", config: {} });
  await runExperiment(small, {
    repository,
    benchmark: async () => world,
    scriptedExpert: (benchmark, seed, { errorRate, slip }) => noisy(benchmark.expert!, { errorRate, slip, seed }),
    student: await kindOf(small).open(temporaryFolder(), small),
    progress: { ...silent, say: (line) => void said.push(line) },
  });
  const [{ expert: given }] = repository.rounds("both") as readonly [Round];
  const byName = Map.groupBy(given, (id) => repository.trajectory(id)!.policy);
  const [strong, weak, log] = ["expert/workshop+noise-0.1-any", "expert/workshop+noise-0.5-any", "expert/workshop"];
  assert.deepEqual([byName.get(strong)!.length, byName.get(weak)!.length, byName.get(log)!.length], [3, 12, 2]);
  assert.equal(new Set(given).size, 17);
  const about = (name: string) => said.find((line) => line.includes(`${name}: won`))!;
  assert.match(about(strong), /of 3 episodes on 3 tasks$/);
  assert.match(about(weak), /of 12 episodes on 6 tasks$/);
});

/** A log of the workshop's own tasks, of which nobody can replay the second half. */
async function logInto(repository: Repository, world: Benchmark): Promise<readonly Trajectory[]> {
  const tasks = await world.tasks("train");
  const made = await expertRollouts({
    run: "log",
    repository,
    benchmark: world,
    policy: world.expert!,
    tasks,
    concurrency: 4,
    progress: silent,
    seed: 1,
  });
  const unreplayable = made.slice(tasks.length / 2);
  for (const { id } of unreplayable)
    repository.addVerification({ kind: "unreplayable", trajectory: id, reason: "a log" });
  return unreplayable;
}

test("trajectories that cannot be replayed are imitated, and nothing starts on their tasks or from their states", async () => {
  const world = workshop({ seed: 1, trainTasks: 8, testTasks: 2, lengths: [1], maxSteps: 6 });
  const repository = openSqlite(":memory:");
  repository.addRun({ name: "log", kind: "import", config: {} });
  const learnOnly = await logInto(repository, world);
  const [heldOut] = await world.tasks("test");
  const variant = { ...heldOut!, id: `${heldOut!.id}#reworded` as TaskId };
  const leak = { ...learnOnly[0]!, id: trajectoryId("leak"), taskId: variant.id };
  repository.addTask(variant);
  repository.addTrajectory("log", leak);
  repository.addVerification({ kind: "unreplayable", trajectory: leak.id, reason: "a log" });

  const said: string[] = [];
  const training = { ...config.training, steps: 1, batch: 2 };
  const once = { iterations: 1, trainFrom: "base" } as const;
  const methods: MethodConfig[] = [
    { method: "sft-all" },
    { method: "rft", samples: 1, solutions: "all", ...once },
    { method: "eef", probes: 1, ...once },
  ];
  const small = { ...config, run: "taught", expert: { run: "log" }, seeds: [1], training, methods } as ExperimentConfig;
  const folder = temporaryFolder();
  const parts = {
    repository,
    benchmark: async () => world,
    scriptedExpert: () => world.expert!,
    student: await kindOf(small).open(folder, small),
    progress: { ...silent, say: (line: string) => void said.push(line) },
  };
  repository.addRun({ name: "taught", kind: "experiment", config: {} });
  await runExperiment(small, parts);

  const ids = learnOnly.map(({ id }) => id).sort();
  const rounds = repository.rounds("taught");
  const own = new Set(learnOnly.map(({ taskId }) => taskId));
  for (const { method, expert, learnOnly: given, explored, probed, evaluated, trainingSet } of rounds) {
    assert.deepEqual([expert.length, given], [4, ids], method);
    for (const id of [...explored, ...probed, ...evaluated]) assert(!own.has(repository.trajectory(id)!.taskId));
    const set = repository.trainingSet(trainingSet)!;
    assert(set.kind === "sft");
    const sources = set.examples.map(({ source }) => source);
    assert.equal(
      ids.every((id) => sources.includes(id)),
      !method.startsWith("EEF"),
      method,
    );
    assert(!sources.includes(leak.id), "its goal is a held-out task's");
  }
  assert(said.some((line) => line.includes("4 more cannot be replayed (4 won by their log): used for imitation only")));
  assert(said.some((line) => line.includes("their tasks are held out: 1")));

  repository.addRun({ name: "only", kind: "import", config: {} });
  repository.addTrajectory("only", { ...learnOnly[0]!, id: trajectoryId("alone") });
  repository.addVerification({ kind: "unreplayable", trajectory: trajectoryId("alone"), reason: "a log" });
  await assert.rejects(runExperiment({ ...small, expert: { run: "only" } }, parts), {
    name: "CliError",
    message: /no trajectory of run "only" can be replayed, so RFT, EEF M=1 would have no task to explore/,
  });
});
