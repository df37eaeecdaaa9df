/** What happened in one episode. Plain data: it crosses processes and tables unchanged. */
import type { TaskId, TrajectoryId } from "./ids.ts";

/** One turn. Its index in `Trajectory.steps` is its identity. */
export interface Step {
  /** What the policy saw before acting. */
  readonly observation: string;
  /** The policy's reasoning before the action; "" if it gave none. */
  readonly thought: string;
  /** The action as sent to the environment. */
  readonly action: string;
  /** The policy's raw text, from which thought and action were parsed. */
  readonly completion: string;
  /** Reward received for this action, in the benchmark's units. */
  readonly reward: number;
  /** Tokens read and written by the model for this step; null when no model acted. */
  readonly usage: Usage | null;
  /** What the model read and wrote, where it tells (`tokenIdsAt` gives it whole); else absent. */
  readonly tokenIds?: StepTokenIds;
}

export interface Usage {
  readonly promptTokens: number;
  readonly completionTokens: number;
}

/** What a model read and wrote in one turn, whole. */
export interface TokenIds {
  readonly prompt: readonly number[];
  /** The end of the turn included, where the model wrote it. */
  readonly completion: readonly number[];
}

/** The same as a step keeps it: the prompt without its beginning (token-ids.ts). */
export interface StepTokenIds extends TokenIds {
  /** How many ids of the step before (its prompt, then its completion) the prompt begins with; absent: 0. */
  readonly shared?: number;
}

export type Outcome =
  /** The environment ended the episode. */
  | { readonly kind: "terminated" }
  /** We ended it: a limit outside the task was reached. */
  | { readonly kind: "truncated"; readonly limit: "steps" | "tokens" | "time" }
  /** A boundary broke. Kept and counted, left out of success rates: a bad rollout never stops a run. */
  | { readonly kind: "failed"; readonly error: { readonly name: string; readonly message: string } };

/** Where a trajectory left another one: before which of its steps. */
export interface Fork {
  readonly from: TrajectoryId;
  /** Index of the first own step; steps `[0, step)` are the parent's. */
  readonly step: number;
}

export interface Trajectory {
  readonly id: TrajectoryId;
  readonly taskId: TaskId;
  /** Who acted: `expert/llama-2-13b`, or the id of the checkpoint the policy was built from. */
  readonly policy: string;
  /** What the environment was reset with. Sampling is seeded by the id. */
  readonly seed: number;
  /** `null` if the trajectory began at the task's start. */
  readonly fork: Fork | null;
  /** Every step from the task's start, the forked prefix included. The store keeps only the own ones. */
  readonly steps: readonly Step[];
  /** What the last action led to; "" if it is not known. */
  readonly finalObservation: string;
  /** Sum of rewards over `steps`. */
  readonly return: number;
  /** Return at or above the benchmark's threshold. */
  readonly success: boolean;
  readonly outcome: Outcome;
}
