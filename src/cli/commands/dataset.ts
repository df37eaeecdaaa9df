/** `gleaner dataset`: a training set of what runs recorded, stored without a training. `gleaner export` writes it out, or `--to` at once. */
import type { Command } from "commander";
import { CliError } from "../../core/errors.ts";
import type { Json } from "../../core/json.ts";
import { canonicalJson } from "../../core/json.ts";
import { runNamed } from "../../core/known-run.ts";
import { datasetOf, type Run } from "../../core/run.ts";
import { expectedOneOf } from "../../core/wording.ts";
import { type Dataset, datasetMethod, makeDataset } from "../../engine/experiment/dataset.ts";
import { DATASET_METHODS } from "../../engine/experiment/dataset-methods.ts";
import { checkExport, learnedMessages } from "../../exporters/check.ts";
import type { Exporter, ExportOptions } from "../../exporters/exporter.ts";
import { exportOrSayWhere } from "../../exporters/instead.ts";
import { exporterNamed } from "../../exporters/registry.ts";
import { FORMATS, type Format, formatId } from "../../formats/format.ts";
import { logged } from "../../formats/logged.ts";
import { formatFor } from "../../formats/named.ts";
import { verbatim } from "../../formats/verbatim.ts";
import { openBenchmark } from "../../worlds/open.ts";
import { type EnvironmentFlags, environmentOptions, environmentToRead } from "../environment-flags.ts";
import { atLeastZero, finiteNumber, runName, wholeNumber } from "../flags.ts";
import { outsideTraining } from "../held-out.ts";
import { openProject, type Project, projectOption, readProject } from "../project.ts";
import { alone, type WaitFlags, waitOption } from "../run-lock.ts";
import { table } from "../table.ts";
import { provenLines, TARGET_FLAGS, type TargetFlags, targetOptions, targetOptionsOf } from "../target-flags.ts";
import { print, printable, printJson } from "../terminal.ts";
import { chosenOrigin, chosenRound, sizeOf, storedSet } from "../training-set.ts";
import { expectSameRules } from "./verify.ts";

interface DatasetFlags extends EnvironmentFlags, WaitFlags, TargetFlags {
  readonly project: string;
  readonly method: string;
  readonly out: string;
  readonly format?: string;
  readonly notIn?: readonly string[];
  readonly minReward?: number;
  readonly beta?: number;
  readonly seed?: number;
  readonly iteration?: number;
  readonly to?: string;
  readonly files?: string;
  readonly json?: boolean;
}

/** β of DPO where nothing else is said (Rafailov et al. 2023, arXiv 2305.18290). */
const BETA = 0.1;

export function register(command: Command): void {
  waitOption(projectOption(environmentOptions(command, "gleaner env webshop --help")))
    .argument("<runs...>", "runs that were imported or recorded, or one experiment")
    .requiredOption(
      "--method <method>",
      `who chooses: ${DATASET_METHODS.join(", ")}; of an experiment: a method of its rounds`,
    )
    .requiredOption("--out <run>", "name of the training set, as a run of this project")
    .option(
      "--format <format>",
      `how episodes of a world are written: ${FORMATS.join(", ")} (default: react, with tools: tools)`,
    )
    .option("--not-in <runs...>", "leave out episodes of tasks that these runs hold")
    .option("--min-reward <r>", "leave out episodes with a lower reward", finiteNumber)
    .option("--beta <b>", `pairs: the β of DPO (default: ${BETA})`, atLeastZero)
    .option("--seed <n>", "of an experiment: the round of this seed", wholeNumber)
    .option("--iteration <n>", "of an experiment: the round of this iteration", wholeNumber)
    .option("--to <target>", "also write it for this training tool, and check the files")
    .option("--files <dir>", "with --to: folder to write; it must be new or empty")
    .option("--json", "print JSON");
  targetOptions(command).action(datasetCommand);
}

async function datasetCommand(names: readonly string[], flags: DatasetFlags): Promise<void> {
  const target = targetOf(flags);
  // A project that is not there is not made.
  readProject(flags).close();
  const project = openProject(flags);
  const run = runName(flags.out);
  try {
    await alone(project, { run, command: "dataset", wait: flags.wait }, async () => {
      const runs = names.map((name) => runNamed(project.repository, name));
      expectOnce(names);
      const experiment = runs.find(({ kind }) => kind === "experiment");
      if (experiment) await ofRound(project, run, experiment, names, flags);
      else await ofEpisodes(project, run, runs, flags);
      if (target) await written(project, run, target, flags);
    });
  } finally {
    project.close();
  }
}

