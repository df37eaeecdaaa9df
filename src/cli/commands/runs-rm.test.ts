// Nothing is taken by what is refused; `runs rm` and `gc` remove what nobody needs and nothing else.
import assert from "node:assert/strict";
import { existsSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { gleanerHere } from "../../../test/command-here.ts";
import { scratchFolder } from "../../../test/logs.ts";
import { takeLock } from "../../files/lock.ts";

const { folder, write } = scratchFolder();
const CONFIG = write(
  "again.yaml",
  `run: again
environment: { name: workshop, trainTasks: 4, testTasks: 2 }
expert: { run: ws }
student: { width: 16, layers: 1, heads: 2, context: 1024 }
training: { steps: 1, batch: 1, learningRate: 0.001 }
methods: []
evaluate: { splits: [test] }
`,
);
const TASK = "workshop/train/front-0-0";
let count = 0;

/** A project with the expert run `ws`; its folder and commands in it. */
async function project(context: TestContext) {
  const place = join(folder, `project ${++count}`);
  const gleaner = (...args: readonly string[]) => gleanerHere(context, ...args, "--project", place);
  const made = await gleaner(
    "expert",
    "scripted",
    "--env",
    "workshop",
    "--tasks",
    "4",
    "--error-rate",
    "0.3",
    "--out",
    "ws",
  );
  assert.equal(made.code, 0, made.output);
  const runs = async () =>
    (JSON.parse((await gleaner("runs", "--json")).output) as { run: string }[]).map(({ run }) => run);
  return { place, gleaner, runs };
}

test("a config that is refused, before or behind the checks of names, leaves no run; the corrected one runs", async (context) => {
  const { place, gleaner, runs } = await project(context);
  const refused = await gleaner("run", CONFIG, "--set", 'evaluate.splits=["tset"]');
  assert.equal(refused.code, 2);
  assert.match(refused.output, /unknown split "tset"/);
  assert.deepEqual(await runs(), ["ws"]);
  const late = await gleaner("run", CONFIG, "--set", "student.practice.episodes=-1", "training.steps=1");
  assert.equal(late.code, 2, late.output);
  const empty = write(
    "none.mjs",
    "export const benchmark = { name: 'w', splits: ['train', 'test'], maxSteps: 3, successReturn: 1, instructions: '', tasks: async () => [], task: async () => { throw 0; }, open: async () => { throw new Error('no world'); } };",
  );
  const config = write(
    "empty.yaml",
    `run: empty\nenvironment: { name: ${empty} }\nexpert: { scripted: true }\nstudent: { width: 16, layers: 1, heads: 2, context: 64 }\ntraining: { steps: 1, batch: 1, learningRate: 0.001 }\nmethods: []\nevaluate: { splits: [test] }\n`,
  );
  const behind = await gleaner("run", config);
  assert.equal(behind.code, 2, behind.output);
  assert.deepEqual(await runs(), ["ws"]);
  assert(!existsSync(join(place, "students", "empty.json")) && !existsSync(join(place, "worlds", "empty.json")));
  const corrected = await gleaner("run", CONFIG);
  assert.equal(corrected.code, 0, corrected.output);
  assert.deepEqual(await runs(), ["ws", "again"]);
  const other = await gleaner("run", CONFIG, "--set", "training.steps=2");
  assert.equal(other.code, 2);
  assert.match(other.output, /training\.steps: 1 then, 2 now\); .*or remove that run: gleaner runs rm again/);
});

test("an import of which nothing can be used leaves no run; one that only diverged is replaced when it is repaired", async (context) => {
  const { gleaner, runs } = await project(context);
  const importing = (file: string) =>
    gleaner("import", file, "--format", "gleaner", "--env", "workshop", "--out", "logs");
  const useless = await importing(write("useless.jsonl", '{"task": 3}\n'));
  assert.equal(useless.code, 1, useless.output);
  assert.deepEqual(await runs(), ["ws"]);
  const log = (...seen: readonly object[]) =>
    write(
      "log.jsonl",
      seen.map((each) => `${JSON.stringify({ task: TASK, steps: [{ ...each, action: "look" }] })}\n`).join(""),
    );
  const diverged = await importing(log({ observation: "Nothing like it." }));
  assert.match(diverged.output, /run logs: 0 verified trajectories, 1 stored now/);
  assert.deepEqual(await runs(), ["ws", "logs"]);
  const repaired = await importing(log({}));
  assert.match(repaired.output, /run logs: 1 verified trajectory, 1 stored now/);
  const more = await importing(log({}, {}));
  assert.equal(more.code, 2);
  assert.match(
    more.output,
    /run "logs" already exists with another config \(the content of "\w+\.jsonl" has changed\); .* remove that run: gleaner runs rm logs/,
  );
  assert.equal((await gleaner("runs", "rm", "logs", "--yes")).code, 0);
  assert.match((await importing(log({}, {}))).output, /run logs: 2 verified trajectories, 2 stored now/);
});

