/** `gleaner play`: a person plays an episode in the terminal; it is recorded as an expert trajectory. */
import { userInfo } from "node:os";
import type { Command } from "commander";
import type { Benchmark } from "../core/environment.ts";
import { CliError } from "../core/errors.ts";
import { fingerprint, type TaskId, type TrajectoryId } from "../core/ids.ts";
import { random } from "../core/random.ts";
import type { Repository } from "../core/repository.ts";
import type { Task } from "../core/task.ts";
import { HumanQuitError, human } from "../policies/human.ts";
import { rollout } from "../rollout/rollout.ts";
import {
  type EnvironmentFlags,
  environmentOptions,
  environmentSpec,
  openProject,
  projectOption,
  runName,
} from "./context.ts";
import { openBenchmark, resolveEnvironment, withoutPaths } from "./environments.ts";

interface PlayFlags extends EnvironmentFlags {
  readonly project: string;
  readonly task?: string;
  readonly split?: string;
  readonly out?: string;
  readonly name: string;
}

export function register(program: Command): void {
  projectOption(environmentOptions(program.command("play")))
    .description("play an episode yourself; it is recorded as an expert trajectory")
    .argument("<environment>", "a name from `gleaner env`, or the path of a module")
    .option("--task <id>", "which task (default: one you have not played yet)")
    .option("--split <split>", "where a task is taken from without --task (default: the first split)")
    .option("--out <run>", "the run to record into (default: play-<environment>)")
    .option("--name <name>", "who plays", userInfo().username)
    .action(play);
}

async function play(name: string, flags: PlayFlags): Promise<void> {
  const spec = resolveEnvironment(environmentSpec(name, flags));
  const benchmark = await openBenchmark(spec);
  const project = openProject(flags);
  const { repository } = project;
  const run = runName(flags.out ?? `play-${benchmark.name}`);
  repository.addRun({
    name: run,
    kind: "play",
    config: JSON.parse(JSON.stringify({ environment: withoutPaths(spec), notes: benchmark.notes })),
  });
  const policy = human({ input: process.stdin, output: process.stdout, name: flags.name });
  const environment = await benchmark.open();
  try {
    const task = await taskToPlay(benchmark, repository, run, flags);
    const sample = played(repository, run).filter((id) => id === task.id).length;
    const id = fingerprint({ run, task: task.id, policy: policy.name, sample }) as TrajectoryId;
    const { maxSteps, successReturn } = benchmark;
    const trajectory = await rollout({ id, task, environment, policy, seed: 0, maxSteps, successReturn });
    repository.addTask(task);
    repository.addTrajectory(run, trajectory);
    console.log(`${trajectory.finalObservation}\n`);
    const steps = `${trajectory.steps.length} step${trajectory.steps.length === 1 ? "" : "s"}`;
    console.log(
      `${trajectory.success ? "Won" : "Lost"} after ${steps}, return ${trajectory.return}. Recorded in run ${run}.`,
    );
  } catch (error) {
    if (!(error instanceof HumanQuitError)) throw error;
    console.log("\nLeft before the end: nothing was recorded.");
  } finally {
    await policy.close();
    await environment.close();
    project.close();
  }
}

const played = (repository: Repository, run: string): TaskId[] =>
  repository.trajectoriesOf(run).map((id) => repository.trajectory(id)!.taskId);

async function taskToPlay(benchmark: Benchmark, repository: Repository, run: string, flags: PlayFlags): Promise<Task> {
  if (flags.task) return benchmark.task(flags.task as TaskId);
  const split = flags.split ?? benchmark.splits[0]!;
  const known = new Set(played(repository, run));
  const open = (await benchmark.tasks(split)).filter(({ id }) => !known.has(id));
  if (open.length === 0) throw new CliError(`every task of split ${split} has been played; name one with --task`);
  return random("play", known.size).pick(open);
}
