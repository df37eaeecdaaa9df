/** The two interfaces of a world: `Environment` (one live episode) and `Benchmark` (a set of tasks and their worlds). */
import type { TaskId } from "./ids.ts";
import type { Json } from "./json.ts";
import type { Tool } from "./message.ts";
import type { Policy } from "./policy.ts";
import type { Task } from "./task.ts";
import type { Trajectory } from "./trajectory.ts";

/** What one action led to. */
export interface StepResult {
  /** What the world shows now. */
  readonly observation: string;
  /** What the action was paid, in the benchmark's units; the return is the sum over an episode. */
  readonly reward: number;
  /** Whether the task is over, won or lost. Step limits are not the environment's business. */
  readonly terminated: boolean;
  /** What else the world tells (score, moves …); never shown to a policy. */
  readonly info?: Json;
}

/**
 * A state to which a world can be put back: its whole state (`state`), or what led there (`replay`), which is then done again
 * and needs a deterministic world.
 */
export type Snapshot =
  /** The whole state of the world; restoring is assignment. */
  | {
      readonly kind: "state";
      /** The task whose world this is. */
      readonly taskId: TaskId;
      /** What the world showed here. */
      readonly observation: string;
      /** As the world's simulator writes it. */
      readonly state: Json;
    }
  /** What led here; restoring is doing it again. Needs a deterministic environment. */
  | {
      readonly kind: "replay";
      /** The task whose world this is. */
      readonly taskId: TaskId;
      /** What the world showed here. */
      readonly observation: string;
      /** What the world was reset with. */
      readonly seed: number;
      /** Done since the reset, in order. */
      readonly actions: readonly string[];
    };

/** One live world. Not shared: one episode at a time. */
export interface Environment {
  /** Start `task`; returns the first observation. Throws EnvironmentError. */
  reset(task: Task, seed: number): Promise<string>;
  /** Do `action`, which may be any text. The world itself answers actions that it does not know; nothing is thrown. */
  step(action: string): Promise<StepResult>;
  /** The actions the world would accept now, in the order of the original benchmark; null if it cannot list them. */
  actions(): Promise<readonly string[] | null>;
  /** The state the world is in now. Throws EnvironmentError before the first `reset`. */
  snapshot(): Promise<Snapshot>;
  /** Continue from `snapshot`; returns the observation it was taken at. Throws EnvironmentError when that cannot be reached again. */
  restore(task: Task, snapshot: Snapshot): Promise<string>;
  /** Frees what the world holds: memory, processes. */
  close(): Promise<void>;
}

/**
 * Observations and actions in few tokens, for students too small to read prose. Pure functions of the text, so
 * that recorded logs can be rendered too.
 */
export interface CompactRendering {
  /** The goal of `task`, in few tokens. */
  instruction(task: Task): string;
  /** An observation in few tokens; `text` is what the world says. */
  observation(text: string): string;
  /** An action in few tokens. */
  action(action: string): string;
  /** The action that a compact text means; the text itself if it means none. Inverse of `action` on listed actions. */
  parse(compact: string): string;
}

/** A set of tasks and the worlds to solve them in. */
export interface Benchmark {
  /** Its name, without `/`; every id of its tasks begins with it. */
  readonly name: string;
  /** The parts that its tasks come in, such as `train` and `test`. */
  readonly splits: readonly string[];
  /** Steps after which a rollout is truncated, of any task. A turn of several calls is one. */
  readonly maxSteps: number;
  /** Steps after which a rollout of `task` is truncated, where tasks differ; at most `maxSteps`. */
  stepLimit?(task: Task): number;
  /** Return at or above which a trajectory counts as a success (WebShop 1, ALFWorld 1, ScienceWorld 100). */
  readonly successReturn: number;
  /** System prompt: the world's rules and its action language. */
  readonly instructions: string;
  /**
   * What its agents can call. Then an action is a call, `find_order({"order_id":"A-1"})` (`callInAction` reads it); other texts
   * are still possible. A turn of several calls reaches the world call by call where it is opened with `openWorld`. Absent:
   * actions are texts, which the format `tools` offers as one function.
   */
  readonly tools?: readonly Tool[];
  /** How the compact format writes this world; absent: it cannot be written so. */
  readonly compact?: CompactRendering;
  /**
   * What every report on this world must say: the rules that change results (which nouns, release or catalogue). Stored
   * with each run and compared when the run continues, so they must say nothing about this machine.
   */
  readonly notes?: readonly string[];
  /**
   * Tells worlds apart whose tasks have the same ids and play differently: a user's code, and what it was made with. Part of
   * the ids of rollouts, so that those of another world are not taken for this one's. Absent: the tasks' ids say it all.
   */
  readonly variant?: string;
  /** Tasks of a split in a fixed order. Throws CliError for an unknown split. */
  tasks(split: string): Promise<readonly Task[]>;
  /** The task with this id. Throws CliError for an unknown one. */
  task(id: TaskId): Promise<Task>;
  /**
   * What decides whether `task` is won and is told neither by its goal nor by the first observation (WebShop: the product and
   * the price limit). `gleaner tasks` compares it between machines. Absent: the world does not tell.
   */
  target?(task: Task): Promise<Json>;
  /**
   * A new world, to be reset to any task. The caller closes it. Throws EnvironmentError if it cannot be started. Who plays in
   * it calls `openWorld`.
   */
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
  ): Promise<
    readonly {
      /** With the goal that was reached. */
      readonly task: Task;
      /** The episode that reached it. */
      readonly trajectory: Trajectory;
    }[]
  >;
}

/** Steps after which a rollout of `task` is truncated. */
export const stepLimitOf = (benchmark: Benchmark, task: Task): number =>
  benchmark.stepLimit?.(task) ?? benchmark.maxSteps;
