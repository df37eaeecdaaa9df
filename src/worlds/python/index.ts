/** A world written in Python, in processes of its own; the other side is python/gleaner-world/gleaner_world.py. */
import type { Benchmark } from "../../core/environment.ts";
import { CliError, EnvironmentError } from "../../core/errors.ts";
import type { Json } from "../../core/json.ts";
import { newTask, type Task } from "../../core/task.ts";
import { quoted } from "../../core/wording.ts";
import { listedTasks } from "../listed-tasks.ts";
import { pythonEnvironment, type Restore } from "./environment.ts";
import { type Description, newProcesses, type Process, type ProcessOptions } from "./processes.ts";

/** Steps of an episode where neither the world nor the user says a number. */
const STEPS = 50;
/** The goal of a task where the world does not say it. */
const GOAL = "Do what the world asks for.";

export interface PythonWorldOptions extends ProcessOptions {
  readonly maxSteps?: number | undefined;
  readonly successReturn?: number | undefined;
  /** Absent: the world's own snapshots where it has them, else by doing it again. */
  readonly restore?: Restore | undefined;
}

/** The benchmark of a Python class. Throws CliError where the module or its class is not as it should be. */
export async function pythonWorld(options: PythonWorldOptions): Promise<Benchmark> {
  const processes = newProcesses(options);
  const process = await orUsersError(options.class, processes.take());
  const asked = askedOf(process).finally(() => processes.release(process));
  const { described, tasks } = await orUsersError(options.class, asked);
  const restore = options.restore ?? (described.ownSnapshots ? "state" : "replay");
  if (restore === "state" && !described.ownSnapshots) {
    throw new CliError(`restore: ${options.class} has no snapshot() and restore(); expected "copy" or "replay"`);
  }
  const { name, instructions, maxSteps, successReturn } = described;
  return {
    ...listedTasks(tasks),
    ...{ name, instructions },
    maxSteps: options.maxSteps ?? maxSteps ?? STEPS,
    successReturn: options.successReturn ?? successReturn,
    // All that reset() is given.
    target: async ({ data }) => data,
    open: async () => pythonEnvironment(processes, restore),
  };
}

/** Before anything is played, whatever class `name` does is a matter of what the user gave. */
async function orUsersError<Value>(name: string, value: Promise<Value>): Promise<Value> {
  try {
    return await value;
  } catch (error) {
    if (!(error instanceof EnvironmentError)) throw error;
    const isItsOwn = error.message.startsWith(`${name}: `);
    throw new CliError(isItsOwn ? `world ${error.message}` : error.message, { cause: error });
  }
}

async function askedOf(process: Process) {
  const described = await process.ask<Description>({ op: "describe" });
  for (const [member, { isRight, expected }] of Object.entries(MEMBERS)) {
    const value = described[member as keyof typeof MEMBERS];
    if (!isRight(value)) throw new CliError(`world ${quoted(described.name)}: ${expected}, got ${quoted(value)}`);
  }
  return { described, tasks: await allTasks(process, described) };
}

const isText = (value: unknown) => typeof value === "string";

/** What a class may say of itself, besides the name, which its tasks check. */
const MEMBERS = {
  maxSteps: {
    isRight: (value: unknown) => value === null || (Number.isSafeInteger(value) && (value as number) > 0),
    expected: "max_steps: expected a whole number from 1",
  },
  successReturn: { isRight: Number.isFinite, expected: "success_return: expected a number" },
  instructions: { isRight: isText, expected: "instructions: expected a text" },
  instruction: { isRight: isText, expected: "instruction: expected a text" },
} as const;

interface Listed {
  readonly tasks: readonly Json[];
  /** Their ids as Python writes them. */
  readonly keys: readonly string[];
}

async function allTasks(process: Process, described: Description): Promise<Task[]> {
  const found: Task[] = [];
  for (const split of described.splits) {
    const { tasks, keys } = await process.ask<Listed>({ op: "tasks", split });
    for (const [place, listed] of tasks.entries()) found.push(taskOf(described, { split, key: keys[place]!, listed }));
  }
  if (found.length === 0) throw new CliError(`world ${described.name}: tasks() lists no task`);
  return found;
}

/** A task as the world lists it: its id alone, or an object with it. What reset() is given is kept as the task's data. */
function taskOf(
  { name: benchmark, instruction: goal }: Description,
  { split, key, listed }: { readonly split: string; readonly key: string; readonly listed: Json },
): Task {
  const isObject = listed !== null && typeof listed === "object" && !Array.isArray(listed);
  const { id, instruction, category, subject } = (isObject ? listed : { id: listed }) as Record<
    string,
    Json | undefined
  >;
  if (typeof id !== "string" && typeof id !== "number") {
    throw new CliError(
      `world ${benchmark}: tasks(): expected a text, a number, or a dict with "id", got ${quoted(listed)}`,
    );
  }
  const words = { category: category ?? "all", instruction: instruction ?? (goal || GOAL) };
  const about = subject === undefined ? {} : { subject: subject as string };
  return newTask({
    ...{ benchmark, split, key, data: listed },
    ...(words as Pick<Task, "category" | "instruction">),
    ...about,
  });
}
