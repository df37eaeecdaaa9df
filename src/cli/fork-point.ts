/** `--from TRAJECTORY:STEP`: a state along a stored trajectory, and the world in which it can be reached again. */
import type { Benchmark, Environment } from "../core/environment.ts";
import { CliError } from "../core/errors.ts";
import type { TrajectoryId } from "../core/ids.ts";
import type { Repository } from "../core/repository.ts";
import type { Run } from "../core/run.ts";
import type { Task } from "../core/task.ts";
import type { Trajectory } from "../core/trajectory.ts";
import { quoted, suggestion } from "../core/wording.ts";
import { snapshotsAlong } from "../engine/rollout/replay.ts";
import type { ForkPoint } from "../engine/rollout/rollout.ts";
import { isModule } from "../worlds/own.ts";

/** A state along a stored trajectory: before its step number `step`. */
export interface StoredState {
  readonly trajectory: Trajectory;
  readonly step: number;
  readonly task: Task;
  /** A run that holds it and says in which world it was made. */
  readonly run: Run;
}

/** Throws CliError where `text` names no such state, or one of a trajectory that nobody can replay. */
export function storedState(repository: Repository, text: string): StoredState {
  const [, id, number] = /^(.+):(\d+)$/s.exec(text) ?? [];
  if (id === undefined)
    throw new CliError(
      `--from: expected TRAJECTORY:STEP, as in 3f0c9a:4 (before action 4, from 0), got ${quoted(text)}`,
    );
  const trajectory = repository.trajectory(id as TrajectoryId);
  if (!trajectory) throw new CliError(noTrajectory(repository, id));
  const step = Number(number);
  const { length } = trajectory.steps;
  if (step >= length) {
    const steps = length === 0 ? "it has no steps" : `expected a step from 0 to ${length - 1}`;
    throw new CliError(`--from: trajectory ${id}: ${steps}, got ${number}`);
  }
  const verification = repository.verification(trajectory.id);
  if (verification?.kind === "unreplayable")
    throw new CliError(`--from: trajectory ${id} cannot be replayed: ${verification.reason}`);
  return { trajectory, step, task: repository.task(trajectory.taskId)!, run: runOf(repository, trajectory.id) };
}

function noTrajectory(repository: Repository, id: string): string {
  const ids = repository.runs().flatMap(({ name }) => repository.trajectoriesOf(name));
  const begun = ids.filter((each) => each.startsWith(id));
  const near = begun.length === 1 ? ` (did you mean ${JSON.stringify(begun[0])}?)` : suggestion(id, ids);
  return `--from: there is no trajectory ${quoted(id)} in this project${near}`;
}

function runOf(repository: Repository, id: TrajectoryId): Run {
  const holding = repository.runs().filter(({ name }) => repository.trajectoriesOf(name).includes(id));
  const run = holding.find((each) => worldOf(each) !== undefined);
  if (run) return run;
  const names = holding.map(({ name }) => `"${name}"`).join(", ");
  throw new CliError(`--from: trajectory ${id} is of run ${names}, which does not say in which world it was made`);
}

const worldOf = ({ config }: Run): string | undefined =>
  ((config ?? {}) as { readonly environment?: { readonly name?: string } }).environment?.name;

/** Throws CliError unless `world`, as the user names it, is the one in which the trajectory was made. */
export function expectWorld({ run, trajectory }: StoredState, world: string): void {
  const made = worldOf(run)!;
  // A user's own world is named by its file, a class or a server: the run knows where it was.
  const isSame = made === world || (isModule(made) && isModule(world)) || world.startsWith(`${made}:`);
  if (isSame || (made === "python" && world.includes(".py"))) return;
  throw new CliError(`--from: trajectory ${trajectory.id} was made in ${made}, not in ${quoted(world)}`);
}

/**
 * The state, reached again: its first steps are done once more, and what the world shows is compared with the record. Throws
 * EnvironmentError, with both texts, where it differs.
 */
export async function reached(
  repository: Repository,
  state: StoredState,
  environment: Environment,
): Promise<ForkPoint> {
  const { trajectory, step, task } = state;
  const seed = seedOfStart(repository, trajectory);
  const [snapshot] = await snapshotsAlong(environment, task, { ...trajectory, seed }, [step]);
  return { trajectory, step, snapshot: snapshot! };
}

/** The seed the world started with: a fork continues its parent's world. */
export function seedOfStart(repository: Repository, trajectory: Trajectory): number {
  return trajectory.fork ? seedOfStart(repository, repository.trajectory(trajectory.fork.from)!) : trajectory.seed;
}

/** Throws CliError where the world would end the episode before the state. */
export function expectRoom({ trajectory, step }: StoredState, maxSteps: number): void {
  if (step < maxSteps) return;
  throw new CliError(
    `--from: trajectory ${trajectory.id}: expected a step before the limit of an episode here (--max-steps ${maxSteps}), got ${step}`,
  );
}

/** Throws CliError unless the task is one of this world. */
export function expectTaskOf({ name }: Pick<Benchmark, "name">, { task }: StoredState): void {
  if (task.id.startsWith(`${name}/`)) return;
  throw new CliError(`--from: task ${quoted(task.id)} is none of ${name}`);
}
