/** What students did from the states of an expert's run. */
import type { TaskId, TrajectoryId } from "../../core/ids.ts";
import type { Round } from "../../core/run.ts";
import type { TrajectorySummary } from "../../core/summary.ts";
import type { View } from "../view.ts";

/** One rollout from a state of an expert's run; step 0: from the task's start. */
export interface Forked {
  readonly summary: TrajectorySummary;
  readonly step: number;
  /** That made it. */
  readonly round: Round;
}

interface Found {
  readonly byParent: ReadonlyMap<TrajectoryId, readonly TrajectorySummary[]>;
  readonly byTask: ReadonlyMap<TaskId, readonly TrajectorySummary[]>;
}

const known = new WeakMap<Round, Found>();

/** The rollouts of `round` from a task's start, and those from states of the expert's runs `ids`, in the order of playing. */
export function forkedFrom(
  view: View,
  round: Round,
  { taskId, ids }: { readonly taskId: TaskId; readonly ids: readonly TrajectoryId[] },
): { readonly starts: readonly Forked[]; readonly probes: readonly Forked[] } {
  const { byParent, byTask } = known.get(round) ?? found(view, round);
  const starts = (byTask.get(taskId) ?? []).map((summary) => ({ summary, step: 0, round }));
  const left = ids.flatMap((id) => byParent.get(id) ?? []);
  return { starts, probes: left.map((summary) => ({ summary, step: summary.fork!.step, round })) };
}

function found({ repository }: View, round: Round): Found {
  const summaries = (ids: readonly TrajectoryId[]) => ids.flatMap((id) => repository.summary(id) ?? []);
  const all = {
    byParent: Map.groupBy(
      summaries(round.probed).filter(({ fork }) => fork),
      ({ fork }) => fork!.from,
    ),
    byTask: Map.groupBy(summaries(round.explored), ({ taskId }) => taskId),
  };
  known.set(round, all);
  return all;
}
