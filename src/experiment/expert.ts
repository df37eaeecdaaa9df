/** Where an experiment's expert trajectories come from, and the check that every one of them can be replayed. */
import type { Benchmark } from "../core/environment.ts";
import { CliError } from "../core/errors.ts";
import type { Policy } from "../core/policy.ts";
import type { Repository } from "../core/repository.ts";
import type { Task } from "../core/task.ts";
import type { Trajectory } from "../core/trajectory.ts";
import { replay } from "../rollout/replay.ts";
import type { Progress } from "./progress.ts";
import { rollouts } from "./rollouts.ts";

export interface ExpertRunOptions {
  readonly run: string;
  readonly repository: Repository;
  readonly benchmark: Benchmark;
  readonly policy: Policy;
  readonly tasks: readonly Task[];
  readonly concurrency: number;
  readonly progress: Progress;
  /** Seed of the expert's slips; part of each trajectory's id. */
  readonly seed: number;
}

/** One episode of a scripted expert on every task. */
export function expertRollouts(options: ExpertRunOptions): Promise<Trajectory[]> {
  const { policy, tasks, progress, seed } = options;
  return rollouts({
    ...options,
    policyName: policy.name,
    openPolicy: async () => policy,
    sampling: { seed },
    underWay: new Map(),
    jobs: tasks.map((task) => ({ task, sample: 0 })),
    snapshots: async () => [],
    phase: (owed) => progress.phase(`${policy.name} plays`, owed, "episodes"),
  });
}

/** The expert trajectories another run of the project holds. Throws CliError if there are none. */
export function expertOf(repository: Repository, run: string): Trajectory[] {
  if (!repository.run(run))
    throw new CliError(`expert.run: there is no run "${run}" in this project (see gleaner runs)`);
  const trajectories = repository.trajectoriesOf(run).map((id) => repository.trajectory(id)!);
  const expert = trajectories.filter(({ policy }) => /^(expert|human)\//.test(policy));
  if (expert.length === 0) throw new CliError(`expert.run: run "${run}" holds no expert trajectories`);
  return expert;
}

/** Those of `trajectories` that a fresh replay confirms step by step; what was found is stored with each. */
export async function verified(
  { repository, benchmark, progress }: Pick<ExpertRunOptions, "repository" | "benchmark" | "progress">,
  task: (trajectory: Trajectory) => Task,
  trajectories: readonly Trajectory[],
): Promise<Trajectory[]> {
  const environment = await benchmark.open();
  for (const trajectory of trajectories) {
    if (repository.verification(trajectory.id) || trajectory.outcome.kind === "failed") continue;
    const { verification } = await replay(environment, task(trajectory), trajectory, benchmark);
    repository.addVerification(verification);
  }
  await environment.close();
  const kept = trajectories.filter(({ id }) => repository.verification(id)?.kind === "verified");
  const lost = trajectories.length - kept.length;
  if (lost > 0)
    progress.say(`${lost} of ${trajectories.length} expert trajectories cannot be replayed and are left out`);
  return kept;
}
