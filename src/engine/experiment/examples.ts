/** Which episodes a student is shown as examples. Their tasks are not trained or tested on: the solution is in view. */
import { CliError } from "../../core/errors.ts";
import { runNamed } from "../../core/known-run.ts";
import type { Repository } from "../../core/repository.ts";
import type { Task } from "../../core/task.ts";
import type { Trajectory } from "../../core/trajectory.ts";
import type { ExampleEpisode } from "../../formats/few-shot.ts";
import type { ExamplesConfig } from "../../students/shared/examples.ts";

export interface ExamplesOptions {
  readonly repository: Repository;
  /** The expert's trajectories, confirmed by replay. */
  readonly expert: readonly Trajectory[];
  readonly heldOut: readonly Task[];
}

/** The first won episodes, at most one for each task, none of a held-out task. Throws CliError if there are too few. */
export function chosenExamples(wanted: ExamplesConfig | undefined, options: ExamplesOptions): ExampleEpisode[] {
  if (wanted === undefined) return [];
  const { repository, expert, heldOut } = options;
  const { count, run } = typeof wanted === "number" ? { count: wanted, run: undefined } : wanted;
  if (run !== undefined) runNamed(repository, run, "examples.run");
  const episodes = run === undefined ? expert : repository.trajectoriesOf(run).map((id) => repository.trajectory(id)!);
  const isHeldOut = new Set<string>(heldOut.map(({ id }) => id));
  const won = new Map<string, Trajectory>();
  for (const episode of episodes) {
    const { taskId, success, steps } = episode;
    if (success && steps.length > 0 && !isHeldOut.has(taskId) && !won.has(taskId)) won.set(taskId, episode);
  }
  if (won.size < count) {
    const where = run === undefined ? "the expert's trajectories" : `run "${run}"`;
    throw new CliError(
      `examples: expected at least ${count} won tasks that are not held out, found ${won.size} in ${where}`,
    );
  }
  return [...won.values()]
    .slice(0, count)
    .map((trajectory) => ({ trajectory, task: repository.task(trajectory.taskId)! }));
}
