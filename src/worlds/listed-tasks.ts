/** The tasks of a benchmark that can list them all: splits and look-up as `Benchmark` promises them. */
import type { Benchmark } from "../core/environment.ts";
import { CliError } from "../core/errors.ts";
import type { Task } from "../core/task.ts";
import { quoted, unknownName } from "../core/wording.ts";

/**
 * `splits`, `tasks` and `task` of a benchmark with these tasks, in their order; splits in the order of their first tasks.
 * Throws CliError for an id that stands twice.
 */
export function listedTasks(tasks: readonly Task[]): Pick<Benchmark, "splits" | "tasks" | "task"> {
  const splits = Map.groupBy(tasks, ({ split }) => split);
  const byId = new Map<string, Task>();
  for (const task of tasks) {
    if (byId.has(task.id)) throw new CliError(`two tasks have the id ${task.id}`);
    byId.set(task.id, task);
  }
  return {
    splits: [...splits.keys()],
    async tasks(split) {
      const found = splits.get(split);
      if (!found) throw new CliError(unknownName("split", split, [...splits.keys()]));
      return found;
    },
    async task(id) {
      const found = byId.get(id);
      if (!found) throw new CliError(`unknown task ${quoted(id)}: expected an id like ${tasks[0]?.id}`);
      return found;
    },
  };
}
