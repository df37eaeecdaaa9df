/** A whole experiment, small but real: workshop, the embedded student, every method; then again from the store. */
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { embeddedStudent } from "../cli/student.ts";
import { canonicalJson } from "../core/json.ts";
import type { Repository } from "../core/repository.ts";
import { workshop } from "../environments/workshop/index.ts";
import { noisy } from "../policies/noisy.ts";
import { openSqlite } from "../store/sqlite.ts";
import { parseConfig } from "./config.ts";
import type { Progress } from "./progress.ts";
import { runExperiment } from "./run.ts";

const config = parseConfig(
  "test.yaml",
  `
run: small
environment: { name: workshop }
expert: { scripted: true, errorRate: 0.25 }
student: { width: 16, layers: 1, heads: 2, context: 192 }
training: { steps: 30, batch: 8, learningRate: 0.004 }
methods:
  - { method: sft-all }
  - { method: rft, samples: 2, iterations: 2, trainFrom: previous }
  - { method: eef, probes: 2 }
seeds: [1, 2]
`,
);

/** Runs it in `project`; returns what it did. */
async function run(project: string, parallel: number) {
  mkdirSync(project, { recursive: true });
  const repository = openSqlite(join(project, "store.sqlite"));
  const phases: string[] = [];
  const progress: Progress = {
    phase(label) {
      phases.push(label);
      return { advance() {}, end() {} };
    },
    say() {},
  };
  repository.addRun({ name: "small", kind: "experiment", config: {} });
  await runExperiment(
    { ...config, parallel },
    {
      repository,
      benchmark: async (seed) => workshop({ seed, trainTasks: 12, testTasks: 6, lengths: [1, 2] }),
      scriptedExpert: (benchmark, seed) => noisy(benchmark.expert!, { errorRate: 0.25, seed }),
      student: embeddedStudent(project, config),
      progress,
    },
  );
  return { repository, phases };
}

const dump = (repository: Repository) => [...repository.dump()].map(canonicalJson);

test("an experiment does all methods and seeds; again, it does nothing; side by side, the same", async () => {
  const folder = mkdtempSync(join(tmpdir(), "gleaner-run-"));
  const first = await run(join(folder, "a"), 1);
  const rounds = first.repository
    .rounds("small")
    .map(({ method, seed, iteration }) => `${method} ${seed} ${iteration}`);
  const ofSeed = (seed: number) => (method: string) => `${method.replace("#", `${seed}`)}`;
  const expected = ["BC # 0", "SFT-ALL # 0", "RFT×2, continued # 1", "RFT×2, continued # 2", "EEF M=2 # 1"];
  assert.deepEqual([...rounds].sort(), [...expected.map(ofSeed(1)), ...expected.map(ofSeed(2))].sort());
  assert(first.phases.some((label) => label.includes("probe")));

  const again = await run(join(folder, "a"), 1);
  assert.deepEqual(again.phases, []);
  const sideBySide = await run(join(folder, "b"), 3);
  assert.deepEqual(dump(again.repository), dump(first.repository));
  assert.deepEqual(dump(sideBySide.repository), dump(first.repository));

  for (const round of first.repository.rounds("small")) {
    assert.equal(round.evaluated.length, 6);
    assert.equal(round.expert.length, 12);
    // Every rollout from the middle of an expert's run shares that run's first steps.
    for (const id of round.probed) {
      const probe = first.repository.trajectory(id)!;
      const parent = first.repository.trajectory(probe.fork!.from)!;
      assert.deepEqual(probe.steps.slice(0, probe.fork!.step), parent.steps.slice(0, probe.fork!.step));
      assert(parent.policy.startsWith("expert/"));
    }
  }
});
