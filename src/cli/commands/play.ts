/**
 * `gleaner play`: a person plays in the terminal or, in WebShop, in a browser. The episodes are recorded as an expert's. With
 * `--from` they begin in a state of a recorded episode, and are recorded as forks of it.
 */
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
import { type EnvironmentSpec, openBenchmark, withoutPaths } from "../../worlds/open.ts";
import { keepWorld } from "../../worlds/places.ts";
import { asItBegan } from "../code-at-first.ts";
import {
  type EnvironmentFlags,
  environmentOfRun,
  environmentOptions,
  environmentSpec,
  WORLD,
} from "../environment-flags.ts";
import { port, runName } from "../flags.ts";
import { expectRoom, expectTaskOf, expectWorld, reached, type StoredState, storedState } from "../fork-point.ts";
import { atTerminal, inBrowser, type Player, showsPages } from "../players.ts";
import { openProject, type Project, projectOption, readProject } from "../project.ts";
import { inRun } from "../run-files.ts";
import { alone, type WaitFlags, waitOption } from "../run-lock.ts";
import { print, tell } from "../terminal.ts";
import { onlyIn } from "../world-help.ts";
import { expectSameRules } from "./verify.ts";

interface PlayFlags extends EnvironmentFlags, WaitFlags {
  readonly project: string;
  readonly task?: string;
  readonly split?: string;
  readonly from?: string;
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
    .option(
      "--from <trajectory:step>",
      "start from this state of a recorded episode, before its action STEP (from 0); the world is set up as its run says",
    )
    .option("--out <run>", "run to record into (default: play-<environment>; with --from, play-from-<run>)")
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
  const { project, spec, opened, state } = await (flags.from === undefined ? anew(name, flags) : along(name, flags));
  const { repository } = project;
  try {
    const run = runName(flags.out ?? (state ? forkRunName(state) : `play-${opened.name}`));
    const benchmark = asItBegan(repository, state?.run.name ?? run, opened, tell);
    const config = JSON.parse(JSON.stringify({ environment: withoutPaths(spec), notes: benchmark.notes }));
    await alone(project, { run, command: "play", wait: flags.wait }, () =>
      inRun(project, { name: run, kind: "play", config }, () => {
        keepWorld(project.folder, run, spec);
        return playInto({ repository, run, ...(state && { state }) }, benchmark, flags);
      }),
    );
  } finally {
    project.close();
  }
}

/** Where somebody is to play; the project is closed by whoever asked. */
interface Place {
  readonly project: Project;
  readonly spec: EnvironmentSpec;
  readonly opened: Benchmark;
  readonly state?: StoredState;
}

/** From a task's start. The project is made last: a world that is not there leaves none behind. */
async function anew(name: string, flags: PlayFlags): Promise<Place> {
  const spec = environmentSpec("environment", name, flags);
  const opened = await openBenchmark(spec);
  if (flags.out !== undefined) runName(flags.out);
  return { project: openProject(flags), spec, opened };
}

/** From a state of a recorded episode, in its world as its run says. */
async function along(name: string, flags: PlayFlags): Promise<Place> {
  for (const flag of ["task", "split"] as const)
    if (flags[flag] !== undefined) throw new CliError(`--${flag}: not with --from, which says which task it is`);
  // A state is of a project that is there.
  readProject(flags).close();
  const project = openProject(flags);
  try {
    const state = storedState(project.repository, flags.from!);
    expectWorld(state, name);
    const spec = environmentOfRun(project.folder, state.run, flags);
    const opened = await openBenchmark(spec);
    expectSameRules(state.run, opened);
    expectTaskOf(opened, state);
    expectRoom(state, stepLimitOf(opened, state.task));
    return { project, spec, opened, state };
  } catch (error) {
    project.close();
    throw error;
  }
}

/** A run has one config, and states of several runs may be of worlds that are set up differently. */
const forkRunName = ({ run }: StoredState) => `play-from-${run.name}`.slice(0, 100);

interface Recording {
  readonly repository: Repository;
  readonly run: string;
  /** Where every episode begins; absent: at its task's start. */
  readonly state?: StoredState;
}

async function playInto(recording: Recording, benchmark: Benchmark, flags: PlayFlags): Promise<void> {
  const { repository, run, state } = recording;
  const environment = await openWorld(benchmark);
  let player: Player | undefined;
  try {
    // Before a person is asked anything: a state that cannot be reached is no state to play from.
    const from = state && (await reached(repository, state, environment));
    player = await playerFor(environment, benchmark, flags);
    const { policy } = player;
    let goesOn = true;
    while (goesOn) {
      const task = state?.task ?? (await taskToPlay(benchmark, repository, run, flags));
      const maxSteps = stepLimitOf(benchmark, task);
      const id = idOf(recording, task, policy.name);
      const { successReturn } = benchmark;
      const options = { id, task, environment, policy, seed: 0, maxSteps, successReturn };
      const trajectory = await rollout({ ...options, ...(from && { from }) });
      repository.addTask(task);
      repository.addTrajectory(run, trajectory);
      goesOn = await player.over(trajectory, run);
    }
  } catch (error) {
    if (!(error instanceof HumanQuitError)) throw error;
    print("\nYou left before the episode ended, so it was not recorded.");
  } finally {
    await player?.policy.close();
    await environment.close();
  }
}

function idOf({ repository, run, state }: Recording, task: Task, policy: string): TrajectoryId {
  const sample = played(repository, run).filter((id) => id === task.id).length;
  const from = state && { trajectory: state.trajectory.id, step: state.step };
  return fingerprint({ run, task: task.id, policy, sample, ...(from && { from }) }) as TrajectoryId;
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
