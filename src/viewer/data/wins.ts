/** What a round chose from: the wins of one task, the expert's first, then iteration by iteration. */
import type { TaskId } from "../../core/ids.ts";
import type { TrajectorySummary } from "../../core/summary.ts";
import type { View, Win } from "../view.ts";
import { forkedFrom, isOf } from "./forked.ts";
import type { Looked } from "./looked.ts";

/** The expert's runs of `task` that the round was given, in its order, those that cannot be replayed last. */
export function expertsOf({ repository }: View, { run, round }: Looked, task: TaskId): TrajectorySummary[] {
  if (!round) return [];
  const members = repository.membersOn(run.name, task);
  return (["expert", "learnOnly"] as const).flatMap((list) =>
    members
      .filter((member) => member.in.some((each) => each.list === list && isOf(each, round)))
      .map(({ summary }) => ({ summary, place: (round[list] ?? []).indexOf(summary.id) }))
      .sort((a, b) => a.place - b.place)
      .map(({ summary }) => summary),
  );
}

/** `learnOnly`: whether the method learns from what nobody can replay, too. */
export function winsOf(view: View, looked: Looked, task: TaskId, learnOnly: boolean): Win[] {
  const left = new Set(looked.round?.learnOnly ?? []);
  const experts = expertsOf(view, looked, task).filter(({ id }) => learnOnly || !left.has(id));
  const own = forkedFrom(view, looked, { taskId: task, ids: experts.map(({ id }) => id) }).flatMap(
    ({ round: { iteration }, starts, probes }) => [...starts, ...probes].map(({ summary }) => ({ summary, iteration })),
  );
  const all = [...experts.map((summary) => ({ summary, iteration: 0 })), ...own];
  return all.filter(({ summary }) => summary.success).map(({ summary: { id }, iteration }) => ({ id, iteration }));
}
