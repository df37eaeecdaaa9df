/** The experts' trajectories that a replay confirmed. Their tasks are the training tasks. */
import type { Benchmark } from "../../core/environment.ts";
import { CliError } from "../../core/errors.ts";
import type { Task } from "../../core/task.ts";
import type { Trajectory } from "../../core/trajectory.ts";
import { methodLabel, methodOf } from "../algorithms/methods.ts";
import { wins } from "../algorithms/solutions.ts";
import { type ExperimentConfig, expertSources } from "./config.ts";
import { byPolicy, checked, recordings, withoutHeldOut } from "./expert.ts";
import type { LiveOptions } from "./live.ts";
import type { Parts } from "./parts.ts";

export interface Recorded {
  /** Confirmed by replay, and the tasks they are of: the training tasks. */
  readonly expert: readonly Trajectory[];
  readonly tasks: ReadonlyMap<string, Task>;
  readonly learnOnly: LiveOptions["learnOnly"];
}

/** Plays or finds the experts' trajectories and replays each. Throws CliError if methods would have no task to act on. */
export async function expertAndTasks(
  config: ExperimentConfig,
  parts: Parts,
  { benchmark, seed, heldOut }: { benchmark: Benchmark; seed: number; heldOut: readonly Task[] },
): Promise<Recorded> {
  const { repository, progress } = parts;
  const played = await recordings(expertSources(config), {
    run: config.run,
    repository,
    benchmark,
    scripted: (source) => parts.scriptedExpert(benchmark, seed, source),
    trainTasks: config.trainTasks,
    concurrency: config.concurrency,
    progress,
    seed,
  });
  const stored = (trajectory: Trajectory): Task => {
    const task = repository.task(trajectory.taskId);
    if (!task) throw new Error(`task ${trajectory.taskId} of ${trajectory.id} is not in the store`);
    return task;
  };
  const { verified, unreplayable } = await checked({ repository, benchmark, progress }, stored, played);
  const ids = [...new Set(verified.map(({ taskId }) => taskId))].slice(0, config.trainTasks);
  const expert = verified.filter(({ taskId }) => ids.includes(taskId));
  const tasks = new Map(expert.map((trajectory) => [trajectory.taskId as string, stored(trajectory)]));
  const imitated = unreplayable.map((trajectory) => ({ trajectory, task: stored(trajectory) }));
  const learnOnly = withoutHeldOut(imitated, heldOut);
  const left = imitated.length - learnOnly.length;
  if (left > 0)
    progress.say(`expert trajectories left out, since they cannot be replayed and their tasks are held out: ${left}`);
  expectTrainingTasks(config, tasks.size);
  const won = wins(expert).length;
  const claimed = wins(learnOnly.map(({ trajectory }) => trajectory)).length;
  for (const [name, episodes] of byPolicy(expert)) {
    const played = new Set(episodes.map(({ taskId }) => taskId)).size;
    progress.say(
      `seed ${seed} · ${name}: won ${wins(episodes).length} of ${episodes.length} episodes on ${played} tasks`,
    );
  }
  if (learnOnly.length > 0) {
    const wonByLog = `${claimed} won by their log`;
    progress.say(`seed ${seed} · ${learnOnly.length} more cannot be replayed (${wonByLog}): used for imitation only`);
    if (config.format === "compact")
      progress.say("format compact reads only the world's own wording; for logs with other wording use text or react");
  }
  if (won + claimed === 0)
    progress.say("the expert never won: behaviour cloning has nothing to imitate, so the base student explores");
  return { expert, tasks, learnOnly };
}

/** Imitation alone needs no task to act on. */
function expectTrainingTasks(config: ExperimentConfig, tasks: number): void {
  const exploring = config.methods.filter((method) => methodOf(method).explores(method)).map(methodLabel);
  const runs = expertSources(config).flatMap((source) => ("run" in source ? [`"${source.run}"`] : []));
  if (tasks > 0 || exploring.length === 0 || runs.length === 0) return;
  throw new CliError(
    `expert.run: no trajectory of run ${runs.join(", ")} can be replayed, so ${exploring.join(", ")} would have no task ` +
      "to explore; only behaviour cloning, sft-all and nat can learn from such a run",
  );
}
