/**
 * Where everything collected is kept. Adding what is already there does nothing, so a killed run can be repeated; nothing that
 * was added changes, and nothing goes but by the methods that remove.
 */
import type { CheckpointId, TaskId, TrainingSetId, TrajectoryId } from "./ids.ts";
import type { Round, RoundHead, RoundList, Run, Timing, Verification } from "./run.ts";
import type { TrajectorySummary } from "./summary.ts";
import type { Task } from "./task.ts";
import type { Checkpoint, Example, ExampleSource, TrainingSet } from "./training.ts";
import type { Step, Trajectory } from "./trajectory.ts";

/** A part of a long list. */
export interface TrajectoryPage {
  /** It begins behind this id; absent: at the beginning. */
  readonly after?: TrajectoryId;
  /** At most so many; ≥ 0. Absent: all. */
  readonly limit?: number;
}

/** A trajectory's place in a run's rounds. */
export interface Membership extends Pick<Round, "method" | "row" | "seed" | "iteration"> {
  /** Which list of the round names it. */
  readonly list: RoundList;
}

/** A trajectory on a task, and the rounds of a run that name it. */
export interface TaskMember {
  /** What is counted of it. */
  readonly summary: TrajectorySummary;
  /** In the order of the run's rounds; empty where none names it. */
  readonly in: readonly Membership[];
}

/** What `removeRuns` took out. */
export interface RemovedRuns {
  /** Trajectories that are gone. */
  readonly trajectories: number;
  /** Rounds that are gone. */
  readonly rounds: number;
  /** Trajectories that belong to another run now, since it reuses them. */
  readonly handedOver: number;
}

/** What no run names: what `removeUnnamed` takes out. */
export interface Unnamed {
  /**
   * The checkpoints that stay: those that rounds and configs name, those that acted in some trajectory, and those that they
   * came from. Every other one may go, also where only its folder is left.
   */
  readonly named: ReadonlySet<CheckpointId>;
  /** How many other checkpoints are known. */
  readonly checkpoints: number;
  /** Training sets that neither a round names nor a checkpoint that stays came from. */
  readonly trainingSets: number;
  /** Tasks without a trajectory. */
  readonly tasks: number;
  /** What all of this has in the store, in bytes of text. Folders are not counted. */
  readonly bytes: number;
}

/** An episode with all that belongs to it. */
export interface Episode {
  /** What was to be done. */
  readonly task: Task;
  /** What was done. */
  readonly trajectory: Trajectory;
  /** What replaying it found out. */
  readonly verification: Verification;
}

/**
 * Adds many episodes, many in one transaction, and where the store lies in a file maybe in a thread of its own. They are added in
 * the order in which they come. A kill takes those that are on their way, and leaves those before them.
 */
export interface EpisodeWriter {
  /**
   * Adds an episode now, or with some of the next ones. What is returned, if anything, must be waited for before the next one
   * is added. Throws what `addTask`, `addTrajectory` and `addVerification` throw, for this episode or for an earlier one.
   */
  add(episode: Episode): Promise<void> | undefined;
  /** Adds those that are on their way, and waits until all are kept. Nothing may be added afterwards. Throws as `add` does. */
  end(): Promise<void>;
}

/**
 * The store of a project. Adding what is already there does nothing, so a run that was killed can be started again, and what
 * was added never changes. Synchronous, like SQLite itself. Every method throws StoreError for a store that is closed, locked or damaged. So
 * does adding a task, trajectory, verification, training set, checkpoint or round that is stored already with other content.
 * Look-ups give undefined for what is not there.
 */
export interface Repository {
  /**
   * Runs `work`, whose adds are kept all together or, where it throws, not at all. For many small records this is many times
   * faster. `work` must not wait for anything.
   */
  together(work: () => void): void;

  /**
   * Notes that `run` exists. A run of this name with another kind or config is replaced if it holds nothing, or nothing but
   * imported trajectories that diverged, and no run builds on it; otherwise CliError is thrown.
   */
  addRun(run: Run): void;
  /** Takes a run back that holds nothing yet and on which no run builds. Returns whether it did. */
  takeBack(run: string): boolean;
  /**
   * Other runs that need something of these `runs`: their config names one, one of their trajectories is a fork of one of
   * these, or one of their rounds counts one. In order of their creation.
   */
  buildOn(runs: readonly string[]): readonly string[];
  /**
   * Removes `runs` with their rounds, timings and trajectories; all or, when killed, nothing. What another run reuses is handed
   * over to it. Training sets, checkpoints and tasks stay (`removeUnnamed`). Throws CliError if other runs build on one of them.
   */
  removeRuns(runs: readonly string[]): RemovedRuns;
  /** What no run names. */
  unnamed(): Unnamed;
  /** Removes from the store what no run names, and gives its room back to the disk. Folders of checkpoints are not touched. */
  removeUnnamed(): void;
  /** The run called `name`. */
  run(name: string): Run | undefined;
  /** In order of their creation. */
  runs(): readonly Run[];

