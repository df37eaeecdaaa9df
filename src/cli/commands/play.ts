/** `gleaner play`: a person plays in the terminal or, in WebShop, in a browser. The episodes are recorded as an expert's. */
import { userInfo } from "node:os";
import { type Command, Option } from "commander";
import { openWorld } from "../../core/call-by-call.ts";
import { type Benchmark, type Environment, stepLimitOf } from "../../core/environment.ts";
import { CliError, inputOf } from "../../core/errors.ts";
import { fingerprint, type TaskId, type TrajectoryId } from "../../core/ids.ts";
import { random } from "../../core/random.ts";
import type { Repository } from "../../core/repository.ts";
import type { Task } from "../../core/task.ts";
import { quoted } from "../../core/wording.ts";
import { rollout } from "../../engine/rollout/rollout.ts";
import { HumanQuitError } from "../../policies/human.ts";
import { openBenchmark, withoutPaths } from "../../worlds/open.ts";
import { keepWorld } from "../../worlds/places.ts";
import { asItBegan } from "../code-at-first.ts";
import { type EnvironmentFlags, environmentOptions, environmentSpec, WORLD } from "../environment-flags.ts";
import { port, runName } from "../flags.ts";
import { atTerminal, inBrowser, type Player, showsPages } from "../players.ts";
import { openProject, projectOption } from "../project.ts";
import { inRun } from "../run-files.ts";
import { alone, type WaitFlags, waitOption } from "../run-lock.ts";
import { print, tell } from "../terminal.ts";
import { onlyIn } from "../world-help.ts";

interface PlayFlags extends EnvironmentFlags, WaitFlags {
  readonly project: string;
  readonly task?: string;
  readonly split?: string;
  readonly out?: string;
  readonly name: string;
  readonly terminal?: boolean;
  readonly port?: number;
}

export function register(command: Command): void {
  waitOption(projectOption(environmentOptions(command, "gleaner play webshop --help")))
    .argument("<environment>", WORLD)
    .option("--task <id>", "task to play (default: one that you have not played yet)")
    .option("--split <split>", "without --task: split to take a task from (default: the first split)")
    .option("--out <run>", "run to record into (default: play-<environment>)")
    .option("--name <name>", "your name in the recording", userName())
    .addOption(onlyIn("webshop", new Option("--terminal", "play in the terminal instead of a browser")))
    .addOption(
      onlyIn(
        "webshop",
        new Option("--port <n>", "port of the page on 127.0.0.1 (default: any free port)").argParser(port),
      ),
    )
    .action(play);
}

/** A user id that the machine knows no name for, as in some containers, plays too. */
function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return process.env.USER || "player";
  }
}

async function play(name: string, flags: PlayFlags): Promise<void> {
  if (flags.name.trim() === "") throw new CliError(`--name: expected a name, got ${quoted(flags.name)}`);
  const spec = environmentSpec("environment", name, flags);
  const opened = await openBenchmark(spec);
  const run = runName(flags.out ?? `play-${opened.name}`);
  const project = openProject(flags);
  const { repository } = project;
  const benchmark = asItBegan(repository, run, opened, tell);
  const config = JSON.parse(JSON.stringify({ environment: withoutPaths(spec), notes: benchmark.notes }));
  try {
    await alone(project, { run, command: "play", wait: flags.wait }, () =>
      inRun(project, { name: run, kind: "play", config }, () => {
        keepWorld(project.folder, run, spec);
        return playInto({ repository, run }, benchmark, flags);
      }),
    );
  } finally {
    project.close();
  }
}

interface Recording {
  readonly repository: Repository;
  readonly run: string;
}

async function playInto({ repository, run }: Recording, benchmark: Benchmark, flags: PlayFlags): Promise<void> {
  const environment = await openWorld(benchmark);
  const player = await playerFor(environment, benchmark, flags);
  try {
    let goesOn = true;
    while (goesOn) {
      const task = await taskToPlay(benchmark, repository, run, flags);
      const sample = played(repository, run).filter((id) => id === task.id).length;
      const id = fingerprint({ run, task: task.id, policy: player.policy.name, sample }) as TrajectoryId;
      const { successReturn } = benchmark;
      const { policy } = player;
      const maxSteps = stepLimitOf(benchmark, task);
      const trajectory = await rollout({ id, task, environment, policy, seed: 0, maxSteps, successReturn });
      repository.addTask(task);
      repository.addTrajectory(run, trajectory);
      goesOn = await player.over(trajectory, run);
    }
  } catch (error) {
    if (!(error instanceof HumanQuitError)) throw error;
    print("\nYou left before the episode ended, so it was not recorded.");
  } finally {
    await player.policy.close();
    await environment.close();
  }
}

function playerFor(environment: Environment, benchmark: Benchmark, flags: PlayFlags): Promise<Player> {
  const { name, port: chosen = 0 } = flags;
  if (!flags.terminal && showsPages(environment))
    return inBrowser({ environment, name, port: chosen, maxSteps: benchmark.maxSteps });
  return Promise.resolve(atTerminal(name));
}

const played = (repository: Repository, run: string): TaskId[] =>
  repository.trajectoriesOf(run).map((id) => repository.trajectory(id)!.taskId);

async function taskToPlay(benchmark: Benchmark, repository: Repository, run: string, flags: PlayFlags): Promise<Task> {
  if (flags.task) return inputOf("--task", () => benchmark.task(flags.task as TaskId));
  const split = flags.split ?? benchmark.splits[0]!;
  const known = new Set(played(repository, run));
  const open = (await inputOf("--split", () => benchmark.tasks(split))).filter(({ id }) => !known.has(id));
  if (open.length === 0) throw new CliError(`you have played every task of split ${split}; name one with --task`);
  return random("play", known.size).pick(open);
}
