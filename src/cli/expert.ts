/** `gleaner expert`: expert trajectories made here. `scripted` runs the environment's own expert, made to err. */
import type { Command } from "commander";
import { CliError } from "../core/errors.ts";
import { expertRollouts } from "../experiment/expert.ts";
import { noisy } from "../policies/noisy.ts";
import {
  type EnvironmentFlags,
  environmentOptions,
  environmentSpec,
  openProject,
  positiveInteger,
  projectOption,
  rate,
  runName,
} from "./context.ts";
import { openBenchmark, resolveEnvironment, withoutPaths } from "./environments.ts";
import { progressFor } from "./progress.ts";

interface ScriptedFlags extends EnvironmentFlags {
  readonly project: string;
  readonly env: string;
  readonly errorRate: number;
  readonly slip: "same-verb" | "any";
  readonly split?: string;
  readonly tasks?: number;
  readonly seed: number;
  readonly out: string;
}

export function register(program: Command): void {
  const expert = program.command("expert").description("make expert trajectories");
  projectOption(environmentOptions(expert.command("scripted")))
    .description("the environment's scripted expert, erring at a uniform rate")
    .requiredOption("--env <environment>", "a name from `gleaner env`, or the path of a module")
    .requiredOption("--out <run>", "the run to record into")
    .option("--error-rate <rate>", "chance of a slip at each decision, 0 to 1", rate, 0)
    .option("--slip <kind>", "what a slip takes: same-verb or any", slipKind, "same-verb")
    .option("--split <split>", "whose tasks are played (default: the first split)")
    .option("--tasks <n>", "at most this many tasks", positiveInteger)
    .option("--seed <n>", "seed of the slips", Number, 1)
    .action(scripted);
}

function slipKind(text: string): "same-verb" | "any" {
  if (text === "same-verb" || text === "any") return text;
  throw new CliError(`--slip ${text}: expected same-verb or any`);
}

async function scripted(flags: ScriptedFlags): Promise<void> {
  const spec = resolveEnvironment(environmentSpec(flags.env, flags));
  const benchmark = await openBenchmark(spec);
  if (!benchmark.expert) throw new CliError(`--env ${flags.env}: this environment has no scripted expert`);
  const { errorRate, slip, seed } = flags;
  const split = flags.split ?? benchmark.splits[0]!;
  const tasks = (await benchmark.tasks(split)).slice(0, flags.tasks);
  const project = openProject(flags);
  const { repository } = project;
  const run = runName(flags.out);
  const config = { environment: withoutPaths(spec), notes: benchmark.notes, errorRate, slip, split, seed };
  repository.addRun({ name: run, kind: "expert", config: JSON.parse(JSON.stringify(config)) });
  const policy = errorRate > 0 ? noisy(benchmark.expert, { errorRate, slip, seed }) : benchmark.expert;
  const progress = progressFor(process.stderr);
  const made = await expertRollouts({ run, repository, benchmark, policy, tasks, concurrency: 16, progress, seed });
  progress.stop();
  const won = made.filter(({ success }) => success).length;
  console.log(
    `${policy.name}: won ${won} of ${made.length} episodes (${((100 * won) / made.length).toFixed(1)} %), in run ${run}`,
  );
  project.close();
}
