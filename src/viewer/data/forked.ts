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

/** Those of `round`, by step, in the order in which they were played. */
export function forkedFrom(view: View, round: Round, expert: Pick<TrajectorySummary, "id" | "taskId">): Forked[] {
  const { byParent, byTask } = known.get(round) ?? found(view, round);
  const starts = (byTask.get(expert.taskId) ?? []).map((summary) => ({ summary, step: 0, round }));
  const probes = (byParent.get(expert.id) ?? []).map((summary) => ({ summary, step: summary.fork!.step, round }));
  return [...starts, ...probes];
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
