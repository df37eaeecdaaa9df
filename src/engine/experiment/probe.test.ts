/** A small probe of a real world: it is the beginning of the experiment it is for, and it ends the same every time. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { temporaryFolder } from "../../../test/temporary.ts";
import { outlookOf } from "../../analysis/outlook.ts";
import { reportOf } from "../../analysis/report.ts";
import { canonicalJson } from "../../core/json.ts";
import { noisy } from "../../policies/noisy.ts";
import { openSqlite } from "../../store/sqlite.ts";
import { kindOf } from "../../students/kinds.ts";
import { workshop } from "../../worlds/workshop/index.ts";
import { parseConfig } from "./config.ts";
import type { Parts } from "./parts.ts";
import { probeFailures } from "./probe.ts";
import { silent } from "./progress.ts";
import { runExperiment } from "./run.ts";

const config = parseConfig(
  "test.yaml",
  `
run: small
environment: { name: workshop }
expert: { scripted: true, errorRate: 0.4 }
student: { width: 16, layers: 1, heads: 2, context: 192 }
training: { steps: 4, batch: 8, learningRate: 0.004 }
methods:
  - { method: rft, samples: 3 }
  - { method: eef, probes: 2 }
seeds: [3]
`,
);

/** A project of its own; `said` are the phases that had something to do. */
async function project() {
  const folder = temporaryFolder();
  const repository = openSqlite(join(folder, "store.sqlite"));
  const said: string[] = [];
  const parts: Parts = {
    repository,
    benchmark: async (seed) => workshop({ seed, trainTasks: 12, testTasks: 2, lengths: [1, 2] }),
    scriptedExpert: (benchmark, seed) => noisy(benchmark.expert!, { errorRate: 0.4, seed }),
    student: await kindOf(config).open(folder, config),
    progress: {
      ...silent,
      phase(label) {
        said.push(label);
        return { advance() {}, end() {} };
      },
    },
  };
  return { repository, parts, said };
}

const PROBE = { ...config, run: "small-probe" };

async function probe({ repository, parts }: Awaited<ReturnType<typeof project>>, sample: number) {
  repository.addRun({ name: PROBE.run, kind: "experiment", config: {} });
  const row = await probeFailures(PROBE, parts, { sample, probes: 2 });
  return outlookOf(repository, PROBE.run, { row, seed: 3 });
}

test("a probe samples unsolved tasks, is repeated without doing anything, and a run finds what it made", async () => {
  const one = await project();
  const outlook = await probe(one, 4);
  const [round] = one.repository.rounds(PROBE.run);
  assert.equal(outlook.sampled, 4);
  assert(outlook.unsolved > 4 && outlook.unsolved < 12, `${outlook.unsolved} unsolved`);
  const trajectories = (ids: readonly Parameters<typeof one.repository.trajectory>[0][]) =>
    ids.map((id) => one.repository.trajectory(id)!);
  const expert = trajectories(round!.expert);
  const explored = trajectories(round!.explored);
  assert.equal(explored.length, 4 * 3);
  for (const { taskId } of explored) assert(!expert.some((each) => each.taskId === taskId && each.success));
  for (const { fork } of trajectories(round!.probed)) assert(!one.repository.trajectory(fork!.from)!.success);
  assert.deepEqual(round!.evaluated, []);

  one.said.length = 0;
  assert.deepEqual(await probe(one, 4), outlook);
  assert.deepEqual(one.said, []);
  // A larger sample holds the smaller one.
  await probe(one, 5);
  const larger = one.repository.rounds(PROBE.run).find(({ method }) => method === "probe of 5 runs, M=2")!;
  for (const id of [...round!.explored, ...round!.probed]) assert([...larger.explored, ...larger.probed].includes(id));

  const other = await project();
  assert.equal(canonicalJson(await probe(other, 4)), canonicalJson(outlook));

  one.said.length = 0;
  one.repository.addRun({ name: "small", kind: "experiment", config: {} });
  await runExperiment(config, one.parts);
  assert(!one.said.some((label) => /BC · train|plays/.test(label)), `made twice: ${one.said.join("; ")}`);
  const run = one.repository.rounds("small");
  const made = run.flatMap((each) => [...each.explored, ...each.probed]);
  for (const id of [...round!.explored, ...round!.probed]) assert(made.includes(id), "the run makes this rollout too");
  // What the probe waited for is not lost to the cost table.
  const [bc] = reportOf(one.repository, ["small"]).methods;
  assert(bc!.iterations[0]!.cost.milliseconds.train! > 0);

  // The report is the same whoever made what.
  other.repository.addRun({ name: "small", kind: "experiment", config: {} });
  await runExperiment(config, other.parts);
  const withoutTimes = (text: string) => text.replace(/"(milliseconds|timing)":\{[^}]*\}/g, "");
  const reports = [one, other].map(({ repository }) => withoutTimes(canonicalJson(reportOf(repository, ["small"]))));
  assert.equal(reports[0], reports[1]);
});

test("nothing can be probed without a run that can be replayed", async () => {
  const { repository, parts } = await project();
  const world = await parts.benchmark(3);
  const benchmark = async () => ({
    ...world,
    tasks: async (split: string) => (split === "train" ? [] : world.tasks(split)),
  });
  repository.addRun({ name: PROBE.run, kind: "experiment", config: {} });
  await assert.rejects(probeFailures(PROBE, { ...parts, benchmark }, { sample: 1, probes: 1 }), {
    name: "CliError",
    message: /nothing to probe/,
  });
});
