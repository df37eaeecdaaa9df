// `restore:` in a config: the world is audited when its run begins, the verdict is kept with the run, and a fault refuses it.
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { runAudit } from "../../src/cli/run-audit.ts";
import { auditOf, type RunAudit } from "../../src/core/audit.ts";
import type { Json } from "../../src/core/json.ts";
import { parseConfig } from "../../src/engine/experiment/config.ts";
import { silent } from "../../src/engine/experiment/progress.ts";
import { openSqlite, openTemporary } from "../../src/store/sqlite.ts";
import { auditEnvironment } from "../../src/worlds/audit/environment.ts";
import { ROOT } from "../command.ts";
import { gleanerHeard, gleanerHere } from "../command-here.ts";
import { skipWithoutPython } from "../python.ts";
import { temporaryFolder } from "../temporary.ts";

const folder = temporaryFolder();
const project = ["--project", join(folder, "project")];
const storedAudit = (run: string): RunAudit | undefined => {
  const repository = openSqlite(join(folder, "project", "store.sqlite"));
  const config = repository.run(run)?.config ?? null;
  repository.close();
  return auditOf(config);
};

const textOf = (environment: string, restore?: string, run = "first") =>
  `run: ${run}
environment: ${environment}
${restore === undefined ? "" : `restore: ${restore}`}
expert: { scripted: true, errorRate: 0.25 }
evaluate: { splits: [train], tasks: 2 }
student: { width: 16, layers: 1, heads: 2, context: 192 }
training: { steps: 1, batch: 2, learningRate: 0.004 }
methods: [{ method: rft, samples: 1 }]
`;
const WORKSHOP = "{ name: workshop, trainTasks: 6, testTasks: 2, maxSteps: 8 }";