  /** Keeps a task. It must be there before any trajectory of it. */
  addTask(task: Task): void;
  /** The task with this id. */
  task(id: TaskId): Task | undefined;

  /**
   * Keeps a whole trajectory. `run` made it; if another run did before, `run` reuses it. The run, the task and a forked
   * trajectory's parent must be there already.
   */
  addTrajectory(run: string, trajectory: Trajectory): void;
  /** Begins to add many episodes to `run`, which is noted with the first of them. */
  addingEpisodes(run: Run): EpisodeWriter;
  /** The trajectory with this id and every step, the forked prefix included. */
  trajectory(id: TrajectoryId): Trajectory | undefined;
  /** Notes that `run` found this trajectory already made. */
  reuseTrajectory(run: string, id: TrajectoryId): void;
  /** Ids of the trajectories that `run` made or reuses, sorted. */
  trajectoriesOf(run: string): readonly TrajectoryId[];
  /** The steps of the trajectory with this id that are not its parent's. */
  ownSteps(id: TrajectoryId): readonly Step[] | undefined;
  /** What is counted of the trajectory with this id; its text is not read. */
  summary(id: TrajectoryId): TrajectorySummary | undefined;
  /** As `summary`, of many trajectories at once; those that are not there are left out. */
  summaries(ids: readonly TrajectoryId[]): ReadonlyMap<TrajectoryId, TrajectorySummary>;
  /** Summaries of the trajectories that `run` made or reuses, by id: all, or a page of them. */
  summariesOf(run: string, page?: TrajectoryPage): readonly TrajectorySummary[];
  /** What `run` made, reuses or names in its rounds of one task, by id. */
  membersOn(run: string, task: TaskId): readonly TaskMember[];
  /** How many trajectories `run` made or reuses. */
  countOf(run: string): number;

  /** Keeps what replaying found out, once for each trajectory. */
  addVerification(verification: Verification): void;
  /** What replaying found out about `trajectory`. */
  verification(trajectory: TrajectoryId): Verification | undefined;
  /** Ids of the trajectories that `run` made or reuses and that cannot be replayed, sorted. */
  unreplayableOf(run: string): readonly TrajectoryId[];

  /** Keeps a training set under the id that follows from it. */
  addTrainingSet(id: TrainingSetId, set: TrainingSet): void;
  /** The training set with this id. */
  trainingSet(id: TrainingSetId): TrainingSet | undefined;
  /** The examples of the training set with this id, in order. They are read one at a time, since a set may be large. */
  examplesOf(id: TrainingSetId): Iterable<Example> | undefined;

  /** How many examples the training set with this id has. */
  exampleCount(id: TrainingSetId): number | undefined;
  /** The example in this place, from 0, of the training set with this id. */
  example(id: TrainingSetId, position: number): Example | undefined;
  /** What the examples of the training set with this id are made of, in order; of one trajectory, where it is given. */
  exampleSources(id: TrainingSetId, trajectory?: TrajectoryId): readonly ExampleSource[] | undefined;

  /** Keeps what is known of a checkpoint; its weights stay where they are. */
  addCheckpoint(checkpoint: Checkpoint): void;
  /** The checkpoint with this id. */
  checkpoint(id: CheckpointId): Checkpoint | undefined;
  /** Keeps the finite numbers (loss …) of an optimiser step, counted from 1. What is there of this step already stays. */
  addMetrics(checkpoint: CheckpointId, step: number, values: Readonly<Record<string, number>>): void;

  /** Keeps one evaluated iteration. */
  addRound(round: Round): void;
  /** The rounds of `run`, by row, then method, seed, then iteration. */
  rounds(run: string): readonly Round[];
  /** Their heads, in the same order; the lists, which may be long, are not read. */
  roundHeads(run: string): readonly RoundHead[];

  /** Keeps how long something took. */
  addTiming(timing: Timing): void;
  /** The timings of `run`, in the order in which they came. */
  timings(run: string): readonly Timing[];

  /** A number that is another one once something was added or taken out, here or by another process. */
  changes(): number;

  /**
   * Waits until everything that was added would survive a power cut. Without it a power cut may take what was added last,
   * never what was added before that; a kill of the process takes nothing.
   */
  sync(): void;

  /**
   * One line of canonical JSON for each record, all but timings, sorted: equal runs give equal text. Lines end in a line
   * feed. A long one comes in several pieces, since a training set may be longer than a text can be.
   */
  dump(): Iterable<string>;
  /** Closes the file. Every later call throws. */
  close(): void;
}
