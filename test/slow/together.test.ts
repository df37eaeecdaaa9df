/** Two processes at once in one project: of the same run they take turns, of different runs they do not wait. */
import assert from "node:assert/strict";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { takeLock } from "../../src/files/lock.ts";
import { checkpointsOf } from "../checkpoint-hashes.ts";
import { gleaner } from "../command.ts";
import { gleanerHere } from "../command-here.ts";
import { endedBy, start, until } from "../processes.ts";
import { temporaryFolder } from "../temporary.ts";

const TEMPORARY = temporaryFolder();
const newProject = () => mkdtempSync(join(TEMPORARY, "project-"));

const CONFIG = join(TEMPORARY, "two.yaml");
writeFileSync(
  CONFIG,
  `run: two
environment: { name: workshop, kind: front, trainTasks: 12, testTasks: 6 }
expert: { scripted: true, errorRate: 0.25 }
format: compact
student: { width: 32, layers: 2, heads: 2, context: 192 }
training: { steps: 2, batch: 2, learningRate: 0.002, optimizer: muon }
methods: []
evaluate: { splits: [test], tasks: 2 }
seeds: [1]
`,
);
const run = (...args: readonly string[]) => ["run", CONFIG, ...args];

/** Once run alone: what all others must come to. */
const alone = newProject();
const undisturbed = gleaner(alone, run()).then(() => gleaner(alone, ["dump"]));

test("a run that is started twice at once is done once, and both end well", async () => {
  const project = newProject();
  const options = { what: "two", command: "gleaner test", say: () => {} };
  const lock = await takeLock(join(project, "locks", "two.lock"), options);
  const both = [1, 2].map(() => start(...run(), "--project", project));
  for (const one of both) await until(one, () => one.said().includes("waiting until it ends"));
  assert(!existsSync(join(project, "checkpoints")), "a run worked while another process had it");
  lock.release();
  for (const one of both) assert.equal(await one.ended, 0, one.said());
  // The second one finds all of it done.
  const trained = both.map((one) => /train 0: \d+\/2 steps/.test(one.said()));
  assert.deepEqual(trained.toSorted(), [false, true]);
  assert.equal(await gleaner(project, ["dump"]), await undisturbed);
  assert.deepEqual(checkpointsOf(project), checkpointsOf(alone));
  assert.deepEqual(readdirSync(join(project, "locks")), ["two.lock"]);
});

test("different runs that need the same checkpoints go side by side", async () => {
  const project = newProject();
  await Promise.all([gleaner(project, run()), gleaner(project, run("--set", "run=other"))]);
  assert.deepEqual(checkpointsOf(project), checkpointsOf(alone));
});

test("each command that writes under a run's name says who has the run", async (t) => {
  const project = newProject();
  const log = join(TEMPORARY, "log.jsonl");
  writeFileSync(log, "{}\n");
  const shown = ["--env", "workshop"];
  const server = ["--server", "http://127.0.0.1:9/v1", "--model", "none"];
  const commands: readonly (readonly [string, readonly string[]])[] = [
    ["two", run()],
    ["demo-front", ["demo"]],
    ["mine", ["import", log, ...shown, "--format", "gleaner", "--out", "mine"]],
    ["mine", ["expert", "scripted", ...shown, "--out", "mine"]],
    ["mine", ["expert", "record", ...shown, ...server, "--out", "mine"]],
    ["two-probe", ["probe", CONFIG]],
    ["log", ["probe", log, ...shown, "--format", "gleaner"]],
    ["play-workshop", ["play", "workshop"]],
  ];
  for (const [name, args] of commands) {
    const options = { what: name, command: "gleaner test", say: () => {} };
    const lock = await takeLock(join(project, "locks", `${name}.lock`), options);
    const { code, output } = await gleanerHere(t, ...args, "--wait=0", "--project", project);
    lock.release();
    assert.equal(code, 1, output);
    const who = `gleaner: run "${name}" is taken by gleaner test \\(process ${process.pid} on .*, since .*Z\\)$`;
    assert.match(output.trim(), new RegExp(who, "m"));
  }
  const wrong = await gleanerHere(t, ...run("--wait", "soon"), "--project", project);
  assert.notEqual(wrong.code, 0);
});

test("a run whose process was killed is free at once, and what that left half made is removed", async () => {
  const project = newProject();
  const killed = start(...run(), "--project", project);
  // Its first words come after it took the lock.
  await endedBy(killed, "SIGKILL", () => killed.said() !== "");
  const left = join(project, "checkpoints", `.one.${killed.child.pid}-0123abcd.unfinished`);
  const another = join(project, "checkpoints", `.two.${process.pid}-0123abcd.unfinished`);
  for (const folder of [left, another]) mkdirSync(folder, { recursive: true });
  await gleaner(project, run("--wait=0"));
  const hidden = readdirSync(join(project, "checkpoints")).filter((name) => name.startsWith("."));
  assert.deepEqual(hidden, [`.two.${process.pid}-0123abcd.unfinished`]);
  rmSync(another, { recursive: true });
  assert.equal(await gleaner(project, ["dump"]), await undisturbed);
  assert.deepEqual(checkpointsOf(project), checkpointsOf(alone));
});

test("another run's lock that cannot be looked at stops nobody", async () => {
  const project = newProject();
  const locks = join(project, "locks");
  mkdirSync(join(locks, "folder.lock"), { recursive: true });
  writeFileSync(join(locks, "foreign.lock"), "no lock of ours\n");
  await gleaner(project, run());
  assert.equal(await gleaner(project, ["dump"]), await undisturbed);
  assert.deepEqual(readdirSync(locks), ["folder.lock", "foreign.lock", "two.lock"]);
});

test("damaged checkpoints are told, set aside and made again when they are needed", async () => {
  const project = newProject();
  await gleaner(project, run());
  const names = readdirSync(join(project, "checkpoints"));
  assert.equal(names.length, 2);
  for (const name of names) truncateSync(join(project, "checkpoints", name, "model.safetensors"), 500);
  // Nothing is owed, so nothing is looked at.
  await gleaner(project, run());
  assert.deepEqual(readdirSync(join(project, "checkpoints")), names);
  const more = run("--set", "run=more", "evaluate.tasks=4");
  const again = start(...more, "--project", project);
  const code = await again.ended;
  const said = again.said();
  assert.equal(code, 0, said);
  const sentence = /checkpoint \w+ is damaged \(model\.safetensors has 500 bytes, expected \d+\) and is made again/g;
  assert.equal(said.match(sentence)?.length, 2, said);
  const aside = readdirSync(join(project, "checkpoints")).filter((name) => name.endsWith(".damaged"));
  assert.deepEqual(
    aside,
    names.map((name) => `${name}.damaged`),
  );
  for (const name of aside) rmSync(join(project, "checkpoints", name), { recursive: true });
  assert.deepEqual(checkpointsOf(project), checkpointsOf(alone));
});
