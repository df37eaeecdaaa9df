/** What tells two lists of tasks apart, task by task. */
import type { Panel, PanelTask } from "./panel.ts";

export interface PanelDifferences {
  /** Ids of the tasks that both have and that differ in the goal's words, the start, or what decides the task. */
  readonly goal: readonly string[];
  readonly start: readonly string[];
  readonly target: readonly string[];
  /** Tasks of the given list that are here under another id. */
  readonly renamed: readonly string[];
  /** Tasks of the given list that are not here. */
  readonly missing: readonly string[];
  /** Tasks of ours that the given list does not have. */
  readonly added: readonly string[];
  /** The first task that stands at another place, where the tasks are the same. */
  readonly order: readonly string[];
}

/** How `given` differs from `ours`. All lists are empty where nothing does. */
export function panelDifferences(ours: Panel, given: Panel): PanelDifferences {
  const here = new Map(ours.tasks.map((task) => [task.id, task]));
  const there = new Set(given.tasks.map(({ id }) => id));
  const shared = given.tasks.filter(({ id }) => here.has(id));
  const differIn = (part: "goal" | "start" | "target") =>
    shared.filter((task) => isOther(task, here.get(task.id)!, part)).map(({ id }) => id);
  const gone = given.tasks.filter(({ id }) => !here.has(id));
  const come = ours.tasks.filter(({ id }) => !there.has(id));
  const [wasThere, isHere] = [gone, come].map((tasks) => new Set(tasks.map(whatItIs))) as [Set<string>, Set<string>];
  const renamed = gone.filter((task) => isHere.has(whatItIs(task))).map(({ id }) => id);
  const missing = gone.filter((task) => !isHere.has(whatItIs(task))).map(({ id }) => id);
  const added = come.filter((task) => !wasThere.has(whatItIs(task))).map(({ id }) => id);
  const moved = ours.tasks.find(({ id }, at) => given.tasks[at]?.id !== id);
  const isReordered = gone.length === 0 && come.length === 0 && moved !== undefined;
  return {
    ...{ goal: differIn("goal"), start: differIn("start"), target: differIn("target"), renamed, missing, added },
    order: isReordered ? [moved.id] : [],
  };
}

const whatItIs = ({ goal, start, target }: PanelTask): string => [goal, start, target].join(" ");

/** A target that one of the two does not tell is no difference. */
const isOther = (one: PanelTask, other: PanelTask, part: "goal" | "start" | "target"): boolean =>
  one[part] !== undefined && other[part] !== undefined && one[part] !== other[part];
