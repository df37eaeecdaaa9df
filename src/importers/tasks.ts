/** Which task an episode of a log is of: the benchmark's own, or one that only the log knows. */
import type { Benchmark } from "../core/environment.ts";
import { CliError } from "../core/errors.ts";
import { fingerprint, type TaskId } from "../core/ids.ts";
import type { Task } from "../core/task.ts";
import { isByGoal } from "./chats/logged.ts";
import type { LoggedEpisode, LogReader } from "./reader.ts";
import { otherOpenings } from "./worlds/plain.ts";
import { plainGoal } from "./worlds/world.ts";

export type FoundTask =
  /**
   * The benchmark's task, or the same world with the log's wording of the goal. `others` are tasks with the same goal, where
   * nothing but the goal tells which one it is. `episode`: with the goal and the first observation as the task's goal tells
   * them apart.
   */
  | {
      readonly kind: "playable";
      readonly task: Task;
      readonly others: readonly Task[];
      readonly episode: LoggedEpisode;
    }
  /** The episode cannot be played again, but the log tells enough of it to be kept. */
  | { readonly kind: "unreplayable"; readonly task: Task; readonly reason: string }
  /** Neither. `name` is what the log calls the task. */
  | { readonly kind: "unusable"; readonly name: string; readonly problem: string };

