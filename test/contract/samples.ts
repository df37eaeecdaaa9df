/** One of each thing a Repository keeps. */
import { type CheckpointId, type TrainingSetId, taskId, trajectoryId } from "../../src/core/ids.ts";
import type { Round, Run, Timing } from "../../src/core/run.ts";
import type { Task } from "../../src/core/task.ts";
import type { Checkpoint, TrainingSet } from "../../src/core/training.ts";
import type { Step, Trajectory } from "../../src/core/trajectory.ts";

export const run: Run = {
  name: "first",
  kind: "experiment",
  config: { seeds: [1, 2], method: { name: "EEF", probes: 5 } },
};
export const task: Task = {
  id: taskId("world/train/1"),
  split: "train",
  category: "easy",
  instruction: "Open the door.",
  data: { door: 1 },
};
export const step: Step = {
  observation: "A door.",
  thought: "",
  action: "open",
  completion: "Action: open",
  reward: 1,
  usage: null,
};
export const trajectory: Trajectory = {
  id: trajectoryId("t"),
  taskId: task.id,
  policy: "expert/rules",
  seed: 0,
  fork: null,
  steps: [step],
  finalObservation: "Open.",
  return: 1,
  success: true,
  outcome: { kind: "terminated" },
};
export const round: Round = {
  run: run.name,
  method: "EEF",
  row: 10,
  seed: 1,
  iteration: 1,
  expert: [trajectory.id],
  explored: [],
  probed: [],
  trainingSet: "set" as TrainingSetId,
  checkpoint: "checkpoint" as CheckpointId,
  evaluated: [],
  counts: { needRecover: 2 },
};
export const timing: Timing = { run: run.name, method: "EEF", seed: 1, iteration: 1, phase: "train", milliseconds: 12 };
export const checkpoint: Checkpoint = {
  id: "checkpoint" as CheckpointId,
  parent: null,
  trainingSet: "set" as TrainingSetId,
  trainer: "embedded",
  at: { kind: "folder", path: "checkpoints/checkpoint" },
};
export const trainingSet: TrainingSet = {
  kind: "sft",
  examples: [
    {
      source: trajectory.id,
      messages: [
        { role: "user", content: "A door.", weight: 0 },
        {
          role: "assistant",
          content: "Action: open",
          weight: 1,
          provenance: { trajectory: trajectory.id, step: 0, actor: "expert/rules", reason: "expert success" },
        },
      ],
    },
  ],
};
