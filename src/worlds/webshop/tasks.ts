/**
 * The goals of a stock as tasks. An id is the goal's index in the shuffled order and, after a `#`, whatever about the
 * shop was not the default: what goal an index means depends on it.
 */
import { CliError, EnvironmentError } from "../../core/errors.ts";
import type { TaskId } from "../../core/ids.ts";
import type { Task } from "../../core/task.ts";
import { quoted, unknownName } from "../../core/wording.ts";
import { SPLITS, type Split, splitRange } from "./catalogue/index.ts";
import { lazyList } from "./catalogue/lazy-list.ts";
import { pythonRandom } from "./python/random.ts";
import type { Goal, GoalKind } from "./types.ts";

/** Which goals are in which split. */
export type SplitRule =
  /** The original's: test 0 to 499, eval 500 to 1,499, train the rest; few goals are all test. */
  | { readonly kind: "official" }
  /** As `official`, but a short list is not all test: its first fifth is, and its second is eval. */
  | { readonly kind: "fifths" }
  /** By index, from the first to before the last; null: to the end. */
  | { readonly kind: "ranges"; readonly ranges: Readonly<Record<Split, readonly [start: number, end: number | null]>> }
  /** The official ranges of a list of all indices that Python shuffles. */
  | { readonly kind: "permuted"; readonly seed: number };

export interface TaskOptions {
  readonly goals: readonly Goal[];
  readonly kind: GoalKind;
  /** What about the shop is not the default, in words that can stand in an id: `agentgym`, `seed-3`. */
  readonly variant: readonly string[];
  readonly splits: SplitRule;
  readonly categoryOf: (goal: Goal) => string;
}

export interface Tasks {
  /** Throws CliError for an unknown split. */
  of(split: string): readonly Task[];
  /** Throws CliError for an unknown id. */
  byId(id: TaskId): Task;
  /** The index of a task's goal. Throws EnvironmentError for a task of another shop. */
  goalOf(task: Task): number;
}

/** Longer lists are made when they are asked for. */
const MAX_HELD_TASKS = 50_000;

export function tasksOf({ goals, kind, variant, splits, categoryOf }: TaskOptions): Tasks {
  const placed = placesOf(splits, goals.length);
  const suffix = variant.length > 0 ? `#${variant.join("-")}` : "";
  const idOf = (index: number) => `webshop/${kind}/${index}${suffix}` as TaskId;
  const listed = new Map<Split, readonly Task[]>();

  function taskAt(index: number, split: Split): Task {
    const goal = goals[index]!;
    return {
      id: idOf(index),
      split,
      category: categoryOf(goal),
      subject: goal.asin,
      instruction: goal.instruction,
      data: { goals: kind, index, ...(variant.length > 0 && { variant }) },
    };
  }

  function listOf(split: Split): readonly Task[] {
    const { count, indexAt } = placed[split];
    const at = (position: number) => taskAt(indexAt(position), split);
    return count <= MAX_HELD_TASKS ? Array.from({ length: count }, (_, position) => at(position)) : lazyList(count, at);
  }

  return {
    of(split) {
      const name = SPLITS.find((known) => known === split);
      if (!name) throw new CliError(unknownName("split", split, SPLITS));
      const tasks = listed.get(name) ?? listOf(name);
      listed.set(name, tasks);
      return tasks;
    },
    byId(id) {
      const index = Number(/^webshop\/[a-z]+\/(\d+)/.exec(id)?.[1]);
      const split = index < goals.length && idOf(index) === id ? placed.splitAt(index) : null;
      if (split) return taskAt(index, split);
      const range = `webshop/${kind}/0${suffix} to ${idOf(goals.length - 1)}`;
      throw new CliError(`unknown task ${quoted(id)}: expected one of ${range}`);
    },
    goalOf({ id, instruction, data }) {
      const index = (data as { readonly index?: unknown } | null)?.index;
      const isIndex = Number.isInteger(index) && (index as number) >= 0 && (index as number) < goals.length;
      if (!isIndex || idOf(index as number) !== id) {
        throw new EnvironmentError(`task ${id} is not of this shop, whose first is ${idOf(0)}`);
      }
      const goal = goals[index as number]!;
      if (goal.instruction !== instruction) {
        const texts = `${JSON.stringify(goal.instruction)}, got ${JSON.stringify(instruction)}`;
        throw new EnvironmentError(`task ${id}: expected the goal ${texts} (other prices or another catalogue)`);
      }
      return index as number;
    },
  };
}

type Places = Readonly<Record<Split, { readonly count: number; indexAt(position: number): number }>> & {
  /** null: in none. */
  splitAt(index: number): Split | null;
};

/** Where the goals of each split are. */
function placesOf(rule: SplitRule, goalCount: number): Places {
  const order = rule.kind === "permuted" ? permutation(goalCount, rule.seed) : null;
  const positions = order && inverse(order);
  const placeOf = (split: Split) => {
    const { start, end } = rangeOf(rule, split, goalCount);
    return { count: end - start, indexAt: (position: number) => order?.[start + position] ?? start + position };
  };
  return {
    train: placeOf("train"),
    eval: placeOf("eval"),
    test: placeOf("test"),
    splitAt(index) {
      const position = positions?.[index] ?? index;
      const isWithin = ({ start, end }: Range) => position >= start && position < end;
      return SPLITS.find((split) => isWithin(rangeOf(rule, split, goalCount))) ?? null;
    },
  };
}

type Range = ReturnType<typeof splitRange>;

function rangeOf(rule: SplitRule, split: Split, goalCount: number): Range {
  const official = splitRange(split, goalCount);
  if (rule.kind === "ranges") {
    const [start, end] = rule.ranges[split];
    return { start: Math.min(start, goalCount), end: Math.min(end ?? goalCount, goalCount) };
  }
  const isShort = splitRange("train", goalCount).end === 0;
  if (rule.kind !== "fifths" || !isShort) return official;
  const fifth = Math.floor(goalCount / 5);
  const ranges = {
    test: { start: 0, end: fifth },
    eval: { start: fifth, end: 2 * fifth },
    train: { start: 2 * fifth, end: goalCount },
  };
  return ranges[split];
}

function permutation(length: number, seed: number): Uint32Array {
  const order = Uint32Array.from({ length }, (_, index) => index);
  pythonRandom(seed).shuffle(order);
  return order;
}

function inverse(order: Uint32Array): Uint32Array {
  const positions = new Uint32Array(order.length);
  for (const [position, index] of order.entries()) positions[index] = position;
  return positions;
}
