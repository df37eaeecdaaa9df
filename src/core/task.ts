/** One problem to solve. Says what to do; the benchmark knows how its world behaves. */
import type { TaskId } from "./ids.ts";
import type { Json } from "./json.ts";

export interface Task {
  /** Stable across runs and machines: `<benchmark>/<split>/<key>`, e.g. `workshop/train/17`. */
  readonly id: TaskId;
  /** One of the benchmark's splits. */
  readonly split: string;
  /** What reports group by: the task type (`pick_and_place_simple`), the order's length (`3 words`). */
  readonly category: string;
  /**
   * What the task is about, where several tasks can be about the same (a product). Reports tell held-out tasks about a
   * subject of some training task from the others.
   */
  readonly subject?: string;
  /** The goal, in words. Part of the task's identity: the same world with another goal is another task. */
  readonly instruction: string;
  /** What the environment needs to set the task up. */
  readonly data: Json;
}