interface Target {
  readonly exporter: Exporter;
  readonly out: string;
  readonly options: ExportOptions;
}

/** Where the set is written besides. Throws CliError for half of it, and for what needs more flags than there are here. */
function targetOf({ to, files, ...flags }: DatasetFlags): Target | undefined {
  if (to === undefined && files === undefined) {
    const idle = TARGET_FLAGS.find(({ key }) => flags[key] !== undefined);
    if (idle) throw new CliError(`${idle.flag}: expected --to with a training tool beside it`);
    return undefined;
  }
  if (to === undefined) throw new CliError("--files: expected --to with a training tool beside it");
  if (files === undefined) throw new CliError("--to: expected --files with the folder to make");
  const exporter = exporterNamed(to);
  const options = targetOptionsOf(flags);
  if (exporter.tokenizer !== "needed" || options.tokenizer) return { exporter, out: files, options };
  throw new CliError(`--to ${to} writes token ids: expected --tokenizer with the folder of the model's checkpoint`);
}

/** Writes the set and reads it back. The exit code tells where the two differ. */
async function written({ repository }: Project, run: string, { exporter, out, options }: Target, flags: DatasetFlags) {
  const origin = chosenOrigin(repository, run, {});
  const set = storedSet(repository, origin.trainingSet);
  const { manifest, command } = exportOrSayWhere({ exporter, set, options, out, origin: { run, ...origin } });
  const { tokenizer } = options;
  const report = await checkExport({ folder: out, manifest, set, ...(tokenizer && { tokenizer }) });
  const { differences } = report;
  if (differences.length > 0) {
    const [{ place, what }] = differences as [(typeof differences)[number]];
    throw new Error(`${out}: ${differences.length} differences from what is stored; the first: ${place}: ${what}`);
  }
  if (flags.json) return;
  print(provenLines(out, manifest, report).join("\n"));
  print(`use it with: ${printable(command)}`);
}

function expectOnce(names: readonly string[]): void {
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw new CliError(`${names.join(" ")}: expected each run once, "${twice}" is named twice`);
}

/** The training set of a round of an experiment, under a name of its own. */
async function ofRound(
  { repository, command }: Project,
  name: string,
  experiment: Run,
  names: readonly string[],
  flags: DatasetFlags,
): Promise<void> {
  if (names.length > 1) throw new CliError(`${names.join(" ")}: expected the experiment "${experiment.name}" alone`);
  const given = (["format", "notIn", "minReward", "beta"] as const).find((flag) => flags[flag] !== undefined);
  if (given)
    throw new CliError(`${FLAGS[given]}: run "${experiment.name}" is an experiment, whose rounds have chosen already`);
  const { method, seed, iteration, trainingSet } = chosenRound(repository, experiment.name, flags);
  const set = storedSet(repository, trainingSet);
  const { environment = null } = experiment.config as { environment?: Json };
  const config = { sources: [{ run: experiment.name }], method, seed, iteration, environment, trainingSet };
  const sources = set.examples.flatMap((example) => ("source" in example ? [example.source] : example.sources));
  repository.together(() => {
    repository.addRun({ name, kind: "dataset", config });
    for (const id of new Set(sources)) repository.reuseTrajectory(name, id);
  });
  if (flags.json) printJson({ run: name, ...config, examples: set.examples.length });
  else
    print(
      [
        `${name}: ${sizeOf(set).join(" ")}, learned turns ${learnedMessages(set)} (${printable(method)}, seed ${seed}, iteration ${iteration})`,
        `write it with: ${command("export", name, "--to", "TARGET", "--out", "DIR")}`,
      ].join("\n"),
    );
}

const FLAGS = { format: "--format", notIn: "--not-in", minReward: "--min-reward", beta: "--beta" } as const;

