/** Where an experiment's expert trajectories come from, and which of them can be replayed. */

import { openWorld } from "../../core/call-by-call.ts";
import { isCodeNote } from "../../core/code-note.ts";
import type { Benchmark } from "../../core/environment.ts";
import { CliError, inputOf } from "../../core/errors.ts";
import type { Json } from "../../core/json.ts";
import { runNamed } from "../../core/known-run.ts";
import type { Policy } from "../../core/policy.ts";
import type { Repository } from "../../core/repository.ts";
import type { Verification } from "../../core/run.ts";
import type { Task } from "../../core/task.ts";
import type { Trajectory } from "../../core/trajectory.ts";
import { replay } from "../rollout/replay.ts";
import type { ExpertSource, ScriptedSource } from "./config.ts";
import type { Progress } from "./progress.ts";
import { rollouts, sampled } from "./rollouts.ts";

export interface ExpertRunOptions {
  readonly run: string;
  readonly repository: Repository;
  readonly benchmark: Benchmark;
  readonly policy: Policy;
  readonly tasks: readonly Task[];
  /** Of each task; default 1. */
  readonly episodes?: number;
  readonly concurrency: number;
  readonly progress: Progress;
  /** Seed of the expert's slips; part of each trajectory's id. */
  readonly seed: number;
  /** What else changes how it acts; part of each trajectory's id too. */
  readonly sampling?: Readonly<Record<string, Json>>;
}

/** Episodes of an expert on every task. Those that are stored already are found again. Throws StopError. */
export function expertRollouts(options: ExpertRunOptions): Promise<Trajectory[]> {
  const { policy, tasks, episodes = 1, progress, seed, sampling } = options;
  return rollouts({
    ...options,
    policyName: policy.name,
    openPolicy: async () => policy,
    sampling: { ...sampling, seed },
    underWay: new Map(),
    jobs: sampled(
      `${policy.name} plays`,
      tasks.map((task) => ({ task, samples: episodes })),
    ),
    snapshots: async () => [],
    phase: (owed) => progress.phase(`${policy.name} plays`, owed, "episodes"),
  });
}

/** The expert trajectories in another run of the project, of at most `tasks` tasks. Throws CliError if there are none. */
export function expertOf(repository: Repository, run: string, tasks?: number): Trajectory[] {
  runNamed(repository, run, "expert.run");
  const trajectories = repository.trajectoriesOf(run).map((id) => repository.trajectory(id)!);
  const expert = trajectories.filter(({ policy }) => /^(expert|human)\//.test(policy));
  if (expert.length === 0) throw new CliError(`expert.run: run "${run}" holds no expert trajectories`);
  const kept = [...new Set(expert.map(({ taskId }) => taskId))].slice(0, tasks);
  return tasks === undefined ? expert : expert.filter(({ taskId }) => kept.includes(taskId));
}

export interface RecordingsOptions extends Omit<ExpertRunOptions, "policy" | "tasks" | "episodes"> {
  readonly scripted: (source: ScriptedSource) => Policy;
  /** At most this many tasks are played. */
  readonly trainTasks: number | undefined;
}

/** The trajectories of several sources together, each once. */
export async function recordings(
  sources: readonly ExpertSource[],
  { scripted, trainTasks, ...options }: RecordingsOptions,
): Promise<Trajectory[]> {
  const found = new Map<string, Trajectory>();
  for (const source of sources) {
    for (const trajectory of await recorded(source)) found.set(trajectory.id, trajectory);
  }
  return [...found.values()];

  async function recorded(source: ExpertSource): Promise<Trajectory[]> {
    if ("run" in source) {
      const expert = expertOf(options.repository, source.run, source.tasks);
      tellOfAnotherWorld(options, source.run);
      return expert;
    }
    const { split, tasks: most, episodes = 1 } = source;
    const tasks = (await inputOf("expert.split", () => options.benchmark.tasks(split)))
      .slice(0, trainTasks)
      .slice(0, most);
    return expertRollouts({ ...options, policy: scripted(source), tasks, episodes });
  }
}

/** What `run` proved in a world whose rules or code were others may not hold any more. */
function tellOfAnotherWorld(
  { repository, benchmark, progress }: Pick<ExpertRunOptions, "repository" | "benchmark" | "progress">,
  run: string,
): void {
  const { notes: then } = (repository.run(run)?.config ?? {}) as { readonly notes?: readonly string[] };
  // Runs of before do not say the code of a user's module.
  const isCodeTold = then?.some(isCodeNote);
  const other = then && benchmark.notes?.filter((note) => !then.includes(note) && (isCodeTold || !isCodeNote(note)));
  if (other?.length) {
    const now = other.join(" ");
    progress.say(
      `run "${run}" was recorded in another world. Now: ${now} Whether it still holds: gleaner verify ${run}`,
    );
  }
}

/** By who played; one expert alone is called "expert". */
export function byPolicy(expert: readonly Trajectory[]): [string, Trajectory[]][] {
  const groups = [...Map.groupBy(expert, ({ policy }) => policy)];
  return groups.length === 1 ? [["expert", groups[0]![1]]] : groups;
}

/** Expert trajectories by what can be done with them. */
export interface CheckedExpert {
  /** A replay confirmed them step by step: probes may start from their states. */
  readonly verified: readonly Trajectory[];
  /** Nobody can replay them: examples to imitate. */
  readonly unreplayable: readonly Trajectory[];
}

/** Replays the trajectories that were not verified before, and stores each result. Those that diverge are left out. */
export async function checked(
  { repository, benchmark, progress }: Pick<ExpertRunOptions, "repository" | "benchmark" | "progress">,
  task: (trajectory: Trajectory) => Task,
  trajectories: readonly Trajectory[],
): Promise<CheckedExpert> {
  const environment = await openWorld(benchmark);
  for (const trajectory of trajectories) {
    if (repository.verification(trajectory.id) || trajectory.outcome.kind === "failed") continue;
    const { verification } = await replay(environment, task(trajectory), trajectory, benchmark);
    repository.addVerification(verification);
  }
  await environment.close();
  const found = (kind: Verification["kind"]) =>
    trajectories.filter(({ id }) => repository.verification(id)?.kind === kind);
  const [verified, unreplayable] = [found("verified"), found("unreplayable")];
  const lost = trajectories.length - verified.length - unreplayable.length;
  if (lost > 0)
    progress.say(
      `${lost} of ${trajectories.length} expert trajectories left out: their replay differs from the record`,
    );
  return { verified, unreplayable };
}

/**
 * Those that are not of a held-out task. A log may word the goal differently, which makes it another task (`…#…`), but
 * what it teaches is the same.
 */
export function withoutHeldOut<T extends { readonly task: Task }>(items: readonly T[], heldOut: readonly Task[]): T[] {
  const withoutVariant = ({ id }: Task) => id.replace(/#.*$/, "");
  const names = new Set(heldOut.map(withoutVariant));
  return items.filter(({ task }) => !names.has(withoutVariant(task)));
}
