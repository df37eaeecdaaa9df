/**
 * The benchmark's own solutions as an expert. It knows everything that the simulator knows, so it says nothing about how hard
 * a task is for someone who only reads; make it err with `noisy`. Most paths win; a few do not (of 115 tried, one ended at
 * -100), which the return of an episode tells like any other's.
 *
 * A path is a fixed sequence, so this expert does not look where a slip has led: it does the next action of the path that it
 * has not done yet, and starts over after the last one.
 */
import type { TaskId } from "../../core/ids.ts";
import type { Policy } from "../../core/policy.ts";
import type { Task } from "../../core/task.ts";

/** `findPath` finds the gold path of a task, which may take half a minute; it is asked once for each. */
export function goldExpert(findPath: (task: Task) => Promise<readonly string[]>): Policy {
  const paths = new Map<TaskId, Promise<readonly string[]>>();

  function pathOf(task: Task): Promise<readonly string[]> {
    const known = paths.get(task.id);
    if (known) return known;
    const path = findPath(task);
    paths.set(task.id, path);
    // What failed once (its JVM died) may be found the next time.
    path.catch(() => paths.delete(task.id));
    return path;
  }

  return {
    name: "expert/gold",
    async act({ task, steps }) {
      const path = await pathOf(task);
      const action = nextAction(
        path,
        steps.map((step) => step.action),
      );
      return { thought: "", action, completion: action, usage: null };
    },
    async close() {},
  };
}

/** The first action of `path` that `done` does not contain after its predecessors; `look around` if there is no path. */
export function nextAction(path: readonly string[], done: readonly string[]): string {
  if (path.length === 0) return "look around";
  const count = done.reduce((found, action) => (action === path[found % path.length] ? found + 1 : found), 0);
  return path[count % path.length]!;
}
