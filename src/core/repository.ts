/** Where everything collected is kept. Append-only: adding what is already there does nothing, so a killed run can be repeated. */
import type { CheckpointId, TaskId, TrainingSetId, TrajectoryId } from "./ids.ts";
import type { Json } from "./json.ts";
import type { Round, Run, Timing, Verification } from "./run.ts";
import type { Task } from "./task.ts";
import type { Checkpoint, TrainingSet } from "./training.ts";
import type { Trajectory } from "./trajectory.ts";

/** Synchronous, like SQLite itself. Every method throws StoreError. */
export interface Repository {
  /** Throws CliError if a run of this name exists with another kind or config. */
  addRun(run: Run): void;
  run(name: string): Run | undefined;
  /** In order of their creation. */
  runs(): readonly Run[];

  addTask(task: Task): void;
  task(id: TaskId): Task | undefined;

  /**
   * `run` made it; if another run did before, `run` reuses it. The run, the task and a forked trajectory's parent must be
   * there already.
   */
  addTrajectory(run: string, trajectory: Trajectory): void;
  /** With every step, the forked prefix included. */
  trajectory(id: TrajectoryId): Trajectory | undefined;
  /** Notes that `run` found this trajectory already made. */
  reuseTrajectory(run: string, id: TrajectoryId): void;
  /** Ids of the trajectories that `run` made or reuses, sorted. */
  trajectoriesOf(run: string): readonly TrajectoryId[];

  addVerification(verification: Verification): void;
  verification(trajectory: TrajectoryId): Verification | undefined;

  addTrainingSet(id: TrainingSetId, set: TrainingSet): void;
  trainingSet(id: TrainingSetId): TrainingSet | undefined;

  addCheckpoint(checkpoint: Checkpoint): void;
  checkpoint(id: CheckpointId): Checkpoint | undefined;
  addMetrics(checkpoint: CheckpointId, step: number, values: Readonly<Record<string, number>>): void;

  addRound(round: Round): void;
  /** By row, then seed, then iteration. */
  rounds(run: string): readonly Round[];

  addTiming(timing: Timing): void;
  timings(run: string): readonly Timing[];

  /** Everything but timings, sorted: equal runs give equal lines. */
  dump(): Iterable<Json>;
  close(): void;
}
