/** What a training writes besides its events. It grows in the folder of the work; that of a failed training is kept. */
import { copyFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { makeFolder } from "../../../core/disk.ts";

export interface TrainingLog {
  /** Where it grows. */
  readonly path: string;
  /** Keeps a copy of it in the project, in place of an older one; the end of a sentence that names it. Empty: there is none. */
  keep(): string;
}

/** The log of the training `id` in `project`, whose work is done in `folder`. */
export function openTrainingLog(project: string, id: string, folder: string): TrainingLog {
  const path = join(folder, "training.log");
  return {
    path,
    keep() {
      if (!statSync(path, { throwIfNoEntry: false })?.size) return "";
      const kept = join(project, "training-logs", `${id}.log`);
      try {
        makeFolder(join(project, "training-logs"));
        copyFileSync(path, kept);
      } catch {
        // Why the training failed matters more than that the disk takes no log.
        return "";
      }
      return `; its whole output: ${kept}`;
    },
  };
}
