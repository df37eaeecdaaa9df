/** `gleaner tasks`: what the tasks of a split really are, to be printed, published and compared. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type Command, Option } from "commander";
import type { Benchmark } from "../../core/environment.ts";
import { CliError } from "../../core/errors.ts";
import { quoted, unknownName } from "../../core/wording.ts";
import { openBenchmark } from "../../worlds/open.ts";
import { type PanelDifferences, panelDifferences } from "../../worlds/panel/compare.ts";
import { type Panel, panelOf, readPanel } from "../../worlds/panel/panel.ts";
import { PANELS, panelNames } from "../../worlds/panel/shipped.ts";
import { type EnvironmentFlags, environmentOptions, environmentSpec, WORLD } from "../environment-flags.ts";
import { EXIT } from "../failure.ts";
import { wholeNumber } from "../flags.ts";
import { openProgress } from "../progress.ts";
import { table } from "../table.ts";
import { print, printable, printJsonText } from "../terminal.ts";

interface TasksFlags extends EnvironmentFlags {
  readonly split?: string;
  readonly seed?: number;
  readonly check?: string;
  readonly json?: boolean;
}

export function register(command: Command): void {
  environmentOptions(command, "gleaner env webshop --help")
    .argument("<environment>", WORLD)
    .option(
      "--split <split>",
      "the split whose tasks are printed (default: the only one; of several, how many tasks each has)",
    )
    .option("--seed <n>", "random seed that each task is started with (default: 0)", wholeNumber)
    .addOption(
      new Option("--check <file>", "compare the tasks with a list that somebody else made, or with a panel by its name")
        .conflicts(["split", "seed", "json"])
        .argParser(String),
    )
    .option("--json", "print JSON: an id and hashes for each task")
    .action(tasks);
}

async function tasks(name: string, { split, seed, check, json, ...flags }: TasksFlags): Promise<void> {
  const given = check === undefined ? undefined : givenPanel(check);
  const benchmark = await openBenchmark(environmentSpec("environment", name, flags));
  if (given) return compare(benchmark, given, check!);
  if (split === undefined && benchmark.splits.length > 1) return listSplits(benchmark, { seed, json });
  const panel = await madePanel(benchmark, split ?? benchmark.splits[0]!, seed ?? 0);
  if (json) await printJsonText(textOf(panel));
  else {
    print(table(["task", "goal", "start", "target"], panel.tasks.map(rowOf)));
    print(`${panel.tasks.length} tasks, fingerprint ${panel.fingerprint}`);
  }
}

async function listSplits(benchmark: Benchmark, { seed, json }: Pick<TasksFlags, "seed" | "json">): Promise<void> {
  const { splits } = benchmark;
  if (seed !== undefined)
    throw new CliError(`--seed: expected --split with it, one of ${printable(splits.join(", "))}`);
  const counted: { readonly split: string; readonly tasks: number }[] = [];
  for (const split of splits) counted.push({ split, tasks: (await benchmark.tasks(split)).length });
  if (json) return printJsonText(JSON.stringify(counted, null, 2));
  print(
    table(
      ["split", "tasks"],
      counted.map(({ split, tasks: count }) => [printable(split), count]),
    ),
  );
  print(`--split ${printable(splits[0]!)} says what each of its tasks is`);
}

const rowOf = ({ id, goal, start, target = "–" }: Panel["tasks"][number]) => [printable(id), goal, start, target];

async function madePanel(benchmark: Benchmark, split: string, seed: number): Promise<Panel> {
  if (!benchmark.splits.includes(split)) throw new CliError(unknownName("split", split, benchmark.splits));
  const count = (await benchmark.tasks(split)).length;
  const progress = openProgress();
  const phase = progress.phase(split, count, "tasks");
  return panelOf(benchmark, { split, seed, say: (done) => phase.advance(done) }).finally(() => progress.stop());
}

/** One line for each task: such files are compared by people, too. */
function textOf({ tasks: list, ...head }: Panel): string {
  const start = JSON.stringify(head, null, 2).slice(0, -2);
  return `${start},\n  "tasks": [\n${list.map((task) => `    ${JSON.stringify(task)}`).join(",\n")}\n  ]\n}`;
}

function givenPanel(check: string): Panel {
  if (existsSync(check)) return readPanel(check, readFileSync(check, "utf8"));
  if (panelNames().includes(check)) return readPanel(check, readFileSync(join(PANELS, `${check}.json`), "utf8"));
  throw new CliError(`--check: expected a file, or one of ${panelNames().join(", ")}, got ${quoted(check)}`);
}

const WORDS: Readonly<Record<keyof PanelDifferences, string>> = {
  goal: "other words of the goal",
  start: "another first observation",
  target: "something else decides whether it is won",
  renamed: "here under another id",
  missing: "not here",
  added: "here, and not in the list",
  order: "the same tasks in another order, first at",
};
/** Ids that are named for each kind. */
const SHOWN = 3;

async function compare(benchmark: Benchmark, given: Panel, file: string): Promise<void> {
  if (!benchmark.splits.includes(given.split)) {
    const theirs = `${quoted(given.split)} of ${quoted(given.benchmark)}`;
    throw new CliError(
      `--check: the list is of the split ${theirs}; ${benchmark.name} has ${benchmark.splits.join(", ")}`,
    );
  }
  const ours = await madePanel(benchmark, given.split, given.seed);
  const differences = panelDifferences(ours, given);
  const kinds = (Object.keys(WORDS) as (keyof PanelDifferences)[]).filter((kind) => differences[kind].length > 0);
  if (kinds.length === 0) {
    print(`${given.tasks.length} tasks of ${printable(given.split)}: the same as in ${printable(file)}`);
    return;
  }
  const rows = kinds.map((kind) => {
    const ids = differences[kind];
    const more = ids.length > SHOWN ? ", …" : "";
    return [WORDS[kind], kind === "order" ? "" : ids.length, printable(ids.slice(0, SHOWN).join(", ")) + more];
  });
  print(table(["difference", "tasks", ""], rows));
  for (const note of given.notes.filter((each) => !ours.notes.includes(each))) print(printable(`there: ${note}`));
  for (const note of ours.notes.filter((each) => !given.notes.includes(each))) print(printable(`here: ${note}`));
  print(`the tasks are not those of ${printable(file)}`);
  process.exitCode = EXIT.broke;
}
