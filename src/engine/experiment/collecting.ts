/**
 * An `Experiment` that trains nothing and plays nothing: it keeps the training set that an algorithm chooses. So the very
 * algorithms of a run choose, and what needs a world or a student says so.
 */
import { CliError } from "../../core/errors.ts";
import type { CheckpointId } from "../../core/ids.ts";
import type { Task } from "../../core/task.ts";
import type { Checkpoint } from "../../core/training.ts";
import type { Trajectory } from "../../core/trajectory.ts";
import type { Format } from "../../formats/format.ts";
import { withMode } from "../../formats/mode.ts";
import type { Experiment, FinishedRound } from "../algorithms/experiment.ts";

export interface CollectingOptions {
  /** What errors call the method: `eef`. */
  readonly method: string;
  readonly format: Format;
  readonly successReturn: number;
  readonly tasks: ReadonlyMap<string, Task>;
  readonly expert: readonly Trajectory[];
  readonly learnOnly: readonly Trajectory[];
  /** Hears of each finished round. */
  onRound(round: FinishedRound): void;
}

/** Stands where a run has its base student. */
const NOBODY: Checkpoint = {
  ...{ id: "nobody" as CheckpointId, parent: null, trainingSet: null, trainer: "none" },
  at: { kind: "folder", path: "" },
};

/** Throws CliError from `explore` and `probe`, in the one sentence of `needsWorld`. */
export function collecting(options: CollectingOptions): Experiment {
  const { method, format, successReturn, tasks, expert, learnOnly, onRound } = options;
  const refuse = async (): Promise<never> => {
    throw needsWorld(method);
  };
  return {
    ...{ format, successReturn, expert, learnOnly, base: NOBODY, explore: refuse, probe: refuse },
    tasks: [...tasks.values()],
    task(id) {
      const task = tasks.get(id);
      if (!task) throw new Error(`expected a task of these runs, got ${id}`);
      return task;
    },
    train: async (_set, from) => from,
    finishRound: async (round) => onRound(round),
    inMode: (mode) => collecting({ ...options, format: withMode(format, mode) }),
  };
}

/** What a method says that plays: one sentence, and how to bring what it needs. */
export const needsWorld = (method: string): CliError =>
  new CliError(
    `--method ${method} needs a world and a student, since it plays on from what was recorded: bring the world as a module ` +
      `(docs/guides/own-world.md) or a Python class (docs/guides/python-world.md), import the logs with --env, and name ${method} in a config of \`gleaner run\``,
  );
