/** Tasks: who solved which. Types only: see shared.ts. */
import type { Share } from "../../analysis/statistics.ts";
import type { TaskId } from "../../core/ids.ts";
import type { RoundLine, Text, TrajectoryHead } from "./shared.ts";

/** `runs/RUN/tasks` */
export interface Tasks {
  readonly run: string;
  readonly splits: readonly string[];
  readonly categories: readonly string[];
  /** The columns, in the report's order. */
  readonly methods: readonly string[];
  /** Unsolved ones first. */
  readonly lines: readonly TaskLine[];
}

export interface TaskLine {
  readonly task: TaskId;
  readonly split: string;
  readonly category: string;
  /** Expert runs of it; null: no expert played it. */
  readonly expert: Share | null;
  /** By column of `methods`: held-out episodes after the last iteration, all seeds; null: not evaluated on it. */
  readonly evaluated: readonly (Share | null)[];
  /** By column: rollouts and probes on it in training; null: none. */
  readonly explored: readonly (Share | null)[];
  /** Who won it at least once: `expert`, or a method. */
  readonly solvedBy: readonly string[];
}

/** `runs/RUN/tasks/TASK` */
export interface TaskPage {
  readonly run: string;
  readonly task: TaskId;
  readonly split: string;
  readonly category: string;
  readonly instruction: Text;
  /** Every trajectory of the run on it: experts first, then by method, seed, iteration and role. */
  readonly trajectories: readonly TaskTrajectory[];
}

export interface TaskTrajectory extends TrajectoryHead {
  readonly role: "expert" | "explored" | "probed" | "evaluated" | "recorded";
  /** null: the expert's, or of a run without rounds. */
  readonly round: RoundLine | null;
}
