/** Texts of trajectories, each whole when it is asked for. */
import { CliError } from "../../core/errors.ts";
import type { TaskId, TrajectoryId } from "../../core/ids.ts";
import { quoted } from "../../core/wording.ts";
import type { WholeText } from "../api/shared.ts";
import type { View } from "../view.ts";

const PARTS = ["observation", "thought", "action"] as const;

/** `texts/ID/STEP/PART`: `step` is an index, or `final` (with `observation`). */
export function stepText({ repository }: View, id: string, step: string, part: string): WholeText | null {
  const known = PARTS.find((each) => each === part);
  if (!known) throw new CliError(`texts: expected one of ${PARTS.join(", ")}, got ${quoted(part)}`);
  const trajectory = repository.trajectory(id as TrajectoryId);
  if (!trajectory) return null;
  if (step === "final") return known === "observation" ? { text: trajectory.finalObservation } : null;
  const found = /^\d+$/.test(step) ? trajectory.steps[Number(step)] : undefined;
  return found ? { text: found[known] } : null;
}

/** `texts/TASK/task/instruction` */
export function instructionText({ repository }: View, id: string): WholeText | null {
  const task = repository.task(id as TaskId);
  return task ? { text: task.instruction } : null;
}
