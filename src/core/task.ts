/** One problem to solve. Says what to do; the benchmark knows how its world behaves. */
import { inspect, isDeepStrictEqual } from "node:util";
import { CliError } from "./errors.ts";
import { type TaskId, taskId } from "./ids.ts";
import type { Json } from "./json.ts";

/** One problem to solve: a game, a goal, an order. Plain data. `newTask` makes one and checks it. */
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

/** What `newTask` makes a task of: the parts of its id, and the members of `Task` that mean the same here. */
export interface TaskParts extends Pick<Task, "split" | "category" | "subject" | "instruction"> {
  /** The benchmark's name, without `/`. */
  readonly benchmark: string;
  /** Tells this task from the others of its split; may have `/` inside. */
  readonly key: string;
  /** What the environment needs to set the task up. Default null. */
  readonly data?: Json;
}

/** A task with the id `<benchmark>/<split>/<key>`. Throws CliError naming the member that is not as a task needs it. */
export function newTask(parts: TaskParts): Task {
  const { benchmark, split, key, category, subject, instruction, data = null } = parts;
  const texts = { benchmark, split, key, category, instruction, ...(subject !== undefined && { subject }) };
  for (const [name, text] of Object.entries(texts)) {
    if (typeof text !== "string" || text === "") throw wrong(name, "text that is not empty", text);
  }
  for (const [name, text] of Object.entries({ benchmark, split })) {
    if (text.includes("/")) throw wrong(name, "text without /", text);
  }
  if (!isKeptByJson(data)) throw wrong("data", "a JSON value", data);
  const id = taskId(`${benchmark}/${split}/${key}`);
  return { id, split, category, ...(subject !== undefined && { subject }), instruction, data };
}

const wrong = (name: string, expected: string, got: unknown) =>
  new CliError(
    `task: ${name}: expected ${expected}, got ${inspect(got, { depth: 1, breakLength: Number.POSITIVE_INFINITY })}`,
  );

/** Whether `value` comes back from JSON as it was: not so dates, NaN, undefined members and what contains itself. */
export function isKeptByJson(value: unknown): boolean {
  try {
    return isDeepStrictEqual(JSON.parse(JSON.stringify(value)), value);
  } catch {
    return false;
  }
}
