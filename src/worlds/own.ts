/**
 * A world of the user's own: a module that exports `benchmark`, a Benchmark or a function from options to one. Whatever its
 * code throws or returns is told as its own, with its file: it is neither our bug nor a wrong flag.
 */
import { statSync } from "node:fs";
import { basename, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { codeNote } from "../core/code-note.ts";
import type { Benchmark, Environment, StepResult } from "../core/environment.ts";
import { CliError, EnvironmentError, PolicyError, StopError } from "../core/errors.ts";
import { fingerprint, type TaskId } from "../core/ids.ts";
import { isKeptByJson, type Task } from "../core/task.ts";
import { quoted } from "../core/wording.ts";
import { ownCodeHash } from "./own-code.ts";

export const isModule = (name: string) => /\.(ts|mts|js|mjs)$/.test(name);

/** The benchmark of the module at `path`. Throws CliError if there is none. */
export async function ownBenchmark(path: string, options: object): Promise<Benchmark> {
  expectFile(path);
  const { benchmark: exported } = await loaded(path);
  const made = typeof exported === "function" ? await called(path, () => exported(options)) : exported;
  const isObject = made !== null && typeof made === "object";
  const benchmark = isObject ? (guard(basename(path), made) as Partial<Benchmark>) : undefined;
  if (typeof benchmark?.open !== "function" || typeof benchmark.tasks !== "function") {
    throw new CliError(
      `world ${path}: expected an export \`benchmark\` (a Benchmark, or a function that returns one), found ${shape(made)}`,
    );
  }
  if (typeof benchmark.name !== "string" || !Array.isArray(benchmark.splits))
    throw new CliError(`world ${path}: expected the benchmark to say its \`name\` and its \`splits\` (a list)`);
  const plain = guardedBenchmark(basename(path), made as Benchmark);
  const [source, { notes = [], variant }] = [ownCodeHash(path), plain];
  const told = overridden(plain, {
    notes: [...notes, codeNote(basename(path), source)],
    variant: fingerprint({ source, options, ...(variant !== undefined && { variant }) }),
  });
  plainOf.set(told, plain);
  return told;
}

const plainOf = new WeakMap<Benchmark, Benchmark>();

/** The world of a user's module without what says which code it is; any other world as it is. */
export const withoutCode = (benchmark: Benchmark): Benchmark => plainOf.get(benchmark) ?? benchmark;

function expectFile(path: string): void {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found?.isFile()) return;
  throw new CliError(`world ${path}: ${found ? "is a folder, expected a module" : "no such file"}`);
}

async function loaded(path: string): Promise<{ readonly benchmark?: unknown }> {
  try {
    return await import(pathToFileURL(resolve(path)).href);
  } catch (error) {
    throw new CliError(`world ${path}: the module cannot be loaded: ${told(error, path)}`, { cause: error });
  }
}

async function called(path: string, make: () => unknown): Promise<unknown> {
  try {
    return await make();
  } catch (error) {
    if (error instanceof CliError) throw new CliError(`world ${path}: ${error.message}`, { cause: error });
    throw new CliError(`world ${path}: its function \`benchmark\` threw ${told(error, path)}`, { cause: error });
  }
}

/** `TypeError: x is not a function (line 12)`: where the stack says so, with the line of the user's own file. */
function told(error: unknown, path: string): string {
  if (!(error instanceof Error)) return quoted(error);
  // What cannot be parsed as TypeScript is named by its path, everything else by its address.
  const names = [pathToFileURL(resolve(path)).href, resolve(path)];
  const places = names.flatMap((name) => error.stack?.split(name).slice(1) ?? []);
  const line = places.map((behind) => /^:(\d+)/.exec(behind)?.[1]).find((found) => found !== undefined);
  return `${error.name}: ${error.message.split("\n")[0]}${line === undefined ? "" : ` (line ${line})`}`;
}

const shape = (value: unknown) =>
  value === null || typeof value !== "object"
    ? quoted(value)
    : `an object with ${Object.keys(value).join(", ") || "nothing"}`;

/** The name is the file's alone: messages are stored with failed episodes, which must say nothing about this machine. */
function guardedBenchmark(file: string, benchmark: Benchmark): Benchmark {
  const guarded = guard(file, benchmark);
  return overridden(guarded, {
    open: async () => guardedEnvironment(file, await guarded.open()),
    tasks: async (split: string) => listed(file, "tasks", await guarded.tasks(split)).map(taskOf(file, "tasks")),
    task: async (id: TaskId) => named(file, id, await taskOrOwnError(file, guarded, id)),
    ...(benchmark.compact && { compact: guard(file, benchmark.compact) }),
    ...(benchmark.expert && { expert: guard(file, benchmark.expert) }),
  });
}

const NEEDED = ["reset", "step", "actions", "snapshot", "restore", "close"] as const;

function guardedEnvironment(file: string, environment: Environment): Environment {
  const missing = NEEDED.filter((name) => typeof environment?.[name] !== "function");
  if (missing.length > 0) throw new EnvironmentError(`${file}: what open() returned lacks ${missing.join(", ")}`);
  const guarded = guard(file, environment);
  return overridden(guarded, {
    reset: async (...start: Parameters<Environment["reset"]>) => text(file, "reset", await guarded.reset(...start)),
    restore: async (...to: Parameters<Environment["restore"]>) => text(file, "restore", await guarded.restore(...to)),
    step: async (action: string) => stepped(file, await guarded.step(action)),
  });
}