test("a run on which others build is removed with them alone", async (context) => {
  const { place, gleaner, runs } = await project(context);
  assert.equal((await gleaner("run", CONFIG)).code, 0);
  const held = await gleaner("runs", "rm", "ws", "--yes");
  assert.equal(held.code, 2);
  assert.match(held.output, /run "ws" cannot be removed: again builds on it; `gleaner runs rm ws --with --project/);
  const unasked = await gleaner("runs", "rm", "again");
  assert.equal(unasked.code, 2);
  assert.match(unasked.output, /expected --yes, since nobody can be asked here: Remove again \(experiment, /);
  assert.deepEqual(await runs(), ["ws", "again"]);
  assert.match(
    (await gleaner("runs", "rm", "wz", "--yes")).output,
    /there is no run "wz" in this project \(did you mean "ws"\?\)/,
  );
  // The project may stand before the word, too.
  const removed = await gleanerHere(context, "runs", "--project", place, "rm", "ws", "--with", "--yes");
  assert.equal(removed.code, 0, removed.output);
  assert.match(removed.output, /^removed: ws, again \(\d+ trajectories, 1 round\)/);
  assert.deepEqual(await runs(), []);
  assert.deepEqual(readdirSync(join(place, "students")), []);
});

test("a run that a process works on is not removed, and nothing is collected meanwhile", async (context) => {
  const { place, gleaner, runs } = await project(context);
  const lock = await takeLock(join(place, "locks", "ws.lock"), { what: "run", command: "gleaner run", say: () => {} });
  const held = await gleaner("runs", "rm", "ws", "--yes");
  assert.equal(held.code, 1);
  assert.match(held.output, /run "ws" is taken by gleaner run \(process \d+/);
  const collecting = await gleaner("gc", "--yes");
  assert.equal(collecting.code, 1);
  assert.match(collecting.output, /run "ws" is taken by gleaner run \(process \d+/);
  assert.deepEqual(await runs(), ["ws"]);
  lock.release();
  const whole = await takeLock(join(place, "locks", ".project.lock"), {
    what: "project",
    command: "gleaner gc",
    say: () => {},
  });
  const waiting = await gleaner("run", CONFIG, "--wait", "0");
  assert.equal(waiting.code, 1);
  assert.match(waiting.output, /the project is taken by gleaner gc \(process/);
  whole.release();
  assert.equal((await gleaner("runs", "rm", "ws", "--yes")).code, 0);
});

test("gc lists what no run names, in bytes, and removes that and nothing else when it is told to", async (context) => {
  const { place, gleaner, runs } = await project(context);
  assert.equal((await gleaner("run", CONFIG)).code, 0);
  assert.match((await gleaner("gc")).output, /nothing to free$/);
  const other = ["--set", "run=other", "training.steps=2"];
  assert.equal((await gleaner("run", CONFIG, ...other)).code, 0);
  const checkpoints = join(place, "checkpoints");
  const kept = readdirSync(checkpoints).length;
  assert.equal((await gleaner("runs", "rm", "other", "--yes")).code, 0);
  const mine = join(folder, `mine ${count}`);
  mkdirSync(mine);
  writeFileSync(join(mine, "weights"), "x");
  symlinkSync(mine, join(checkpoints, "0123456789abcdef0123"));
  mkdirSync(join(checkpoints, ".0123456789abcdef0123.999999999-01234567.unfinished"));
  mkdirSync(join(checkpoints, `.0123456789abcdef0123.${process.pid}-01234567.unfinished`));
  writeFileSync(join(checkpoints, "notes.txt"), "by hand");
  const looked = await gleaner("gc");
  assert.match(looked.output, /^folders of checkpoints that no run names: 3, [\d.]+ kB \([\d,]+ bytes\)/);
  assert.match(looked.output, /in the store, named by no run: 1 checkpoint, 0 training sets/);
  assert.match(looked.output, /nothing is removed yet: `gleaner gc --yes --project /);
  assert.equal(readdirSync(checkpoints).length, kept + 4);
  const summary = JSON.parse((await gleaner("gc", "--json")).output) as { bytes: number; removed: boolean };
  const freed = JSON.parse((await gleaner("gc", "--yes", "--json")).output) as { bytes: number; removed: boolean };
  assert.deepEqual({ ...freed, removed: false }, summary);
  assert.deepEqual(
    readdirSync(checkpoints)
      .filter((name) => !/^[0-9a-f]{20}$/.test(name))
      .sort(),
    [`.0123456789abcdef0123.${process.pid}-01234567.unfinished`, "notes.txt"],
  );
  assert.deepEqual(readdirSync(mine), ["weights"], "what a link leads to stays");
  assert.deepEqual(await runs(), ["ws", "again"]);
  assert.equal((await gleaner("run", CONFIG)).code, 0, "what is left is whole");
  assert.match((await gleaner("gc")).output, /nothing to free$/);
});
