/** What the project folder has of one run beside the store, and noting a run so that a refused one leaves nothing behind. */
import { existsSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Run } from "../core/run.ts";
import { progressFile } from "./progress-file.ts";
import type { Project } from "./project.ts";

/** Answers that a model gave in episodes that are not stored yet: a file, or a folder of one for each checkpoint. */
const journalsOf = (folder: string, run: string) =>
  [`${run}.jsonl`, run].map((name) => join(folder, "journals", name)).filter((path) => existsSync(path));

/** Where its student and its world are on this machine, and its journals. */
const filesOf = (folder: string, run: string) => [
  join(folder, "students", `${run}.json`),
  join(folder, "worlds", `${run}.json`),
  progressFile({ folder, run }),
  ...journalsOf(folder, run),
];

/** Removes what `folder`, a project's, has of `run`; its reports stay. */
export function removeRunFiles(folder: string, run: string): void {
  for (const path of filesOf(folder, run)) rmSync(path, { recursive: true, force: true });
}

/** Runs of which `folder` has such files, whether the store knows them or not. */
export function runsWithFiles(folder: string): ReadonlySet<string> {
  const named = ["students", "worlds", "journals"].flatMap((part) => {
    const path = join(folder, part);
    return existsSync(path) ? readdirSync(path).map((name) => name.replace(/\.jsonl?$/, "")) : [];
  });
  return new Set(named);
}

/**
 * Notes `run`, then does `work`, which stores what the run holds. If that fails before anything is stored, the run is taken
 * back: a refusal takes no name. Answers that were paid for and are not stored yet keep the run. Throws CliError for a run of
 * this name with another config.
 */
export async function inRun<T>(
  { repository, folder }: Pick<Project, "repository" | "folder">,
  run: Run,
  work: () => Promise<T>,
): Promise<T> {
  repository.addRun(run);
  try {
    return await work();
  } catch (error) {
    const hasAnswers = journalsOf(folder, run.name).length > 0;
    if (!hasAnswers && repository.takeBack(run.name)) removeRunFiles(folder, run.name);
    throw error;
  }
}
