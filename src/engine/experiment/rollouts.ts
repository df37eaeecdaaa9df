/** Makes the rollouts that the store does not have yet. Each is stored as it ends, so a kill loses only unfinished episodes. */

import { BOUNDS } from "../../core/bounds.ts";
import { gathered } from "../../core/breath.ts";
import { openWorld } from "../../core/call-by-call.ts";
import { type Benchmark, type Environment, stepLimitOf } from "../../core/environment.ts";
import { CliError } from "../../core/errors.ts";
import { fingerprint, type TrajectoryId } from "../../core/ids.ts";
import type { Policy } from "../../core/policy.ts";
import type { Repository } from "../../core/repository.ts";
import type { Task } from "../../core/task.ts";
import type { Trajectory } from "../../core/trajectory.ts";
import { concurrently } from "../rollout/concurrent.ts";
import { type ForkPoint, rollout } from "../rollout/rollout.ts";
import type { Phase } from "./progress.ts";

/** The world's own randomness is fixed; policies are what is sampled. */
export const ENVIRONMENT_SEED = 0;

export interface RolloutJob {
  readonly task: Task;
  /** Which of several rollouts from the same state. */
  readonly sample: number;
  /** Where it starts, if not at the task's start; the snapshot is taken only if the rollout is owed. */
  readonly fork?: { readonly trajectory: Trajectory; readonly step: number };
}

/**
 * Of each state as many rollouts as it says, one after the other. Throws CliError where that is more than one phase may play:
 * neither the tasks nor the samples need be absurd, but the product is.
 */
export function sampled(what: string, states: readonly (Omit<RolloutJob, "sample"> & { samples: number })[]) {
  const episodes = states.reduce((sum, { samples }) => sum + samples, 0);
  const { most, because } = BOUNDS.episodes;
  if (episodes > most) {
    const [found, allowed] = [episodes, most].map((count) => count.toLocaleString("en-US"));
    throw new CliError(`${what}: ${found} episodes, expected at most ${allowed} at a time: ${because}`);
  }
  return states.flatMap(({ samples, ...state }): RolloutJob[] =>
    Array.from({ length: samples }, (_, sample) => ({ ...state, sample })),
  );
}

export interface RolloutsOptions {
  readonly run: string;
  readonly repository: Repository;
  readonly benchmark: Benchmark;
  /** The acting policy's name; the policy itself is opened only if something is owed. */
  readonly policyName: string;
  readonly openPolicy: () => Promise<Policy>;
  /** Everything that changes how the policy acts; part of each id. */
  readonly sampling: unknown;
  readonly jobs: readonly RolloutJob[];
  /** Snapshots for the owed forks, in their order. */
  readonly snapshots: (forks: readonly NonNullable<RolloutJob["fork"]>[]) => Promise<readonly ForkPoint["snapshot"][]>;
  readonly concurrency: number;
  /** Rollouts that others are making right now; this call adds its own while they last. */
  readonly underWay: UnderWay;
  readonly phase: (owed: number) => Phase;
}

/** Methods run side by side and share rollouts: what one is making, the others wait for. */
export type UnderWay = Map<TrajectoryId, Promise<Trajectory>>;

/** The id of a rollout. It follows from the request alone, so it is known before the rollout is made. */
export function rolloutId(
  options: Pick<RolloutsOptions, "benchmark" | "policyName" | "sampling">,
  maxSteps: number,
  job: RolloutJob,
): TrajectoryId {
  const { task, sample, fork } = job;
  const at = fork ? { from: fork.trajectory.id, step: fork.step } : null;
  const { policyName, sampling } = options;
  const { variant } = options.benchmark;
  const world = variant === undefined ? {} : { world: variant };
  const asked = { task: task.id, policy: policyName, sampling, maxSteps, sample, fork: at, ...world };
  return fingerprint(asked) as TrajectoryId;
}

/** All trajectories of `jobs`, in order: stored ones as they are, owed ones rolled out and stored. */
export async function rollouts(options: RolloutsOptions): Promise<Trajectory[]> {
  const { repository, benchmark, jobs, underWay } = options;
  const found = await gathered(jobs, (job) => {
    const id = rolloutId(options, stepLimitOf(benchmark, job.task), job);
    return { job, id, stored: repository.trajectory(id) };
  });
  // Others may have made some meanwhile. From here until those that are owed are noted as under way, nobody else has a turn.
  const wanted = found.map(({ stored, ...each }) => ({
    ...each,
    stored: stored ?? (underWay.has(each.id) ? undefined : repository.trajectory(each.id)),
  }));
  for (const { id, stored } of wanted) if (stored) repository.reuseTrajectory(options.run, id);
  const owed = wanted.filter(({ id, stored }) => !stored && !underWay.has(id));
  const made = rollOut(options, owed);
  // An error reaches the caller through `made`; nobody else may be waiting for these.
  made.catch(() => {});
  owed.forEach(({ id }, index) => {
    const one = made.then((trajectories) => trajectories[index]!);
    one.catch(() => {});
    underWay.set(id, one);
  });
  try {
    await made;
    return await Promise.all(
      wanted.map(async ({ id, stored }) => stored ?? (await underWay.get(id)) ?? repository.trajectory(id)!),
    );
  } finally {
    for (const { id } of owed) underWay.delete(id);
  }
}

async function rollOut(
  options: RolloutsOptions,
  owed: readonly { readonly job: RolloutJob; readonly id: TrajectoryId }[],
): Promise<Trajectory[]> {
  if (owed.length === 0) return [];
  const { repository, benchmark, concurrency } = options;
  const forks = owed.flatMap(({ job }) => (job.fork ? [job.fork] : []));
  const taken = [...(await options.snapshots(forks))];
  const items = owed.map((each) => ({
    ...each,
    from: each.job.fork ? { ...each.job.fork, snapshot: taken.shift()! } : undefined,
  }));
  const phase = options.phase(owed.length);
  const policy = await options.openPolicy();
  let done = 0;
  let won = 0;
  let failed = 0;
  const work = async ({ job, id, from }: (typeof items)[number], environment: Environment) => {
    const trajectory = await rollout({
      id,
      task: job.task,
      environment,
      policy,
      seed: ENVIRONMENT_SEED,
      maxSteps: stepLimitOf(benchmark, job.task),
      successReturn: benchmark.successReturn,
      ...(from && { from }),
    });
    const kept = keep(options, job.task, trajectory);
    if (kept.success) won++;
    if (kept.outcome.kind === "failed") failed++;
    phase.advance(++done, `won ${Math.round((100 * won) / done)} %`, failed);
    return kept;
  };
  try {
    const made = await concurrently({ items, limit: concurrency, open: () => openWorld(benchmark), work });
    if (policy.forget) {
      // Answers may have been paid for: their journal goes only when a power cut would not take the episodes.
      repository.sync();
      policy.forget();
    }
    return made;
  } finally {
    phase.end();
    await policy.close();
  }
}

/** Another run of the project may have made the same rollout meanwhile, and not every model says the same twice: the first one counts. */
function keep({ repository, run }: RolloutsOptions, task: Task, made: Trajectory): Trajectory {
  const known = repository.trajectory(made.id);
  if (known) {
    repository.reuseTrajectory(run, made.id);
    return known;
  }
  repository.addTask(task);
  repository.addTrajectory(run, made);
  return made;
}
