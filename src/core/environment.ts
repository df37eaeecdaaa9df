/** The two interfaces of a world: `Environment` (one live episode) and `Benchmark` (a set of tasks and their worlds). */
import type { TaskId } from "./ids.ts";
import type { Json } from "./json.ts";
import type { Policy } from "./policy.ts";
import type { Task } from "./task.ts";
import type { Trajectory } from "./trajectory.ts";

export interface StepResult {
  readonly observation: string;
  /** In the benchmark's units; the return is the sum over an episode. */
  readonly reward: number;
  /** The task is over, won or lost. Step limits are not the environment's business. */
  readonly terminated: boolean;
  /** What else the world tells (score, moves …); never shown to a policy. */
  readonly info?: Json;
}

export type Snapshot =
  /** The whole state of the world; restoring is assignment. */
  | { readonly kind: "state"; readonly taskId: TaskId; readonly observation: string; readonly state: Json }
  /** What led here; restoring is doing it again. Needs a deterministic environment. */
  | {
      readonly kind: "replay";
      readonly taskId: TaskId;
      readonly observation: string;
      readonly seed: number;
      readonly actions: readonly string[];
    };

/** One live world. Not shared: one episode at a time. */
export interface Environment {
  /** Start `task`; returns the first observation. Throws EnvironmentError. */
  reset(task: Task, seed: number): Promise<string>;
  /** Do `action`, whatever text it is; an action the world does not know is answered by the world, not by an exception. */
  step(action: string): Promise<StepResult>;
  /** The actions the world would accept now, in the order of the original benchmark; null if it cannot list them. */
  actions(): Promise<readonly string[] | null>;
  snapshot(): Promise<Snapshot>;
  /** Continue from `snapshot`; returns the observation it was taken at. Throws EnvironmentError when that cannot be reached again. */
  restore(task: Task, snapshot: Snapshot): Promise<string>;
  close(): Promise<void>;
}

/**
 * Observations and actions in few tokens, for students too small to read prose. Pure functions of the text, so
 * that recorded logs can be rendered too.
 */
export interface CompactRendering {
  instruction(task: Task): string;
  observation(text: string): string;
  action(action: string): string;
  /** The action that a compact text means; the text itself if it means none. Inverse of `action` on listed actions. */
  parse(compact: string): string;
}

/** A set of tasks and the worlds to solve them in. */
export interface Benchmark {
  readonly name: string;
  readonly splits: readonly string[];
  /** Steps after which a rollout is truncated, of any task. */
  readonly maxSteps: number;
  /** The same for one task, where tasks differ; at most `maxSteps`. */
  stepLimit?(task: Task): number;
  /** Return at or above which a trajectory counts as a success (WebShop 1, ALFWorld 1, ScienceWorld 100). */
  readonly successReturn: number;
  /** System prompt: the world's rules and its action language. */
  readonly instructions: string;
  readonly compact?: CompactRendering;
  /**
   * What every report on this world must say: rules in force that change results (which nouns, which release, which
   * catalogue). Stored with each run and compared when it goes on, so nothing about this machine.
   */
  readonly notes?: readonly string[];
  /** Tasks of a split in a fixed order. Throws CliError for an unknown split. */
  tasks(split: string): Promise<readonly Task[]>;
  /** Throws CliError for an unknown id. */
  task(id: TaskId): Promise<Task>;
  open(): Promise<Environment>;
  /** A scripted expert that knows the world's rules but sees only what a policy sees. Make it err with `noisy`. */
  readonly expert?: Policy;
  /**
   * Random play on training tasks, each episode relabelled with a goal that it happened to reach (hindsight), for
   * a student's base phase. Deterministic in `seed`.
   */
  practice?(
    episodes: number,
    seed: number,
  ): Promise<readonly { readonly task: Task; readonly trajectory: Trajectory }[]>;
}

/** Steps after which a rollout of `task` is truncated. */
export const stepLimitOf = (benchmark: Benchmark, task: Task): number =>
  benchmark.stepLimit?.(task) ?? benchmark.maxSteps;
