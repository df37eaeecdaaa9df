/** What happened in one episode. Plain data: it crosses processes and tables unchanged. */
import type { TaskId, TrajectoryId } from "./ids.ts";
import type { Chat } from "./message.ts";

/** One turn. Its index in `Trajectory.steps` is its identity. */
export interface Step {
  /** What the policy saw before acting; behind a turn of several calls their results (`resultsIn`). */
  readonly observation: string;
  /** The policy's reasoning before the action; "" if it gave none. */
  readonly thought: string;
  /** The action as sent to the environment; the calls of a turn are one action (`callsInAction`). */
  readonly action: string;
  /** The policy's raw text, from which thought and action were parsed. */
  readonly completion: string;
  /** What the policy thought apart from that text (`reasoning_content`): chat templates have a place of their own for it. Absent: nothing. */
  readonly reasoning?: string;
  /** Reward received for this action, for all of its calls together, in the benchmark's units. */
  readonly reward: number;
  /** Tokens read and written by the model for this step; null when no model acted. */
  readonly usage: Usage | null;
  /** What the model read and wrote, where it tells (`tokenIdsAt` gives it whole); else absent. */
  readonly tokenIds?: StepTokenIds;
}

/** Tokens of one or more completions. */
export interface Usage {
  /** Tokens read by the model; cached ones count too. */
  readonly promptTokens: number;
  /** Tokens written by the model. */
  readonly completionTokens: number;
}

/** What a model read and wrote in one turn, whole. */
export interface TokenIds {
  /** Everything the model read. */
  readonly prompt: readonly number[];
  /** Everything the model wrote; the end of the turn included, where the model wrote it. */
  readonly completion: readonly number[];
}

/** Token ids as a step keeps them: the prompt without what it shares with the step before. `tokenIdsAt` gives them whole. */
export interface StepTokenIds extends TokenIds {
  /** What the prompt has beyond its shared beginning. */
  readonly prompt: readonly number[];
  /** How many ids of the step before (its prompt, then its completion) the prompt begins with; absent: 0. */
  readonly shared?: number;
}

/** How an episode ended: by the world (`terminated`), by a limit (`truncated`), or because something broke (`failed`). */
export type Outcome =
  /** The environment ended the episode. */
  | { readonly kind: "terminated" }
  /** We ended it: a limit outside the task was reached. */
  | {
      readonly kind: "truncated";
      /** Which limit: of steps, of the model's context, or of time. */
      readonly limit: "steps" | "tokens" | "time";
    }
  /** A boundary broke. Kept and counted, left out of success rates: a bad rollout never stops a run. */
  | {
      readonly kind: "failed";
      /** What was thrown. */
      readonly error: {
        /** The class: `EnvironmentError`, `PolicyError` … */
        readonly name: string;
        /** What went wrong, in words. */
        readonly message: string;
      };
    };

/** Where a trajectory left another one: before which of its steps. */
export interface Fork {
  /** The trajectory that was left, the parent. */
  readonly from: TrajectoryId;
  /** Index of the first own step; steps `[0, step)` are the parent's. */
  readonly step: number;
}

/** One whole episode: who did what, what the world answered, and how it ended. Plain data. */
export interface Trajectory {
  /** Unique in a store. */
  readonly id: TrajectoryId;
  /** The task that was played. */
  readonly taskId: TaskId;
  /** Who acted: `expert/llama-2-13b`, or the id of the checkpoint the policy was built from. */
  readonly policy: string;
  /** What the environment was reset with. Sampling is seeded by the id. */
  readonly seed: number;
  /** Where it left another trajectory; `null` if it began at the task's start. */
  readonly fork: Fork | null;
  /** Every step from the task's start, the forked prefix included. The store keeps only the own ones. */
  readonly steps: readonly Step[];
  /** What the last action led to; "" if it is not known. */
  readonly finalObservation: string;
  /** Sum of rewards over `steps`. */
  readonly return: number;
  /** Whether the return is at or above the benchmark's threshold. */
  readonly success: boolean;
  /** How it ended. */
  readonly outcome: Outcome;
  /** What was said, to the message, where an episode is kept as its log has it; the steps tell the same in texts. */
  readonly chat?: Chat;
}