/** Finds the task of each episode. The benchmark's tasks are listed only where a key alone does not lead to one. */
export function taskFinder(benchmark: Benchmark, reader: LogReader): (episode: LoggedEpisode) => Promise<FoundTask> {
  const goalOf = reader.goalOf ?? plainGoal;
  const splits = trainFirst(benchmark.splits);
  let listing: Promise<Listing> | undefined;
  const listed = () => {
    listing ??= listTasks(benchmark, goalOf);
    return listing;
  };
  return async (logged) => {
    const { taskKey } = logged;
    if (reader.keepsChats)
      return without(logged, namedTask(benchmark, reader, logged), "kept as logged, without a world");
    const { episode, tasks } = taskKey === null ? await byGoal(logged) : begunAs(logged, await byKey(taskKey));
    const { instruction } = episode;
    const [named, ...others] = tasks;
    if (!named) return without(episode, described(episode), "the environment does not have its task");
    const isOwn = reader.goalOf !== undefined || taskKey === null || instruction === "";
    if (reader.goalOf && instruction !== "" && goalOf(named.instruction) !== goalOf(instruction)) {
      return without(episode, described(episode), "the environment's task of its name has another goal");
    }
    if (reader.unreplayable) {
      return without(episode, instruction === "" ? named : worded(named, instruction), reader.unreplayable);
    }
    // Where goals are compared the world shows its own: another wording of it is found on the first page.
    return { kind: "playable", task: isOwn ? named : worded(named, instruction), others, episode };
  };

  /** What becomes of an episode without a replay. */
  function without(episode: LoggedEpisode, task: Task | undefined, because: string): FoundTask {
    const name = episode.taskKey ?? episode.instruction;
    if (!task) return { kind: "unusable", name, problem: because };
    const problem = episode.end ? reader.contradiction?.(episode) : "the log does not tell how it ended";
    if (problem === undefined) return { kind: "unreplayable", task, reason: because };
    // Without a world nothing else was to be had.
    return { kind: "unusable", name, problem: reader.keepsChats ? problem : `${because}, and ${problem}` };
  }

  /** The first way of reading its beginning that has the goal of a task. */
  async function byGoal(episode: LoggedEpisode): Promise<Begun> {
    const { byGoal: known } = await listed();
    for (const read of readings(episode)) {
      const tasks = known.get(goalOf(read.instruction));
      if (tasks) return { episode: read, tasks };
    }
    return { episode, tasks: [] };
  }

  /** The episode as the goal of the first of `tasks` has it begin. */
  function begunAs(episode: LoggedEpisode, tasks: readonly Task[]): Begun {
    const goal = tasks[0] && goalOf(tasks[0].instruction);
    const read = readings(episode).find(({ instruction }) => goalOf(instruction) === goal);
    return { episode: read ?? episode, tasks };
  }

  async function byKey(logged: string): Promise<readonly Task[]> {
    const isId = logged.startsWith(`${benchmark.name}/`);
    const key = isId ? logged.slice(benchmark.name.length + 1) : logged;
    // What a world itself called its task comes before all that it might mean otherwise.
    const own = isId ? await taskOrNone(benchmark, logged as TaskId) : undefined;
    if (own) return [own];
    // A variant (`#…`) that an import made is worded anew below.
    const plain = key.replace(/#.*$/, "");
    const task = (await ownTask(key)) ?? (plain === key ? undefined : await ownTask(plain));
    if (task) return [task];
    // A variant may be set with any other goal: only where goals can be compared is it worth listing all tasks.
    const variant = reader.goalOf && (await listed()).byKey.get(key);
    return variant ? [variant] : [];
  }

  /** The benchmark's task of this key, which may say its split. */
  async function ownTask(key: string): Promise<Task | undefined> {
    const bySplit = splits.map((split) => `${benchmark.name}/${split}/${key}`);
    const byItself = `${benchmark.name}/${key}`;
    // A key that says its split is found at once.
    const saysSplit = splits.some((split) => key.startsWith(`${split}/`));
    for (const id of saysSplit ? [byItself, ...bySplit] : [...bySplit, byItself]) {
      const task = await taskOrNone(benchmark, id as TaskId);
      if (task) return task;
    }
    return undefined;
  }

  /** Under a name of its own: the benchmark may one day have a task of this key. */
  function described(episode: LoggedEpisode): Task | undefined {
    const { instruction, taskKey } = episode;
    if (!reader.describeTask || taskKey === null) return undefined;
    const id = `${benchmark.name}/${taskKey}#${fingerprint(instruction)}` as TaskId;
    return { id, ...reader.describeTask(taskKey), instruction, data: null };
  }
}

/** An episode and the tasks that have its goal. */
interface Begun {
  readonly episode: LoggedEpisode;
  readonly tasks: readonly Task[];
}

/** The ways in which what an agent was told first may be goal and observation; as it was read first. */
const readings = (episode: LoggedEpisode): readonly LoggedEpisode[] =>
  episode.told === undefined
    ? [episode]
    : [episode, ...otherOpenings(episode.told).map((opening) => ({ ...episode, ...opening }))];

/**
 * A task without a world is what its key names: its wording may differ from episode to episode (a simulated user's first
 * words), so it is no part of it.
 */
function namedTask(benchmark: Benchmark, reader: LogReader, { taskKey, instruction }: LoggedEpisode): Task {
  const { split, category } = reader.describeTask!(taskKey!);
  const id = `${benchmark.name}/${split}/${taskKey}` as TaskId;
  return { id, split, category, instruction: isByGoal(taskKey!) ? instruction : taskKey!, data: null };
}

/** The instruction is a part of a task's identity: where the log words it differently, it is another task. */
function worded(task: Task, instruction: string): Task {
  if (task.instruction === instruction) return task;
  return { ...task, id: `${task.id}#${fingerprint(instruction)}` as TaskId, instruction };
}

interface Listing {
  /** By id without benchmark, split and variant (`#…`). */
  readonly byKey: ReadonlyMap<string, Task>;
  /** By `goalOf` their instruction, in the order of their ids. */
  readonly byGoal: ReadonlyMap<string, readonly Task[]>;
}

async function listTasks(benchmark: Benchmark, goalOf: (instruction: string) => string): Promise<Listing> {
  const byKey = new Map<string, Task>();
  const byGoal = new Map<string, Task[]>();
  const collator = new Intl.Collator("en", { numeric: true });
  for (const split of trainFirst(benchmark.splits)) {
    for (const task of await benchmark.tasks(split)) {
      const path = task.id.replace(/#.*$/, "").slice(benchmark.name.length + 1);
      const key = path.startsWith(`${split}/`) ? path.slice(split.length + 1) : path;
      if (!byKey.has(key)) byKey.set(key, task);
      const goal = goalOf(task.instruction);
      const known = byGoal.get(goal);
      if (known) known.push(task);
      else byGoal.set(goal, [task]);
    }
  }
  for (const tasks of byGoal.values()) tasks.sort((a, b) => collator.compare(a.id, b.id));
  return { byKey, byGoal };
}

const trainFirst = (splits: readonly string[]) =>
  [...splits].sort((a, b) => Number(b === "train") - Number(a === "train"));

async function taskOrNone(benchmark: Benchmark, id: TaskId): Promise<Task | undefined> {
  try {
    return await benchmark.task(id);
  } catch (error) {
    if (error instanceof CliError) return undefined;
    throw error;
  }
}
