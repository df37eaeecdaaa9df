/** Judged episodes and the store: what an earlier import of the same logs has left there, and what goes into it. */
import type { TrajectoryId } from "../core/ids.ts";
import type { Repository } from "../core/repository.ts";
import type { Run } from "../core/run.ts";
import type { Task } from "../core/task.ts";
import type { Replayed } from "./trial.ts";

export interface Kept {
  /** What the store has of this episode. */
  stored(id: TrajectoryId): Replayed | undefined;
  /** Stores it, now or with some of the next ones; what is returned is waited for before the next one. */
  add(task: Task, judged: Replayed): Promise<void> | undefined;
  /** Stores what is on its way. A kill before that loses it, and the next import of the same logs judges it again. */
  end(): Promise<void>;
}

export function keptIn(repository: Repository, run: Run): Kept {
  const { add, end } = repository.addingEpisodes(run);
  /** Whether the run was there before this import, with what an earlier one stored. */
  let isContinued: boolean | undefined;
  const begin = () => {
    isContinued = repository.run(run.name) !== undefined;
    // A new run is noted with its first episodes, so that an import of which nothing is kept leaves none behind.
    if (isContinued) repository.addRun(run);
    return isContinued;
  };
  return {
    stored(id) {
      // Ids follow from the run's name: a new run has none of them.
      if (!(isContinued ?? begin())) return undefined;
      const verification = repository.verification(id);
      const trajectory = verification && repository.trajectory(id);
      return trajectory && { trajectory, verification };
    },
    add: (task, judged) => add({ task, ...judged }),
    end,
  };
}