function write(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

/** A lock that opens to a, b, c, a, b, c. `members` replace its own. */
const lock = (name: string, members = "") =>
  write(
    name,
    `const tasks = [1, 2, 3, 4].map((key) => ({ id: "lock/train/" + key, split: "train", category: "c", instruction: "Open it.", data: key }));
const open = async () => {
  let state, task, number;
  const seen = () => "lock " + task + " of " + number + ": " + state;
  return {
    reset: async ({ data }, seed) => { state = ""; task = data; number = seed; return seen(); },
    step: async (action) => { state += action; return { observation: seen(), reward: Number(state === "abcabc"), terminated: state.length >= 6 }; },
    actions: async () => ["a", "b", "c"],
    snapshot: async () => ({ kind: "state", taskId: "lock/train/" + task, observation: seen(), state: [state, number] }),
    restore: async ({ data }, snapshot) => { task = data; [state, number] = snapshot.state; return snapshot.observation; },
    close: async () => {}, ${members} };
};
export const benchmark = { name: "lock", splits: ["train"], maxSteps: 10, successReturn: 1, instructions: "", open,
  tasks: async () => tasks, task: async (id) => tasks.find((each) => each.id === id) };
`,
  );

/** The audit of a run that begins. */
const begun = (environment: string, restore: string) => {
  const config = parseConfig("c.yaml", textOf(environment, restore));
  return runAudit({ config, environment: config.environment, repository: openTemporary(), progress: silent });
};

test("the audit is made once, kept with the run, and shown", async (t) => {
  const config = write("c.yaml", textOf(WORKSHOP, "state"));
  const first = await gleanerHeard(t, "run", config, ...project);
  assert.equal(first.code, 0, first.output);
  assert.match(first.told, /^audit: 30\/30 checks/m);
  assert.match(first.output, /put back +by its snapshots, without a difference in 10 walks of \d+ steps; \d+ saw a/);
  const kept = storedAudit("first")!;
  assert.deepEqual([kept.restore, kept.way, kept.walks, kept.faults], ["state", "state", 10, []]);
  assert(kept.rewarded > 0 && kept.ended > 0);
  const again = await gleanerHeard(t, "run", config, ...project);
  assert.equal(again.code, 0, again.output);
  assert.doesNotMatch(again.told, /audit/);
  assert.deepEqual(storedAudit("first"), kept);
  const report = JSON.parse((await gleanerHere(t, "report", "first", "--json", ...project)).output);
  assert.deepEqual(report.ran[0].audit, kept);
  assert.equal(JSON.parse((await gleanerHere(t, "runs", "--json", ...project)).output)[0].restore, "state");
  assert.match((await gleanerHere(t, "runs", ...project)).output, /put back by.*\n.*\n.*│ state +│/);
  assert.match((await gleanerHere(t, "show", "first", ...project)).output, /The world is put back by its snapshots/);
});

test("a run that asks for no audit says so", async (t) => {
  const config = write("plain.yaml", textOf(WORKSHOP, undefined, "plain"));
  const { code, output } = await gleanerHere(t, "run", config, ...project);
  assert.equal(code, 0, output);
  assert.match(output, /put back +not audited: the config has no `restore`/);
  assert.equal(storedAudit("plain"), undefined);
});

test("a probe audits as a run does", async (t) => {
  const config = write("probed.yaml", textOf(WORKSHOP, "state", "probed"));
  const first = await gleanerHeard(t, "probe", config, "--sample", "2", "--probes", "1", ...project);
  assert.equal(first.code, 0, first.output);
  assert.equal(storedAudit("probed-probe")!.restore, "state");
  const again = await gleanerHeard(t, "probe", config, "--sample", "2", "--probes", "1", ...project);
  assert.equal(again.code, 0, again.output);
  assert.doesNotMatch(again.told, /audit/);
  const other = write("other.yaml", textOf(WORKSHOP, "replay", "other"));
  assert.equal((await gleanerHere(t, "probe", other, ...project)).code, 2);
  // A stored run is a config, too, without its audit.
  const stored = await gleanerHere(t, "probe", "first", "--sample", "2", "--probes", "1", ...project);
  assert.equal(stored.code, 0, stored.output);
});

test("a way back that the world does not have is the config's fault, and nothing is stored", async (t) => {
  const config = write("copy.yaml", textOf(WORKSHOP, "copy", "copied"));
  const { code, output } = await gleanerHere(t, "run", config, ...project);
  assert.equal(code, 2);
  assert.match(
    output,
    /copy\.yaml:3:10: restore: expected state or none, since workshop is put back by its snapshots, got copy/,
  );
  const runs: Json = JSON.parse((await gleanerHere(t, "runs", "--json", ...project)).output);
  assert(Array.isArray(runs) && !JSON.stringify(runs).includes("copied"));
});

test("a world with a fault is refused with its kind, task and step; `none` keeps the fault", async (t) => {
  const forgets = lock(
    "forgets.ts",
    "restore: async ({ data }, snapshot) => { task = data; return snapshot.observation; },",
  );
  const config = write("fault.yaml", textOf(`{ name: "${forgets}" }`, "state", "fault"));
  const { code, output } = await gleanerHere(t, "run", config, ...project);
  assert.equal(code, 1, output);
  assert.match(output, /restore: expected a world that is put back exactly by its snapshots; its audit found\n/);
  assert.match(
    output,
    /(the snapshot lacks state|ending not restored): lock\/train\/\d, after 1 action, put back to where it was after 0/,
  );
  const kept = await begun(`{ name: "${forgets}" }`, "none");
  assert.deepEqual([kept!.restore, kept!.way, kept!.faults.length], ["none", "state", 1]);
  assert.match(kept!.faults[0]!.task, /^lock\/train\/\d$/);
});

test("a world that saves no states is audited for what comes out the same again", async () => {
  const NONE = 'throw Object.assign(new Error("it saves no states"), { name: "EnvironmentError" })';
  const saves = lock("saves-nothing.ts", `snapshot: async () => { ${NONE}; },`);
  const kept = await begun(`{ name: "${saves}" }`, "none");
  assert.deepEqual([kept!.restore, kept!.way, kept!.walks, kept!.faults], ["none", null, 10, []]);
  await assert.rejects(begun(`{ name: "${saves}" }`, "replay"), {
    name: "CliError",
    message: /^restore: expected none, since .*saves-nothing\.ts saves no states, got replay$/,
  });
});

test("walks go along recorded episodes, which are paid and end", async () => {
  const environment = { name: lock("lock.ts") };
  const alone = await auditEnvironment(environment, { walks: 4 });
  assert.deepEqual([alone.guided, alone.rewarded, alone.restore], [0, 0, "state"]);
  assert.deepEqual(
    alone.notes.map(({ kind }) => kind),
    ["no reward", "step limit"],
  );
  const [task] = await (await import(environment.name)).benchmark.tasks();
  const along = [{ task: task.id, seed: 0, actions: [..."abcabc"] }];
  const behind = await auditEnvironment(environment, { walks: 4, along });
  assert.deepEqual([behind.guided, behind.rewarded, behind.restore], [1, 1, "state"]);
});

test("a Python world is put back as the config requires", { skip: skipWithoutPython() }, async (t) => {
  const world = join(ROOT, "test", "audit-worlds.py");
  const config = write("python.yaml", textOf(`{ name: "${world}:HiddenState" }`, "state", "hidden"));
  const { code, output } = await gleanerHere(t, "run", config, ...project);
  assert.equal(code, 1, output);
  assert.match(output, /the snapshot lacks state: stones\/train\/2, after 2 actions, put back to where it was after 1/);
  const both = write("both.yaml", textOf(`{ name: "${world}:Good", restore: replay }`, "copy", "both"));
  const refused = await gleanerHere(t, "run", both, ...project);
  assert.equal(refused.code, 2);
  assert.match(refused.output, /restore: expected replay, as environment\.restore says, or none, got copy/);
});
