/** Signals as a terminal, a scheduler and a closed window send them, to real processes and whatever those started. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { closeSync, existsSync, mkdtempSync, openSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { gleaner, ROOT } from "../command.ts";
import { endedBy, start, startNode } from "../processes.ts";
import { temporaryFolder } from "../temporary.ts";

const TEMPORARY = temporaryFolder();
const newProject = () => mkdtempSync(join(TEMPORARY, "it's a project-"));

const CONFIG = join(TEMPORARY, "long.yaml");
writeFileSync(
  CONFIG,
  `run: long
environment: { name: workshop, kind: front, trainTasks: 12, testTasks: 6 }
expert: { scripted: true, errorRate: 0.25 }
format: compact
student: { width: 32, layers: 2, heads: 2, context: 192 }
training: { steps: 1000000, batch: 2, learningRate: 0.0001, optimizer: muon }
methods: []
`,
);

const IS_LINUX = process.platform === "linux";

/** The training's thread is at work. */
const isTraining = (project: string) => () => {
  const checkpoints = join(project, "checkpoints");
  return existsSync(checkpoints) && readdirSync(checkpoints).some((name) => name.endsWith(".unfinished"));
};

const CODES = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const;

for (const [signal, code] of Object.entries(CODES)) {
  test(`${signal} ends a run in the middle of a training, with the command that goes on`, async () => {
    const project = newProject();
    const args = ["run", CONFIG, "--set", "run=a b?", "--set", "run=long", "--project", project];
    const ended = await endedBy(start(...args), signal as NodeJS.Signals, isTraining(project));
    assert.equal(ended.code, code, ended.said.join("\n"));
    const again = `gleaner run ${CONFIG} --set 'run=a b?' --set run=long --project '${project.replaceAll("'", `'\\''`)}'`;
    const last = `gleaner: ended by ${signal}; what is finished is kept, and this goes on from there: ${again}`;
    assert.equal(ended.said.at(-1), last);
    assert.deepEqual(readdirSync(join(project, "locks")), ["long.lock"]);
  });
}

/** As nohup leaves a process: with its name in a variable of the shell, and with an input that cannot be read. */
const UNDER_NOHUP = [
  { _: "/usr/bin/nohup", input: "pipe" },
  { _: "", input: openSync("/dev/null", "w") },
] as const;

for (const { _, input } of UNDER_NOHUP) {
  const how = _ ? "told by a variable" : "told by the input";
  test(`a run under nohup (${how}) outlives its terminal, and hears the other signals`, {
    skip: !IS_LINUX,
  }, async () => {
    const project = newProject();
    const args = [join(ROOT, "bin", "gleaner.js"), "run", CONFIG, "--project", project];
    const run = startNode(args, { stdio: [input, "pipe", "pipe"], env: { ...process.env, _ } });
    const { code, said } = await endedBy(run, "SIGTERM", async () => {
      if (!isTraining(project)()) return false;
      run.child.kill("SIGHUP");
      await new Promise((resolve) => setTimeout(resolve, 1_500));
      return true;
    });
    assert.equal(code, 143, said.join("\n"));
    assert.doesNotMatch(said.join("\n"), /SIGHUP/);
  });
}

test("a command that only computes hears signals, too", async () => {
  const project = newProject();
  const args = ["expert", "scripted", "--env", "workshop", "--option", "trainTasks=30000", "--out", "many"];
  // Never to be done before the signal comes.
  const child = start(...args, "--seed", "1", "--project", project);
  const isPlaying = () => existsSync(join(project, "locks", "many.lock.owner.json"));
  const { code, said } = await endedBy(child, "SIGTERM", isPlaying);
  assert.equal(code, 143, said.join("\n"));
  assert.match(
    said.at(-1)!,
    /^gleaner: ended by SIGTERM; what is finished is kept, and this goes on from there: gleaner expert/,
  );
});

test("a command that waits for another process hears them, and has nothing to go on from yet", async () => {
  const project = newProject();
  const first = start("run", CONFIG, "--project", project);
  const done = endedBy(first, "SIGINT", async () => {
    if (!isTraining(project)()) return false;
    const second = start("run", CONFIG, "--project", project);
    const isWaiting = () => second.said().includes("waiting until it ends");
    const { code, said } = await endedBy(second, "SIGINT", isWaiting);
    assert.equal(code, 130);
    assert.match(said.at(-1)!, /^gleaner: ended by SIGINT; to start again: gleaner run/);
    return true;
  });
  assert.equal((await done).code, 130);
});

test("work that is done in one go is ended at once, too", async () => {
  const script = join(TEMPORARY, "one-go.ts");
  const signals = pathToFileURL(join(ROOT, "src", "cli", "signals.ts")).href;
  const lines = [
    `import { endingAtOnce, endOnSignals } from ${JSON.stringify(signals)};`,
    "endOnSignals(['report', 'one']);",
    "const wait = (line) => {",
    "  process.stderr.write(line);",
    "  return new Promise((resolve) => setTimeout(resolve, 1_000_000));",
    "};",
    "if (process.argv[2] === 'before') endingAtOnce(() => { process.stderr.write('ready\\n'); for (;;); });",
    "endingAtOnce(() => undefined);",
    "await wait('ready\\n');",
  ];
  writeFileSync(script, lines.join("\n"));
  for (const moment of ["before", "after"]) {
    const work = startNode([script, moment]);
    const { code, said } = await endedBy(work, "SIGINT", () => work.said().includes("ready"));
    assert.equal(code ?? work.child.signalCode, moment === "before" ? "SIGINT" : 130);
    const last = said.at(-1)!;
    assert.equal(last.includes("to start again: gleaner report one"), moment === "after", last);
  }
});

test("a dump into a file hears signals between its lines", async () => {
  const project = newProject();
  const log = join(TEMPORARY, "log.jsonl");
  const thought = "a long thought ".repeat(10_000);
  const task = (index: number) => `workshop/train/front-${1 + (index % 6)}-${index}`;
  const records = Array.from({ length: 200 }, (_, index) => ({
    task: task(index),
    steps: [{ action: "take saw", thought }],
  }));
  writeFileSync(log, records.map((record) => `${JSON.stringify(record)}\n`).join(""));
  await gleaner(project, ["import", log, "--env", "workshop", "--format", "gleaner", "--out", "logs"]);
  // A signal that comes with the first words: after these are tens of millions of characters.
  const script = join(TEMPORARY, "first-words.mjs");
  const lines = [
    "const { write } = process.stdout;",
    "process.stdout.write = (...args) => {",
    "  process.stdout.write = write;",
    "  process.kill(process.pid, 'SIGINT');",
    "  return write.apply(process.stdout, args);",
    "};",
  ];
  writeFileSync(script, lines.join("\n"));
  const output = openSync(join(TEMPORARY, "dump.jsonl"), "w");
  const args = ["--import", pathToFileURL(script).href, join(ROOT, "bin", "gleaner.js"), "dump", "--project", project];
  const child = spawn(process.execPath, args, { stdio: ["ignore", output, "ignore"] });
  closeSync(output);
  assert.equal(await new Promise((resolve) => child.once("close", (code) => resolve(code))), 130);
});
