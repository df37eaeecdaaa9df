/** What a round chose from: the wins of one task, the expert's first, then iteration by iteration. */
import type { TaskId, TrajectoryId } from "../../core/ids.ts";
import type { TrajectorySummary } from "../../core/summary.ts";
import type { View, Win } from "../view.ts";
import { forkedFrom } from "./forked.ts";
import { keptByView } from "./kept.ts";
import { type Looked, lookedAt } from "./looked.ts";
import { keyOf } from "./rounds.ts";

/** The expert's runs of `task` that the round was given, those that cannot be replayed last. */
export function expertsOf(view: View, { run, round }: Looked, task: TaskId): readonly TrajectorySummary[] {
  return round ? (byTask(view, `${keyOf(round)} ${run.name}`).get(task) ?? []) : [];
}

/** Rounds that are looked at in turn. */
const MOST_ROUNDS = 8;

const byTask = keptByView(
  (view, path): ReadonlyMap<TaskId, readonly TrajectorySummary[]> => {
    const [key, name] = [path.slice(0, path.indexOf(" ")), path.slice(path.indexOf(" ") + 1)];
    const { expert = [], learnOnly = [] } = lookedAt(view, name, key)?.round ?? {};
    const summaries = [...expert, ...learnOnly].flatMap((id: TrajectoryId) => view.repository.summary(id) ?? []);
    return Map.groupBy(summaries, ({ taskId }) => taskId);
  },
  { most: MOST_ROUNDS },
);

/** `learnOnly`: whether the method learns from what nobody can replay, too. */
export function winsOf(view: View, looked: Looked, task: TaskId, learnOnly: boolean): Win[] {
  const { upTo, round } = looked;
  const left = new Set(round?.learnOnly ?? []);
  const experts = expertsOf(view, looked, task).filter(({ id }) => learnOnly || !left.has(id));
  const own = upTo.flatMap((each) => {
    const { starts, probes } = forkedFrom(view, each, { taskId: task, ids: experts.map(({ id }) => id) });
    return [...starts, ...probes].map(({ summary }) => ({ summary, iteration: each.iteration }));
  });
  const all = [...experts.map((summary) => ({ summary, iteration: 0 })), ...own];
  return all.filter(({ summary }) => summary.success).map(({ summary: { id }, iteration }) => ({ id, iteration }));
}
