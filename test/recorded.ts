/** Episodes for tests of what reads a store: nobody acted, every outcome is what the test says it is. */
import type { CheckpointId, TaskId, TrainingSetId, TrajectoryId } from "../src/core/ids.ts";
import type { Repository } from "../src/core/repository.ts";
import type { Round } from "../src/core/run.ts";
import type { Outcome, Trajectory } from "../src/core/trajectory.ts";
import { openSqlite } from "../src/store/sqlite.ts";

export interface EpisodeOptions extends Partial<Trajectory> {
  /** Default 2; those of a fork's prefix come on top. */
  readonly ownSteps?: number;
  /** Default: the episode's name and the step's number. */
  readonly actions?: readonly string[];
}

/** Stores an episode of the run "run": `+` won, `-` lost, `!` failed. */
export function episode(
  repository: Repository,
  id: string,
  result: string,
  options: EpisodeOptions = {},
): TrajectoryId {
  const { ownSteps = 2, taskId = "train/1" as TaskId, fork = null, policy = "start" } = options;
  const { actions = Array.from({ length: ownSteps }, (_, index) => `${id} ${index}`) } = options;
  const prefix = fork ? repository.trajectory(fork.from)!.steps.slice(0, fork.step) : [];
  const usage = policy.startsWith("expert/") ? null : { promptTokens: 10, completionTokens: 1 };
  const own = actions.map((action) => ({
    observation: "o",
    thought: "",
    action,
    completion: action,
    reward: 0,
    usage,
  }));
  const failed: Outcome = { kind: "failed", error: { name: "EnvironmentError", message: "gone" } };
  repository.addTrajectory("run", {
    id: id as TrajectoryId,
    taskId,
    policy,
    seed: 0,
    fork,
    steps: [...prefix, ...own],
    finalObservation: "",
    return: result === "+" ? 1 : 0.5,
    success: result === "+",
    outcome: result === "!" ? failed : { kind: "terminated" },
  });
  return id as TrajectoryId;
}

/** A store with the run "run" and these tasks, of split and category "train". */
export function storeOf(tasks: readonly string[]): Repository {
  const repository = openSqlite(":memory:");
  repository.addRun({ name: "run", kind: "experiment", config: {} });
  for (const id of tasks) {
    const task = { id: id as TaskId, split: "train", category: "c", instruction: id, data: null };
    repository.addTask(task);
  }
  return repository;
}

/** A round of seed 1 of the run "run", its training set and checkpoint stored. */
export function roundOf(repository: Repository, rest: Partial<Round>): Round {
  const [trainingSet, checkpoint] = ["empty" as TrainingSetId, "start" as CheckpointId];
  repository.addTrainingSet(trainingSet, { kind: "sft", examples: [] });
  const lists = { expert: [], explored: [], probed: [], evaluated: [], counts: {} };
  const round = {
    run: "run",
    method: "EEF",
    row: 0,
    seed: 1,
    iteration: 1,
    ...lists,
    trainingSet,
    checkpoint,
    ...rest,
  };
  repository.addRound(round);
  return round;
}