async function ofEpisodes(project: Project, name: string, runs: readonly Run[], flags: DatasetFlags): Promise<void> {
  const { repository } = project;
  const { notIn = [], minReward } = flags;
  const method = datasetMethod(flags.method);
  if (flags.beta !== undefined && method !== "pairs") throw new CliError("--beta: only for --method pairs");
  if (flags.beta === 0) throw new CliError("--beta: expected a number above 0");
  const round = (["seed", "iteration"] as const).find((flag) => flags[flag] !== undefined);
  if (round) throw new CliError(`--${round}: only for a round of an experiment`);
  for (const other of notIn) runNamed(repository, other, "--not-in");
  const environment = worldOf(runs);
  const { format, successReturn } = await formatOf(project, runs, flags);
  const beta = flags.beta ?? BETA;
  const sources = runs.map((run) => run.name);
  const dataset = await makeDataset({
    ...{ repository, runs: sources, method, format, successReturn, notIn, minReward, beta },
  });
  const config = {
    sources: sources.map((run) => ({ run })),
    method,
    format: formatId(format),
    ...(notIn.length > 0 && { notIn: notIn.map((run) => ({ run })) }),
    ...(minReward !== undefined && { minReward }),
    ...(method === "pairs" && { beta }),
    environment,
    trainingSet: dataset.id,
  };
  repository.together(() => {
    repository.addRun({ name, kind: "dataset", config });
    repository.addTrainingSet(dataset.id, dataset.set);
    for (const { id } of dataset.used) repository.reuseTrajectory(name, id);
  });
  if (flags.json) printJson(summaryOf(name, config, dataset));
  else print(datasetText(name, dataset, project.command("export", name, "--to", "TARGET", "--out", "DIR")));
}

/** The world of these runs, as stored. Throws CliError where it is not one, and for runs that hold no recorded episodes. */
function worldOf(runs: readonly Run[]): Json {
  const made = runs.find((run) => datasetOf(run));
  if (made) throw new CliError(`run "${made.name}" is a training set already: \`gleaner export\` writes it out`);
  const worlds = runs.map(({ config }) => (config as { environment?: Json & { name?: string } }).environment ?? null);
  const isSame = (a: Json, b: Json) =>
    nameOf(a) === nameOf(b) && (nameOf(a) === "none" || canonicalJson(a) === canonicalJson(b));
  const other = worlds.findIndex((world) => !isSame(world, worlds[0]!));
  if (other < 0) return worlds[0]!;
  throw new CliError(
    `runs "${runs[0]!.name}" and "${runs[other]!.name}" are of different worlds (${nameOf(worlds[0]!)}, ` +
      `${nameOf(worlds[other]!)}, or other rules): expected runs of one world`,
  );
}

const nameOf = (world: Json) => (world as { name?: string } | null)?.name ?? "not told";

/** How the runs' episodes are written. Throws CliError for a format that they do not have. */
async function formatOf(
  { folder }: Project,
  runs: readonly Run[],
  flags: DatasetFlags,
): Promise<{ readonly format: Format; readonly successReturn: number }> {
  const [first] = runs;
  const benchmark = await openBenchmark(environmentToRead(folder, first!, flags));
  const { successReturn } = benchmark;
  if (benchmark.name === "none") {
    if (flags.format === undefined || flags.format === "logged") return { format: logged, successReturn };
    throw new CliError(
      `--format ${flags.format}: run "${first!.name}" keeps its logs as they are (--env none), so its episodes are ` +
        "written as they were logged; leave the flag out",
    );
  }
  for (const run of runs) expectSameRules(run, benchmark);
  const name = FORMATS.find((each) => each === (flags.format ?? (benchmark.tools ? "tools" : "react")));
  if (!name) throw new CliError(`--format: ${expectedOneOf(FORMATS, flags.format!)}`);
  // The small students that read `compact` have its words alone; all others learn what was said as it was said.
  const format = formatFor(name, benchmark);
  return { format: name === "compact" ? format : verbatim(format), successReturn };
}

function summaryOf(run: string, config: object, { set, episodes, used, leftOut, splits }: Dataset) {
  return {
    ...{ run, ...config, kind: set.kind, examples: set.examples.length, learned: learnedMessages(set) },
    ...{ episodes, used: used.length, leftOut, splits },
  };
}

function datasetText(name: string, { set, episodes, used, leftOut, splits }: Dataset, write: string): string {
  const tasks = new Set(used.map(({ taskId }) => taskId)).size;
  const won = used.filter(({ success }) => success).length;
  return [
    table(
      [],
      [
        ["episodes", episodes],
        ["  learned from", used.length],
        ...Object.entries(leftOut).map(([reason, count]) => [`  left out: ${printable(reason)}`, count] as const),
        [set.kind === "dpo" ? "preferences" : "demonstrations", set.examples.length],
        ["  learned turns", learnedMessages(set)],
        ["tasks", tasks],
      ],
    ),
    `${name}: ${sizeOf(set).join(" ")} from ${used.length} ${used.length === 1 ? "episode" : "episodes"}, ${won} of them won`,
    ...outsideTraining(splits),
    `write it with: ${printable(write)}`,
  ].join("\n");
}
