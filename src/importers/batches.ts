/**
 * Judged episodes on their way into the store, many in one transaction: a transaction costs more than a small episode does.
 * A kill loses those that are on their way, and the next import of the same logs judges them again.
 */
import type { TrajectoryId } from "../core/ids.ts";
import type { Repository } from "../core/repository.ts";
import type { Run } from "../core/run.ts";
import type { Task } from "../core/task.ts";
import type { Trajectory } from "../core/trajectory.ts";
import type { Replayed } from "./trial.ts";

/**
 * Ids are spread all over an index, and a transaction writes each page that it touches once: many episodes share pages. Few
 * enough that little is lost and memory stays flat: of what waits for long, the garbage collector makes old objects, which it
 * clears away late.
 */
const MOST_EPISODES = 500;
const MOST_CHARACTERS = 2 ** 20;
const LONGEST_WAIT_MS = 250;

export interface Batches {
  /** What the store has of this episode. */
  stored(id: TrajectoryId): Replayed | undefined;
  /** Stores it, now or with some of the next ones. */
  add(task: Task, judged: Replayed): void;
  /** Stores what is on its way. */
  flush(): void;
}

export function batches(repository: Repository, run: Run): Batches {
  let waiting: (() => void)[] = [];
  let characters = 0;
  let since = 0;
  /** Whether the run was there before this import, with what an earlier one stored. */
  let isContinued: boolean | undefined;
  const begin = () => {
    isContinued = repository.run(run.name) !== undefined;
    // A new run is noted with its first episodes, so that an import of which nothing is kept leaves none behind.
    if (isContinued) repository.addRun(run);
    return isContinued;
  };
  const flush = () => {
    const ready = waiting;
    waiting = [];
    characters = 0;
    if (ready.length === 0) return;
    repository.together(() => {
      repository.addRun(run);
      for (const add of ready) add();
    });
  };
  return {
    stored(id) {
      // Ids follow from the run's name: a new run has none of them.
      if (!(isContinued ?? begin())) return undefined;
      const verification = repository.verification(id);
      const trajectory = verification && repository.trajectory(id);
      return trajectory && { trajectory, verification };
    },
    add(task, judged) {
      const now = performance.now();
      if (waiting.length === 0) since = now;
      waiting.push(repository.addingEpisode(run.name, { task, ...judged }));
      characters += charactersOf(judged.trajectory);
      const isFull = waiting.length >= MOST_EPISODES || characters >= MOST_CHARACTERS;
      if (isFull || now - since >= LONGEST_WAIT_MS) flush();
    },
    flush,
  };
}

const charactersOf = ({ steps }: Trajectory) =>
  steps.reduce(
    (sum, { observation, thought, completion }) => sum + observation.length + thought.length + completion.length,
    0,
  );
