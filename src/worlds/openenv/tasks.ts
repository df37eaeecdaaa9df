/** What the tasks of an OpenEnv server are: those that its task API lists, or what the user says that a reset is given. */
import { atMost } from "../../core/bounds.ts";
import { CliError } from "../../core/errors.ts";
import type { Json } from "../../core/json.ts";
import { newTask, type Task } from "../../core/task.ts";
import { quoted } from "../../core/wording.ts";
import { isFields } from "./protocol.ts";
import type { Server } from "./server.ts";

/** The goal of a task where nobody says it. */
const GOAL = "Do what the world asks for.";
/** Of one split. */
const [MOST_TASKS] = atMost("generatedTasks");
/** More tasks than that are asked for in pieces. */
const PIECE = 10_000;

/** What tasks are where the server does not say. */
export interface ToldTasks {
  /** By split: from the first seed to before the second. A number: so many, as one split. */
  readonly seeds?: number | Readonly<Record<string, readonly [from: number, to: number]>> | undefined;
  /** By split: what each reset is given. A list: one split. */
  readonly resets?: readonly Reset[] | Readonly<Record<string, readonly Reset[]>> | undefined;
  /** The goal of every task. */
  readonly instruction?: string | undefined;
}

export type Reset = Readonly<Record<string, Json>>;

/** The split of tasks that are told without one. */
const SPLIT = "train";

/** Throws CliError where nobody says what the tasks are. */
export async function tasksOf(server: Server, benchmark: string, told: ToldTasks): Promise<Task[]> {
  const resets = resetsIn(told);
  if (resets) {
    return Object.entries(resets).flatMap(([split, each]) =>
      each.map(({ key, data }) =>
        newTask({ benchmark, split, key, data, category: "all", instruction: told.instruction ?? GOAL }),
      ),
    );
  }
  const splits = await server.splits();
  if (splits.length === 0) {
    throw new CliError(
      `${server.url}: this server lists no tasks; say what they are: --option seeds=100, or resets, a list of what each reset is given`,
    );
  }
  const found: Task[] = [];
  for (const split of splits) found.push(...(await listed(server, benchmark, split, told.instruction)));
  if (found.length === 0) throw new CliError(`${server.url}: the server's splits (${splits.join(", ")}) have no tasks`);
  return found;
}

interface KeyedReset {
  readonly key: string;
  readonly data: Reset;
}

function resetsIn({ seeds, resets }: ToldTasks): Readonly<Record<string, readonly KeyedReset[]>> | undefined {
  const numbered = (each: readonly Reset[]) => each.map((data, index) => ({ key: String(index), data }));
  if (Array.isArray(resets)) return { [SPLIT]: numbered(resets) };
  if (resets) return mapped(resets as Readonly<Record<string, readonly Reset[]>>, numbered);
  if (seeds === undefined) return undefined;
  return mapped(typeof seeds === "number" ? { [SPLIT]: [0, seeds] as const } : seeds, ([from, to]) =>
    Array.from({ length: to - from }, (_, index) => ({ key: String(from + index), data: { seed: from + index } })),
  );
}

const mapped = <In, Out>(record: Readonly<Record<string, In>>, change: (value: In) => Out): Record<string, Out> =>
  Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value)]));

/** A split that the server lists. */
async function listed(
  server: Server,
  benchmark: string,
  split: string,
  instruction: string | undefined,
): Promise<Task[]> {
  const specs = await specsOf(server, split);
  const keys = specs.map((spec) => idIn(spec, `${benchmark}/${split}/`));
  // What is no name for every task, or for several, is none: then places are.
  const areNames = keys.every((key) => key !== undefined) && new Set(keys).size === keys.length;
  return specs.map((spec, index) => {
    const { category, subject, instruction: goal } = isFields(spec) ? spec : {};
    return newTask({
      ...{ benchmark, split, key: areNames ? keys[index]! : String(index), data: { split, index } },
      category: typeof category === "string" && category !== "" ? category : "all",
      instruction: instruction ?? (typeof goal === "string" && goal !== "" ? goal : GOAL),
      ...(typeof subject === "string" && subject !== "" && { subject }),
    });
  });
}

/** In the order of their indexes. */
async function specsOf(server: Server, split: string): Promise<readonly unknown[]> {
  const count = await server.taskCount(split);
  if (count > MOST_TASKS) {
    const said = `split ${quoted(split)}: the server says that it has ${count} tasks`;
    throw new CliError(`${server.url}: ${said}, expected at most ${MOST_TASKS.toLocaleString("en-US")}`);
  }
  const specs = count > PIECE ? [] : [...(await server.tasks(split))];
  while (specs.length < count) {
    const more = await server.taskRange(split, specs.length, Math.min(count, specs.length + PIECE));
    if (more === undefined && specs.length === 0) return server.tasks(split);
    if (!more?.length) {
      const said = `split ${quoted(split)}: the server says that it has ${count} tasks, and lists ${specs.length}`;
      throw new CliError(`${server.url}: ${said}`);
    }
    specs.push(...more);
  }
  return specs;
}

/** What the server calls a task. gleaner's own says the whole id, which begins with `prefix`. */
function idIn(spec: unknown, prefix: string): string | undefined {
  const id = isFields(spec) ? spec.id : spec;
  if (typeof id === "number") return String(id);
  const key = typeof id === "string" && id.startsWith(prefix) ? id.slice(prefix.length) : id;
  return typeof key === "string" && key !== "" ? key : undefined;
}
