/** OpenEnv's task API: splits and tasks over HTTP, to be chosen from by `reset(split=…, index=…)` or `reset(task=…)`. */
import { z } from "zod";
import type { Benchmark } from "../../core/environment.ts";
import { CliError } from "../../core/errors.ts";
import type { Json } from "../../core/json.ts";
import type { Task } from "../../core/task.ts";
import { HttpRefusal, jsonIn } from "../loopback.ts";
import { valid } from "./requests.ts";

/** Tasks in one answer at most. */
export const MAX_TASKS = 20_000;

const split = z.string();
const splitSchema = z.strictObject({ split });
const taskSchema = z.strictObject({ split, index: z.int() });
const rangeSchema = z.strictObject({ split, start: z.int().nullish(), stop: z.int().nullish() });

/** The answer of `POST /{env}/{verb}`; undefined: there is no such route. Throws HttpRefusal and ProtocolError. */
export async function taskAnswer(benchmark: Benchmark, verb: string, body: string): Promise<Json | undefined> {
  switch (verb) {
    case "tasks": {
      const tasks = await tasksOf(benchmark, valid(splitSchema, jsonIn(body), "body").split);
      return { tasks: rowsOf(tasks, 0, tasks.length), env_name: benchmark.name };
    }
    case "num_tasks":
      return { num_tasks: (await tasksOf(benchmark, valid(splitSchema, jsonIn(body), "body").split)).length };
    case "task": {
      const { split, index } = valid(taskSchema, jsonIn(body), "body");
      const tasks = await tasksOf(benchmark, split);
      if (index < 0 || index >= tasks.length)
        throw new HttpRefusal(400, `Invalid task index: split ${split} has ${tasks.length} tasks, got ${index}`);
      return { task: rowOf(tasks[index]!, index) };
    }
    case "task_range": {
      const { split, start, stop } = valid(rangeSchema, jsonIn(body), "body");
      const tasks = await tasksOf(benchmark, split);
      return { tasks: rowsOf(tasks, bound(start ?? 0, tasks.length), bound(stop ?? tasks.length, tasks.length)) };
    }
  }
}

/** `type` is OpenEnv's: train, validation or test. */
export const splitsOf = ({ splits }: Benchmark): Json =>
  splits.map((name) => ({ name, type: name === "train" || name === "test" ? name : "validation" }));

async function tasksOf(benchmark: Benchmark, name: string): Promise<readonly Task[]> {
  try {
    return await benchmark.tasks(name);
  } catch (error) {
    if (error instanceof CliError) throw new HttpRefusal(400, error.message);
    throw error;
  }
}

/** As in a slice of Python: from the end if it is negative. */
const bound = (at: number, length: number) => Math.min(length, Math.max(0, at < 0 ? at + length : at));

function rowsOf(tasks: readonly Task[], start: number, stop: number): Json {
  const count = Math.max(0, stop - start);
  if (count > MAX_TASKS)
    throw new HttpRefusal(400, `these are ${count} tasks: ask for at most ${MAX_TASKS} at once, with task_range`);
  return Array.from({ length: count }, (_, at) => rowOf(tasks[start + at]!, start + at));
}

const rowOf = ({ id, split, category, instruction }: Task, index: number): Json => ({
  id,
  index,
  split,
  category,
  instruction,
});
