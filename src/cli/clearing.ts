/**
 * What lies in a project's folders and no run names: folders of checkpoints, halves that killed processes left, files of runs
 * that are gone. Only names that gleaner gives are touched. A folder goes in two steps: it takes the name of a half-made one,
 * then its files go; what a kill leaves of it is cleared like any other half.
 */
import { existsSync, lstatSync, readdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Unnamed } from "../core/repository.ts";
import { isAlive } from "../files/lock.ts";
import { folderSize } from "../installs/python-environment.ts";
import { removeUnfinished, unfinishedName } from "../model/folder.ts";
import type { Project } from "./project.ts";
import { removeRunFiles, runsWithFiles } from "./run-files.ts";

export interface Clearable {
  /** Names in `checkpoints/`, with their sizes in bytes. */
  readonly folders: readonly { readonly name: string; readonly bytes: number }[];
  /** Runs that are gone, but for some of their files. */
  readonly runs: readonly string[];
}

/** An id, or one that was set aside since it was damaged. */
const CHECKPOINT = /^([0-9a-f]{20})(\.damaged(?:-\d+)?)?$/;
/** A link to a folder from elsewhere that was being made. */
const HALF_LINK = /^[0-9a-f]{20}\.(\d+)-[0-9a-f]{8}\.link$/;
const HALF = /^\..+\.(\d+)-[0-9a-f]{8}\.unfinished$/;

/** What may go. What a process that lives is making is not among it. */
export function clearableIn({ folder, repository }: Project, { named }: Unnamed): Clearable {
  const checkpoints = join(folder, "checkpoints");
  const kept: ReadonlySet<string> = named;
  const isClearable = (name: string) => {
    const [, id, aside] = CHECKPOINT.exec(name) ?? [];
    if (id !== undefined) return aside !== undefined || !kept.has(id);
    const pid = (HALF.exec(name) ?? HALF_LINK.exec(name))?.[1];
    return pid !== undefined && !isAlive(Number(pid));
  };
  const names = existsSync(checkpoints) ? readdirSync(checkpoints).filter(isClearable).sort() : [];
  const known = new Set(repository.runs().map(({ name }) => name));
  return {
    folders: names.map((name) => ({ name, bytes: sizeOf(join(checkpoints, name)) })),
    runs: [...runsWithFiles(folder)].filter((name) => !known.has(name)).sort(),
  };
}

/** A link is to somebody's own folder, which stays. */
function sizeOf(path: string): number {
  const found = lstatSync(path);
  return found.isDirectory() ? folderSize(path) : found.size;
}

export function clear({ folder }: Project, { folders, runs }: Clearable): void {
  for (const { name } of folders) {
    const path = join(folder, "checkpoints", name);
    if (!lstatSync(path).isDirectory() || HALF.test(name)) {
      rmSync(path, { recursive: true, force: true });
      continue;
    }
    const going = unfinishedName(path);
    renameSync(path, going);
    rmSync(going, { recursive: true, force: true });
  }
  for (const run of runs) removeRunFiles(folder, run);
  removeUnfinished(join(folder, "checkpoints"), (pid) => !isAlive(pid));
}
