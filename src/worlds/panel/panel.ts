/**
 * What the tasks of a split really are, as hashes that others can compute and compare: the same id can stand for another
 * task elsewhere, since seeds draw goals and prices and the order of files decides what an index means.
 */
import { hash } from "node:crypto";
import { z } from "zod";
import type { Benchmark, Environment } from "../../core/environment.ts";
import { CliError } from "../../core/errors.ts";
import { fingerprint } from "../../core/ids.ts";
import type { Json } from "../../core/json.ts";
import { checked, problemText } from "../../core/problems.ts";
import type { Task } from "../../core/task.ts";
import { quoted } from "../../core/wording.ts";

const HASH = z.string().regex(/^[0-9a-f]{20}$/, "expected 20 hexadecimal digits");

const panelTask = z.strictObject({
  id: z.string().min(1),
  /** Of the goal's words. */
  goal: HASH,
  /** Of the first observation. */
  start: HASH,
  /** Of what else decides whether the task is won, as canonical JSON; absent in worlds that do not tell. */
  target: HASH.optional(),
});

const panel = z.strictObject({
  /** The version of this form. */
  panel: z.literal(1),
  benchmark: z.string(),
  split: z.string(),
  /** What each task was started with. */
  seed: z.int().min(0),
  /** What the world says of its rules. */
  notes: z.array(z.string()),
  /** Of all tasks and their order. */
  fingerprint: HASH,
  tasks: z.array(panelTask),
});

/** One task: its id, and a hash of each thing that makes it what it is. */
export type PanelTask = z.infer<typeof panelTask>;
/** The tasks of one split, in their order. */
export type Panel = z.infer<typeof panel>;

export interface PanelOptions {
  readonly split: string;
  /** Default 0. */
  readonly seed?: number;
  say?(done: number): void;
}

/** Starts every task of a split. Throws CliError for an unknown split, EnvironmentError where a task does not start. */
export async function panelOf(benchmark: Benchmark, { split, seed = 0, say }: PanelOptions): Promise<Panel> {
  const tasks = await benchmark.tasks(split);
  const world = await benchmark.open();
  const found: PanelTask[] = [];
  try {
    for (const task of tasks) {
      found.push(await taskOf(benchmark, world, task, seed));
      say?.(found.length);
    }
  } finally {
    await world.close();
  }
  const { name, notes = [] } = benchmark;
  return { panel: 1, benchmark: name, split, seed, notes: [...notes], fingerprint: fingerprintOf(found), tasks: found };
}

async function taskOf(benchmark: Benchmark, world: Environment, task: Task, seed: number): Promise<PanelTask> {
  const start = await world.reset(task, seed);
  const target = await benchmark.target?.(task);
  return {
    id: task.id,
    goal: hashOf(task.instruction),
    start: hashOf(start),
    ...(target !== undefined && { target: fingerprint(target) }),
  };
}

/** The first 20 hexadecimal digits of the SHA-256 of `text` in UTF-8. */
const hashOf = (text: string): string => hash("sha256", text).slice(0, 20);

/** The hash of a text with a line for each task: id, goal, start and target, parted by spaces; `-` where there is no target. */
const fingerprintOf = (tasks: readonly PanelTask[]): string =>
  hashOf(tasks.map(({ id, goal, start, target }) => `${[id, goal, start, target ?? "-"].join(" ")}\n`).join(""));

/** The panel in `text`, which is of `file`. Throws CliError saying what was found and what was expected. */
export function readPanel(file: string, text: string): Panel {
  let value: Json;
  try {
    value = JSON.parse(text);
  } catch {
    throw new CliError(`${file}: expected a list of tasks, as \`gleaner tasks ENV --split S --json\` prints it`);
  }
  const parsed = checked(panel, value);
  if (parsed.kind === "refused") throw new CliError(`${file}: ${problemText(parsed.problems[0]!)}`);
  const { tasks, fingerprint } = parsed.data;
  const places = new Map(tasks.map(({ id }, at) => [id, at]));
  const twice = tasks.find((task, at) => places.get(task.id) !== at);
  if (twice) throw new CliError(`${file}: the task ${quoted(twice.id)} stands twice`);
  const real = fingerprintOf(tasks);
  if (real !== fingerprint) {
    throw new CliError(`${file}: its tasks have the fingerprint ${real}, not ${fingerprint}: the list was changed`);
  }
  return parsed.data;
}
