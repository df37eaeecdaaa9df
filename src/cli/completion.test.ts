// What is offered at a TAB: from the commands themselves, from the lists of known values, and from the project's store.
import assert from "node:assert/strict";
import { mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { Command } from "commander";
import { temporaryFolder } from "../../test/temporary.ts";
import { EXPORTERS } from "../exporters/registry.ts";
import { READERS } from "../importers/readers/registry.ts";
import { openSqlite } from "../store/sqlite.ts";
import { ENVIRONMENTS } from "../worlds/open.ts";
import { COMMANDS } from "./commands.ts";
import { complete, pathOf, placeholderOf } from "./completion.ts";
import { unquoted } from "./completion-scripts.ts";
import { isThoughtOf } from "./completion-values.ts";

const valuesAt = async (...words: string[]) => (await complete(words, COMMANDS)).candidates.map(({ value }) => value);
const worlds = Object.keys(ENVIRONMENTS);

test("commands, subcommands and options, those of a world only where it is named", async () => {
  assert.deepEqual(
    (await valuesAt("")).slice(0, -3),
    COMMANDS.map(({ name }) => name),
  );
  assert.deepEqual(await valuesAt("ex"), ["expert", "export"]);
  assert.deepEqual(await valuesAt("help", "pro"), ["probe"]);
  assert.deepEqual(await valuesAt("expert", ""), ["scripted", "gold", "record"]);
  assert.deepEqual(await valuesAt("help", "env", ""), ["audit", "install", "nouns"]);
  assert.deepEqual(await valuesAt("expert", "record", "--budget"), [
    "--budget",
    "--budget-tokens",
    "--budget-requests",
  ]);
  assert.deepEqual(await valuesAt("play", "--go"), []);
  assert.deepEqual(await valuesAt("play", "webshop", "--go"), ["--goals"]);
  assert.deepEqual(await valuesAt("import", "x", "--env", "webshop", "--go"), ["--goals"]);
  assert.deepEqual(await valuesAt("runs", "--json", "--js"), [], "once is enough");
  assert.deepEqual(await valuesAt("run", "c.yaml", "--set", "a=1", "--se"), ["--set"], "it may be given again");
  assert.deepEqual(await valuesAt("nothing", ""), []);
});

test("values that are known", async () => {
  assert.deepEqual(await valuesAt("play", ""), worlds);
  assert.deepEqual(await valuesAt("expert", "scripted", "--env", ""), worlds);
  assert.deepEqual(await valuesAt("expert", "scripted", "--env=w"), ["--env=workshop", "--env=webshop"]);
  assert.deepEqual(await valuesAt("expert", "scripted", "--env", "=", "w"), ["--env=workshop", "--env=webshop"]);
  assert.deepEqual(
    await valuesAt("expert", "scripted", "--env", "="),
    worlds.map((name) => `--env=${name}`),
  );
  assert.deepEqual(await valuesAt("import", "log", "--format", ""), Object.keys(READERS));
  assert.deepEqual(
    await valuesAt("export", "r", "--to", ""),
    EXPORTERS.map(({ name }) => name),
  );
  assert.deepEqual(await valuesAt("play", "webshop", "--goals", ""), ["synthetic", "human"]);
  assert.deepEqual(await valuesAt("demo", "--kind", ""), ["front", "back", "any"]);
  assert.deepEqual(await valuesAt("env", "install", ""), ["python", "webshop", "scienceworld"]);
  assert.deepEqual(await valuesAt("completion", ""), ["bash", "zsh", "fish"]);
  // The number of tasks is anybody's guess; a world that is given already is not asked for again.
  assert.deepEqual(await valuesAt("expert", "gold", "--tasks", ""), []);
  assert.deepEqual(await valuesAt("play", "webshop", ""), []);
  assert.equal((await complete(["run", ""], COMMANDS)).paths, "files");
  assert.equal((await complete(["play", "alfworld", "--data", ""], COMMANDS)).paths, "folders");
  assert.equal((await complete(["import", "one.jsonl", "--", "--od"], COMMANDS)).paths, "files");
  assert.equal((await complete(["runs", ""], COMMANDS)).paths, "none");
});

test("runs and methods of the project that the line names; a TAB makes no project and tells no error", async () => {
  const project = join(temporaryFolder(), "my project");
  const reporting = (...more: string[]) => valuesAt("report", "--project", project, ...more, "");
  assert.deepEqual(await reporting(), []);
  mkdirSync(project);
  assert.deepEqual(await reporting(), []);
  assert.deepEqual(readdirSync(project), []);
  const repository = openSqlite(join(project, "store.sqlite"));
  for (const name of ["one", "two"]) repository.addRun({ name, kind: "experiment", config: {} });
  const lists = { expert: [], explored: [], probed: [], evaluated: [], counts: {} };
  const round = {
    run: "two",
    row: 1,
    seed: 1,
    iteration: 1,
    ...lists,
    trainingSet: "t" as never,
    checkpoint: "c" as never,
  };
  for (const method of ["EEF M=2", "RFT×6"]) repository.addRound({ ...round, method });
  repository.close();
  assert.deepEqual(await reporting(), ["one", "two"]);
  assert.deepEqual(await reporting("one"), ["one", "two"], "report takes several runs");
  assert.deepEqual(await valuesAt("show", "two", "--project", project, "--method", "EEF"), ["EEF M=2"]);
  assert.deepEqual(await valuesAt("show", "one", "--project", project, "--method", ""), []);
  const file = join(project, "store.sqlite");
  assert.deepEqual(await valuesAt("report", "--project", file, ""), []);
});

test("every option and argument is known to have values that can be offered, or none", async () => {
  const unknown: string[] = [];
  const visit = (command: Command): void => {
    const at = { command: pathOf(command), operands: [], given: new Map<string, string>() };
    const options = command.options.filter(({ required, optional }) => required || optional);
    const places = [
      ...options.map((each) => ({ ...at, flag: each.long!, name: placeholderOf(each), choices: each.argChoices })),
      ...command.registeredArguments.map((each) => ({ ...at, name: each.name(), choices: each.argChoices })),
    ];
    for (const place of places) if (!isThoughtOf(place)) unknown.push(`${place.command} ${place.name}`);
    for (const below of command.commands) visit(below);
  };
  for (const { name, load } of COMMANDS) {
    const command = new Command(name);
    (await load()).register(command, COMMANDS);
    visit(command);
  }
  assert.deepEqual(unknown, []);
});

test("words as they were typed: quotes and escapes go, nothing is looked up", () => {
  const home = process.env.HOME;
  const cases = {
    plain: "plain",
    "'my dir'": "my dir",
    '"my \\"dir\\" \\$x"': 'my "dir" $x',
    "my\\ dir": "my dir",
    "'still open": "still open",
    '"still open': "still open",
    "$(touch x)": "$(touch x)",
    "a'b'\"c\"": "abc",
    "~/x": `${home}/x`,
    "'~/x'": "~/x",
    "": "",
  };
  for (const [typed, word] of Object.entries(cases)) assert.equal(unquoted(typed), word, typed);
});
