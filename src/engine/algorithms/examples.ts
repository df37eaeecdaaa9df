/** Solutions → training sets. */
import type { Demonstration, TrainingSet } from "../../core/training.ts";
import type { Trajectory } from "../../core/trajectory.ts";
import { demonstration } from "../../formats/demonstration.ts";
import type { Experiment } from "./experiment.ts";
import type { Solution } from "./solutions.ts";

/** Everything the expert recorded, replayable or not: what may be imitated. */
export const recorded = (x: Experiment): Trajectory[] => [...x.expert, ...x.learnOnly];

/** A solution as an example whose actions from step `learnFrom` on are learned. */
export function example(x: Experiment, solution: Solution, reason: string, learnFrom = 0): Demonstration {
  const { trajectory, expert } = solution;
  return demonstration({
    format: x.format,
    task: x.task(trajectory.taskId),
    trajectory,
    learnFrom,
    reason,
    ...(expert !== undefined && { parentPolicy: expert }),
  });
}

export const sft = (examples: readonly Demonstration[]): TrainingSet => ({ kind: "sft", examples });

/** Whole solutions, every action learned. */
export function wholeSolutions(x: Experiment, solutions: readonly Solution[]): TrainingSet {
  const reason = ({ iteration }: Solution) => (iteration === 0 ? "expert success" : "own success");
  return sft(solutions.map((solution) => example(x, solution, reason(solution))));
}
