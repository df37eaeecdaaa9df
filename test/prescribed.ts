/** Experiments for tests of algorithms: one task, no world, no model; every rollout is what the test says it is. */

import { type CheckpointId, type TaskId, type TrajectoryId, taskId } from "../src/core/ids.ts";
import type { Task } from "../src/core/task.ts";
import type { Checkpoint, Demonstration, TrainingSet, Tuning, WeightedMessage } from "../src/core/training.ts";
import type { Trajectory } from "../src/core/trajectory.ts";
import type { Experiment, FinishedRound, ProbePoint } from "../src/engine/algorithms/experiment.ts";
import type { Format } from "../src/formats/format.ts";
import { type Mode, withMode } from "../src/formats/mode.ts";

export const format: Format = {
  name: "text",
  system: "rules",
  user: (_task, observation) => observation,
  assistant: ({ action }) => action,
  parse: (completion) => ({ thought: "", action: completion }),
};

export const task: Task = {
  id: taskId("world/train/1"),
  split: "train",
  category: "c",
  instruction: "do",
  data: null,
};

export const checkpointOf = (name: string): Checkpoint => ({
  id: name as CheckpointId,
  parent: null,
  trainingSet: null,
  trainer: "none",
  at: { kind: "hosted", model: name },
});
export const base = checkpointOf("base");

export interface RunOptions {
  /** Shares its first `step` actions with `from`. */
  readonly fork?: { readonly from: Trajectory; readonly step: number };
  readonly taskId?: TaskId;
}

/** A trajectory whose actions are given; a success from a return of 1 on. Names that begin with "expert" are the expert's. */
export function run(
  id: string,
  actions: readonly string[],
  earned: boolean | number,
  options: RunOptions = {},
): Trajectory {
  const { fork, taskId = task.id } = options;
  const steps = actions.map((action, index) => ({
    observation: `before ${index}`,
    thought: "",
    action,
    completion: action,
    reward: 0,
    usage: null,
  }));
  return {
    id: id as TrajectoryId,
    taskId,
    policy: id.startsWith("expert") ? "expert/e" : "student",
    seed: 0,
    fork: fork ? { from: fork.from.id, step: fork.step } : null,
    steps,
    finalObservation: "end",
    return: Number(earned),
    success: Number(earned) >= 1,
    outcome: { kind: "terminated" },
  };
}

/** `trajectory`, but something broke on our side: then it is no success, whatever it had earned. */
export const broken = (trajectory: Trajectory): Trajectory => ({
  ...trajectory,
  success: false,
  outcome: { kind: "failed", error: { name: "EnvironmentError", message: "died" } },
});

export interface Prescription {
  readonly expert?: readonly Trajectory[];
  readonly learnOnly?: readonly Trajectory[];
  readonly tasks?: readonly Task[];
  /** A rollout from the task's start. Default: fails with two actions. */
  readonly own?: (iteration: number, sample: number, of: Task) => Trajectory;
  readonly probe?: (iteration: number, point: ProbePoint, sample: number) => Trajectory;
}

/** Who was asked to play, and in which mode. */
export interface Played {
  readonly policy: string;
  readonly iteration: number;
  /** Of the first task. */
  readonly samples: number;
  readonly mode?: Mode;
}

/** One training that an algorithm asked for. */
export interface Asked {
  readonly set: TrainingSet;
  readonly from: Checkpoint;
  readonly tuning?: Tuning;
}

/** An experiment that keeps what was trained (its n-th checkpoint is called `n`), who explored, and which rounds were finished. */
export function experimentOf(prescription: Prescription) {
  const { expert = [], learnOnly = [], tasks = [task] } = prescription;
  const { own = (iteration, sample) => run(`own-${iteration}-${sample}`, ["o0", `o${sample}`], false) } = prescription;
  const asked: Asked[] = [];
  const played: Played[] = [];
  const rounds: (FinishedRound & { readonly mode?: Mode })[] = [];
  const within = (mode?: Mode): Experiment => ({
    format: mode ? withMode(format, mode) : format,
    successReturn: 1,
    tasks,
    task: (id) => tasks.find((each) => each.id === id) ?? task,
    expert,
    learnOnly,
    base,
    async explore({ id: policy }, iteration, samples) {
      const count = typeof samples === "number" ? () => samples : samples;
      played.push({ policy, iteration, samples: count(tasks[0]!), ...(mode && { mode }) });
      return tasks.flatMap((each) => Array.from({ length: count(each) }, (_, sample) => own(iteration, sample, each)));
    },
    probe: async (_policy, iteration, points, samples = 1) =>
      points.flatMap((point) =>
        Array.from({ length: samples }, (_, sample) => prescription.probe!(iteration, point, sample)),
      ),
    async train(set, from, _iteration, tuning) {
      asked.push({ set, from, ...(tuning && { tuning }) });
      return set.examples.length === 0 ? from : checkpointOf(`${asked.length}`);
    },
    finishRound: async (round) => void rounds.push({ ...round, ...(mode && { mode }) }),
    inMode: within,
  });
  return { experiment: within(), asked, played, rounds };
}

/** Messages as "context | learned", the agent's alone. */
export function shownMessages(messages: readonly WeightedMessage[]): string {
  const actions = (weight: 0 | 1) =>
    messages.filter((m) => m.role === "assistant" && m.weight === weight).map((m) => m.content);
  return `${actions(0).join(" ")} | ${actions(1).join(" ")}`;
}

/** An example as "source: context | learned". */
export const shown = ({ source, messages }: Demonstration): string => `${source}: ${shownMessages(messages)}`;

export const examplesOf = (set: TrainingSet): string[] => (set.kind === "sft" ? set.examples.map(shown) : []);
