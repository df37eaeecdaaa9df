/** Where checkpoints lie: a folder each, named after its id, in the project's `checkpoints/`. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { TrainerError } from "../../core/errors.ts";
import type { CheckpointId } from "../../core/ids.ts";
import type { Checkpoint } from "../../core/training.ts";

/** Relative to the project folder. */
export const checkpointPath = (id: CheckpointId) => `checkpoints/${id}`;

/** Where a checkpoint lies. Throws TrainerError if it is hosted elsewhere or gone. */
export function folderOf(project: string, checkpoint: Checkpoint): string {
  if (checkpoint.at.kind !== "folder")
    throw new TrainerError(`checkpoint ${checkpoint.id} is hosted, expected a folder`);
  const folder = join(project, checkpoint.at.path);
  if (!existsSync(folder)) throw new TrainerError(`checkpoint ${checkpoint.id}: folder ${checkpoint.at.path} is gone`);
  return folder;
}