/** Errors that say already whose they are; an abort is nobody's. */
const isTyped = (error: unknown) =>
  [CliError, EnvironmentError, PolicyError, StopError].some((kind) => error instanceof kind) ||
  ["AbortError", "ContextFullError"].includes((error as Error | null)?.name ?? "");

/** `object`, whose functions throw EnvironmentError for whatever they throw. They are called on `object` itself. */
function guard<T extends object>(file: string, object: T): T {
  const guarded = new Map<unknown, unknown>();
  const fail = (name: string, error: unknown): never => {
    if (isTyped(error)) throw error;
    const what = error instanceof Error ? `${error.name}: ${error.message}` : quoted(error);
    throw new EnvironmentError(`${file}: ${name}() threw ${what}`, { cause: error });
  };
  const wrapped =
    (name: string, method: (...args: unknown[]) => unknown) =>
    (...args: unknown[]) => {
      try {
        const result = method.apply(object, args);
        return result instanceof Promise ? result.catch((error: unknown) => fail(name, error)) : result;
      } catch (error) {
        return fail(name, error);
      }
    };
  const memberOf = (key: PropertyKey): unknown => {
    try {
      return Reflect.get(object, key);
    } catch (error) {
      return fail(String(key), error);
    }
  };
  return view(object, (key) => {
    const value = memberOf(key);
    if (typeof value !== "function") return value;
    if (!guarded.has(value)) guarded.set(value, wrapped(String(key), value as (...args: unknown[]) => unknown));
    return guarded.get(value);
  });
}

const overridden = <T extends object>(object: T, members: Partial<T>): T =>
  view(object, (key) => (Object.hasOwn(members, key) ? Reflect.get(members, key) : Reflect.get(object, key)), members);

/** `object`, with `more` members, as `read` shows it. The target is empty, since a proxy must show a frozen object as it is. */
function view<T extends object>(object: T, read: (key: PropertyKey) => unknown, more: object = {}): T {
  return new Proxy({} as T, {
    get: (_, key) => read(key),
    has: (_, key) => Reflect.has(object, key) || Object.hasOwn(more, key),
    ownKeys: () => [...new Set([...Reflect.ownKeys(object), ...Reflect.ownKeys(more)])],
    getOwnPropertyDescriptor: (_, key) =>
      Object.hasOwn(object, key) || Object.hasOwn(more, key)
        ? { value: read(key), enumerable: true, configurable: true }
        : undefined,
  });
}

function text(file: string, name: string, value: unknown): string {
  if (typeof value === "string") return value;
  throw new EnvironmentError(`${file}: ${name}() returned ${quoted(value)}, expected an observation (text)`);
}

function listed<T>(file: string, name: string, value: readonly T[]): readonly T[] {
  if (Array.isArray(value)) return value;
  throw new EnvironmentError(`${file}: ${name}() returned ${quoted(value)}, expected a list`);
}

const UNKNOWN_ID = "a benchmark throws CliError for an id that it does not have";

async function taskOrOwnError(file: string, benchmark: Benchmark, id: TaskId): Promise<Task> {
  if (typeof benchmark.task !== "function") throw new EnvironmentError(`${file}: lacks task(id)`);
  try {
    return await benchmark.task(id);
  } catch (error) {
    if (!(error instanceof EnvironmentError)) throw error;
    throw new EnvironmentError(`${error.message} (asked for ${quoted(id)}; ${UNKNOWN_ID})`, { cause: error });
  }
}

/** The task that `task(id)` returned. One with another id, but for a variant (`#…`), is not the one that was asked for. */
function named(file: string, id: TaskId, value: Task): Task {
  const task = taskOf(file, "task")(value);
  const plain = (text: string) => text.replace(/#.*$/, "");
  if (task.id === id || plain(task.id) === plain(id)) return task;
  throw new CliError(`unknown task ${quoted(id)}: ${file} answers with the task ${quoted(task.id)}`);
}

/** Tasks are kept by their worlds and asked for again and again: each is looked at once. */
const checkedTasks = new WeakSet<object>();

/** Whether `value` is a task that can be stored. Throws EnvironmentError. */
const taskOf = (file: string, name: string) => (value: Task) => {
  if (value !== null && typeof value === "object" && checkedTasks.has(value)) return value;
  const { id, split, category, instruction, data = null } = (value ?? {}) as Partial<Task>;
  const isTask = [id, split, category, instruction].every((text) => typeof text === "string");
  if (!isTask) {
    const expected = "a task with the texts id, split, category and instruction";
    const unknown = name === "task" ? `; ${UNKNOWN_ID}` : "";
    throw new EnvironmentError(`${file}: ${name}() returned ${quoted(value)}, expected ${expected}${unknown}`);
  }
  if (!isKeptByJson(data))
    throw new EnvironmentError(
      `${file}: the data of the task ${quoted(id)} is not kept by JSON, expected a JSON value`,
    );
  checkedTasks.add(value);
  return value;
};

function stepped(file: string, value: StepResult): StepResult {
  const { observation, reward, terminated } = (value ?? {}) as Partial<StepResult>;
  if (typeof observation === "string" && Number.isFinite(reward) && typeof terminated === "boolean") return value;
  const expected = "{ observation: text, reward: a finite number, terminated: true or false }";
  throw new EnvironmentError(`${file}: step() returned ${quoted(value)}, expected ${expected}`);
}
