/** Where the expert fails, and one of its runs with what students did from its states. Types only: see shared.ts. */
import type { Share } from "../../analysis/statistics.ts";
import type { TaskId, TrajectoryId } from "../../core/ids.ts";
import type { Outcome } from "../../core/trajectory.ts";
import type { Interval, RoundLine, StepLabel, Text, TrajectoryHead } from "./shared.ts";

/**
 * `runs/RUN/rounds/ROUND/expert` – an ExpertMap as it is sent: a large one has some ten thousand cells, of which few differ.
 * `wholeMap` (`expert-cells.ts`) makes the map of it.
 */
export interface SentMap extends Omit<ExpertMap, "lines"> {
  /** Each different cell once. */
  readonly cells: readonly ExpertCell[];
  /** The cells of a line are places in `cells`. */
  readonly lines: readonly (Omit<ExpertLine, "cells"> & { readonly cells: readonly number[] })[];
}

/** Where the expert fails. */
export interface ExpertMap {
  readonly run: string;
  readonly round: RoundLine | null;
  readonly lines: readonly ExpertLine[];
  /** Kinds of action of all lines, the one with the most harmful actions first. */
  readonly kinds: readonly KindLine[];
  /** Labels that cannot be relied on, in words; empty otherwise. */
  readonly remarks: readonly string[];
}

export interface ExpertLine {
  readonly trajectory: TrajectoryId;
  readonly task: TaskId;
  readonly policy: string;
  readonly won: boolean;
  /** One for each action. */
  readonly cells: readonly ExpertCell[];
  /** The first step whose action is harmful; null if none is. */
  readonly breaksAt: number | null;
  /** The kind of that action. */
  readonly breaksWith: string | null;
  readonly recoveryLearned: boolean;
  /** Nobody won this task. */
  readonly unsolved: boolean;
}

export interface ExpertCell {
  readonly label: StepLabel;
  /** Students that took over before this action; null: unprobed. */
  readonly taken: Share | null;
  readonly needRecover: boolean;
  /** `go`, `click[next >]`: what the world says, else the action's verb. */
  readonly kind: string;
}

export interface KindLine {
  readonly kind: string;
  readonly actions: number;
  readonly harmful: number;
  readonly beneficial: number;
}

/** `runs/RUN/rounds/ROUND/trunk/ID` – one expert run and what the student did from its states, all iterations up to ROUND's */
export interface Trunk {
  readonly run: string;
  readonly round: RoundLine | null;
  readonly expert: TrajectoryHead;
  /** Iterations of the same method and seed that probed. */
  readonly iterations: readonly number[];
  readonly steps: readonly {
    readonly index: number;
    readonly action: Text;
    readonly kind: string;
    readonly label: StepLabel;
    readonly needRecover: boolean;
  }[];
  /** By step, the task's start first (step 0, rollouts from there). The rates are those that the labels were read from. */
  readonly states: readonly TrunkState[];
  readonly remarks: readonly string[];
}

export interface TrunkState extends Interval {
  /** Before this action. */
  readonly step: number;
  readonly branches: readonly Branch[];
}

export interface Branch {
  readonly trajectory: TrajectoryId;
  readonly seed: number;
  readonly iteration: number;
  readonly won: boolean;
  /** Own actions, after the fork. */
  readonly steps: number;
  readonly return: number;
  readonly outcome: Outcome;
  /** Whether the labels count it: a rollout that broke on our side says nothing. */
  readonly counted: boolean;
  /** Why the training set learns from it; null: it does not. */
  readonly learned: string | null;
}
