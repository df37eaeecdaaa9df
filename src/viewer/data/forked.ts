/** What students did from the states of an expert's run. */
import type { TaskId, TrajectoryId } from "../../core/ids.ts";
import type { Round } from "../../core/run.ts";
import type { TrajectorySummary } from "../../core/summary.ts";
import type { View } from "../view.ts";
import type { Looked } from "./looked.ts";

/** One rollout from a state of an expert's run; step 0: from the task's start. */
export interface Forked {
  readonly summary: TrajectorySummary;
  readonly step: number;
  /** That made it. */
  readonly round: Round;
}

/** Rollouts of one round, in the order in which they were played. */
export interface ForkedIn {
  readonly round: Round;
  readonly starts: readonly Forked[];
  readonly probes: readonly Forked[];
}

/** Of each round up to the one that is looked at: rollouts from the task's start, and those from states of the runs `ids`. */
export function forkedFrom(
  { repository }: View,
  { run, upTo }: Looked,
  { taskId, ids }: { readonly taskId: TaskId; readonly ids: readonly TrajectoryId[] },
): ForkedIn[] {
  if (upTo.length === 0) return [];
  const members = repository.membersOn(run.name, taskId);
  return upTo.map((round) => {
    const listed = (list: "explored" | "probed") =>
      members
        .filter((member) => member.in.some((each) => each.list === list && isOf(each, round)))
        .map(({ summary }) => ({ summary, place: round[list].indexOf(summary.id) }))
        .sort((a, b) => a.place - b.place)
        .map(({ summary }) => ({ summary, step: summary.fork?.step ?? 0, round }));
    const probes = listed("probed").filter(({ summary: { fork } }) => fork && ids.includes(fork.from));
    return { round, starts: listed("explored"), probes };
  });
}

type Named = Pick<Round, "method" | "row" | "seed" | "iteration">;

export const isOf = (a: Named, b: Named): boolean =>
  a.method === b.method && a.row === b.row && a.seed === b.seed && a.iteration === b.iteration;
