/**
 * `gleaner expert`: makes expert trajectories. `scripted` runs the environment's own expert, `gold` the benchmark's own
 * solutions. Both can be made to err. `record` is in expert-record.ts.
 */
import { type Command, Option } from "commander";
import type { CommandLine } from "../../core/command-line.ts";
import type { Benchmark } from "../../core/environment.ts";
import { CliError, inputOf } from "../../core/errors.ts";
import type { Policy } from "../../core/policy.ts";
import { countedReasons, failureOf, reasonsText } from "../../core/reasons.ts";
import type { Trajectory } from "../../core/trajectory.ts";
import { expertRollouts } from "../../engine/experiment/expert.ts";
import { noisy } from "../../policies/noisy.ts";
import { openBenchmark, withoutPaths } from "../../worlds/open.ts";
import { keepWorld } from "../../worlds/places.ts";
import { asItBegan } from "../code-at-first.ts";
import { type EnvironmentFlags, environmentOptions, environmentSpec, WORLD } from "../environment-flags.ts";
import { positiveInteger, rate, runName, wholeNumber } from "../flags.ts";
import { openProgress } from "../progress.ts";
import { openProject, projectOption } from "../project.ts";
import { inRun } from "../run-files.ts";
import { alone, type WaitFlags, waitOption } from "../run-lock.ts";
import { print, printable, tell } from "../terminal.ts";
import * as expertRecord from "./expert-record.ts";

interface ExpertFlags extends EnvironmentFlags, WaitFlags {
  readonly project: string;
  readonly env: string;
  readonly errorRate: number;
  readonly slip?: "same-verb" | "any";
  readonly split?: string;
  readonly tasks?: number;
  readonly seed: number;
  readonly out: string;
}

/** The name of an expert that plays a benchmark's own solutions. */
const GOLD = "expert/gold";
/** At most this many gold paths that do not win are listed. */
const SHOWN = 10;

export function register(expert: Command): void {
  rolloutOptions(expert.command("scripted"))
    .description("play with the environment's scripted expert, which can be made to err")
    .action(scripted);
  rolloutOptions(expert.command("gold"))
    .description("play the benchmark's own solutions (scienceworld), which can be made to err")
    .action(gold);
  expertRecord.register(expert);
}

function rolloutOptions(command: Command): Command {
  return waitOption(projectOption(environmentOptions(command, `gleaner expert ${command.name()} --env webshop --help`)))
    .requiredOption("--env <environment>", WORLD)
    .requiredOption("--out <run>", "run to record into")
    .option("--error-rate <rate>", "chance of a wrong action (a slip) at each decision, 0 to 1", rate, 0)
    .addOption(
      new Option("--slip <kind>", "a slip takes another action with the same verb (the default), or any").choices([
        "same-verb",
        "any",
      ]),
    )
    .option("--split <split>", "split whose tasks are played (default: the first split)")
    .option("--tasks <n>", "play at most this many tasks", positiveInteger)
    .option("--seed <n>", "random seed of the slips", wholeNumber, 1);
}

async function scripted(flags: ExpertFlags): Promise<void> {
  await record(flags, ({ expert }) => {
    if (expert) return expert;
    throw new CliError(`--env ${flags.env}: this environment has no scripted expert`);
  });
}

async function gold(flags: ExpertFlags): Promise<void> {
  const { made, benchmark, command } = await record(flags, ({ expert }) => {
    if (expert?.name === GOLD) return expert;
    throw new CliError(`--env ${flags.env}: this environment has no gold paths, expected scienceworld`);
  });
  if (flags.errorRate > 0) return;
  for (const line of shortfalls(made, benchmark, command)) print(line);
}

interface Recorded {
  readonly made: readonly Trajectory[];
  readonly benchmark: Benchmark;
  readonly command: CommandLine;
}

/** Plays the tasks into the run `--out` and says how many were won. */
async function record(flags: ExpertFlags, expertOf: (benchmark: Benchmark) => Policy): Promise<Recorded> {
  if (flags.slip !== undefined && flags.errorRate === 0) {
    throw new CliError(`--slip ${flags.slip}: expected --error-rate above 0 as well, since nothing slips at rate 0`);
  }
  const spec = environmentSpec("--env", flags.env, flags);
  const opened = await openBenchmark(spec);
  const expert = expertOf(opened);
  const { errorRate, slip = "same-verb", seed } = flags;
  const split = flags.split ?? opened.splits[0]!;
  const tasks = (await inputOf("--split", () => opened.tasks(split))).slice(0, flags.tasks);
  const run = runName(flags.out);
  const project = openProject(flags);
  const { repository } = project;
  const benchmark = asItBegan(repository, run, opened, tell);
  const config = { environment: withoutPaths(spec), notes: benchmark.notes, errorRate, slip, split, seed };
  const remarks: string[] = [];
  const policy = errorRate > 0 ? noisy(expert, { errorRate, slip, seed, say: (line) => remarks.push(line) }) : expert;
  const made = await alone(project, { run, command: "expert", wait: flags.wait }, () => {
    const progress = openProgress({ folder: project.folder, run });
    return inRun(project, { name: run, kind: "expert", config: JSON.parse(JSON.stringify(config)) }, () => {
      keepWorld(project.folder, run, spec);
      return expertRollouts({ run, repository, benchmark, policy, tasks, concurrency: 16, progress, seed });
    }).finally(progress.stop);
  });
  project.close();
  const won = made.filter(({ success }) => success).length;
  print(
    `${policy.name}: won ${won} of ${made.length} episodes (${((100 * won) / made.length).toFixed(1)} %), in run ${run}`,
  );
  for (const remark of remarks) print(remark);
  const failures = made.flatMap((trajectory) => failureOf(trajectory) ?? []);
  if (failures.length > 0) {
    const why = printable(reasonsText(countedReasons(failures)));
    print(`${failures.length} of ${made.length} episodes failed because the world or the expert broke: ${why}`);
  }
  return { made, benchmark, command: project.command };
}

/** Lists the gold solutions that did not solve their task, so that nobody takes them for perfect. */
function shortfalls(made: readonly Trajectory[], { successReturn }: Benchmark, command: CommandLine): string[] {
  const short = made.filter(({ success }) => !success);
  if (short.length === 0) return [];
  const more = short.length > SHOWN ? [`  … and ${short.length - SHOWN} more (${command("dump")} lists all)`] : [];
  return [
    `gold paths that do not reach ${successReturn}: ${short.length} of ${made.length}`,
    ...short.slice(0, SHOWN).map((trajectory) => printable(`  ${trajectory.taskId}: ${endOf(trajectory)}`)),
    ...more,
  ];
}

function endOf({ return: earned, steps, outcome }: Trajectory): string {
  const actions = `${steps.length} action${steps.length === 1 ? "" : "s"}`;
  switch (outcome.kind) {
    case "terminated":
      return `ended at ${earned} after ${actions}`;
    case "truncated":
      return `reached the limit of ${actions} at ${earned}`;
    case "failed":
      return `the world broke: ${outcome.error.message}`;
    default:
      return outcome satisfies never;
  }
}
