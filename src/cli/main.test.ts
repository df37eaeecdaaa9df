/** What a user sees of errors: a sentence for what they can act on, a stack only for programming mistakes. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { gleaner } from "../../test/command.ts";
import { gleanerHere } from "../../test/command-here.ts";
import { temporaryFolder } from "../../test/temporary.ts";
import { openSqlite } from "../store/sqlite.ts";

test("a training that cannot be done says in one line which trajectory is at fault", async () => {
  const project = temporaryFolder();
  const config = join(project, "tight.yaml");
  writeFileSync(
    config,
    `run: tight
environment: { name: workshop, trainTasks: 4, testTasks: 2 }
expert: { scripted: true }
student: { width: 16, layers: 1, heads: 1, context: 24 }
methods: [{ method: rft, samples: 1 }]
`,
  );
  await assert.rejects(gleaner(project, ["run", config]), (error: Error) => {
    const said = error.message.split("\n").filter((line) => line.startsWith("gleaner: "));
    assert.match(
      said.join("\n"),
      /^gleaner: training \w+: .*expected at most 24 tokens .*student\.context.*\(trajectory \w+\)$/,
    );
    assert.doesNotMatch(error.message, /^\s+at /m);
    return true;
  });
});

test("help on a command that there is not says so", async () => {
  await assert.rejects(gleaner(temporaryFolder(), ["help", "shw"]), /unknown command 'shw'\n\(Did you mean show\?\)/);
});

test("names that every object has are no environments", async (context) => {
  const name = "constructor";
  for (const argv of [
    ["env", name],
    ["play", name],
    ["env", "install", name],
    ["doctor", "--data", `${name}=x`],
  ]) {
    const { code, output } = await gleanerHere(context, ...argv);
    assert.equal(code, 2, output);
    assert.match(output, /expected one of/);
  }
});

test("a kind of slip at an error rate of 0 is refused, and an expert that cannot slip says so", async (context) => {
  const folder = temporaryFolder();
  const world = join(folder, "one-way.mjs");
  writeFileSync(
    world,
    `const task = { id: "one-way/all/1", split: "all", category: "c", instruction: "go", data: null };
const open = async () => ({
  reset: async () => "here",
  step: async () => ({ observation: "there", reward: 1, terminated: true }),
  actions: async () => ["go"],
  snapshot: async () => ({}),
  restore: async () => "here",
  close: async () => {},
});
const act = async () => ({ thought: "", action: "go", completion: "go", usage: null });
const expert = { name: "expert/walker", act, close: async () => {} };
export const benchmark = { name: "one-way", splits: ["all"], maxSteps: 3, successReturn: 1, instructions: "", expert, open,
  tasks: async () => [task], task: async () => task };`,
  );
  const here = (...argv: string[]) =>
    gleanerHere(context, "expert", "scripted", "--env", world, "--out", "a", "--project", folder, ...argv);
  assert.match((await here("--slip", "any")).output, /--slip any: expected --error-rate above 0 as well/);
  const { output } = await here("--error-rate", "1");
  assert.match(output, /walker\+noise-1: it never slipped, since the world listed no other action with the same verb/);
  assert.match(output, /walker\+noise-1: won 1 of 1 episodes/);
});

test("a run is not compared with itself, nor reported twice", async (context) => {
  const project = temporaryFolder();
  openSqlite(join(project, "store.sqlite")).close();
  for (const command of ["compare", "report"]) {
    const { code, output } = await gleanerHere(context, command, "one", "one", "--project", project);
    assert.equal(code, 2);
    assert.match(output, /one one: expected each run once, "one" is named twice/);
  }
});

test("every command in a hint repeats the --project that it was given under, and works as it stands", async (context) => {
  const project = join(temporaryFolder(), "my project");
  const here = (...argv: string[]) => gleanerHere(context, ...argv, "--project", project);
  const nothing = await here("runs");
  await here("expert", "scripted", "--env", "workshop", "--tasks", "3", "--out", "agent");
  const told = [nothing, await here("report", "agent"), await here("export")].map(({ output }) => output).join("\n");
  const hints = told.match(/gleaner (demo|report|show|probe|runs|run) [^\n`)]*/g)!;
  const names = hints.map((hint) => hint.split(" ")[1]);
  assert.deepEqual([...new Set(names)].toSorted(), ["demo", "probe", "report", "run", "runs", "show"]);
  for (const hint of hints) {
    const words = execFileSync("sh", ["-c", `printf '%s\\0' ${hint}`], { encoding: "utf8" })
      .split("\0")
      .slice(1, -1);
    assert.deepEqual(words.slice(-2), ["--project", project], hint);
    if (!["report", "runs", "show"].includes(words[0]!)) continue;
    const { code, output } = await gleanerHere(context, ...words);
    assert.equal(code, 0, output);
  }
});

test("a project that is a file, a world that is a folder and a world without splits are refused", async (context) => {
  const folder = temporaryFolder();
  const [file, world, noFile] = ["file", "world.ts", "folder.ts"].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  writeFileSync(file, "");
  writeFileSync(world, 'export const benchmark = { name: "w", tasks: () => [], open: () => {} };');
  mkdirSync(noFile);
  const said = async (...argv: string[]) => {
    const { code, output } = await gleanerHere(context, ...argv);
    assert.equal(code, 2, output);
    return output;
  };
  assert.match(await said("runs", "--project", file), /^gleaner: --project .*file: expected a folder/);
  assert.match(await said("env", world), /^gleaner: world .*world\.ts: expected the benchmark to say its `name`/);
  assert.match(await said("env", noFile), /^gleaner: world .*folder\.ts: is a folder, expected a module$/);
});
