/** What an algorithm may do. Built by `experiment/`; an algorithm never sees a store, a trainer or an environment. */
import type { TaskId } from "../../core/ids.ts";
import type { Task } from "../../core/task.ts";
import type { Checkpoint, TrainingSet, Tuning } from "../../core/training.ts";
import type { Trajectory } from "../../core/trajectory.ts";
import type { Format } from "../../formats/format.ts";
import type { Mode } from "../../formats/mode.ts";

/** A state along an expert trajectory from which a policy is to continue. */
export interface ProbePoint {
  /** The expert's. */
  readonly trajectory: Trajectory;
  /** Actions of the expert before this state; ≥ 1, below the trajectory's length. */
  readonly step: number;
}

/** How many rollouts: of every task as many, or of each its own number. */
export type Samples = number | ((task: Task) => number);

/** What an algorithm may do and see: one method with one seed. It never meets a store, a trainer or a world. */
export interface Experiment {
  /** How episodes are written as conversations. */
  readonly format: Format;
  /** Return at or above which a trajectory is a success. */
  readonly successReturn: number;
  /** The training tasks. */
  readonly tasks: readonly Task[];
  /** The task with this id. Throws a plain Error if `id` is no training task and no task of a `learnOnly` trajectory. */
  task(id: TaskId): Task;
  /** What the expert recorded, won and lost; every one was verified by replay. */
  readonly expert: readonly Trajectory[];
  /** What the expert recorded and nobody can replay: examples to imitate. Of other tasks than `tasks`, as a rule. */
  readonly learnOnly: readonly Trajectory[];
  /** The untrained (or pretrained) student. */
  readonly base: Checkpoint;
  /**
   * `samples` rollouts from the start of every training task, task by task; sample i of a checkpoint is always the same
   * rollout.
   */
  explore(policy: Checkpoint, iteration: number, samples: Samples): Promise<readonly Trajectory[]>;
  /**
   * `samples` rollouts (default 1) from each point along `expert`, in the order of `points`, those of a point one after the
   * other; failed ones (the world broke) included.
   */
  probe(
    policy: Checkpoint,
    iteration: number,
    points: readonly ProbePoint[],
    samples?: number,
  ): Promise<readonly Trajectory[]>;
  /**
   * Trains on `set`, starting from `from`, with the trainer's settings but for what `tuning` says. An empty set trains
   * nothing: the result is `from`.
   */
  train(set: TrainingSet, from: Checkpoint, iteration: number, tuning?: Tuning): Promise<Checkpoint>;
  /** Evaluates the checkpoint on held-out tasks and writes the iteration down. */
  finishRound(round: FinishedRound): Promise<void>;
  /** The same experiment, but its conversations begin with how they are to end (`withMode`), in training and in acting. */
  inMode(mode: Mode): Experiment;
}

/** What an algorithm tells of an iteration when it is done. */
export interface FinishedRound {
  /** 0 = the starting policy. */
  readonly iteration: number;
  /** What `explore` gave. */
  readonly explored: readonly Trajectory[];
  /** What `probe` gave. */
  readonly probed: readonly Trajectory[];
  /** What was learned. */
  readonly set: TrainingSet;
  /** What came of it. */
  readonly checkpoint: Checkpoint;
  /** Evaluate by so many samples a task, of which the best counts; absent: by one greedy rollout. */
  readonly samples?: number;
  /** What the choice of examples counted, for the report: `needRecover`, `pairs` … */
  readonly counts?: Readonly<Record<string, number>>;
}
