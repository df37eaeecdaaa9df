/** `gleaner view --export DIR`: writes the folder whole or not at all, and takes the place of an older one, never of anything else. */
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { makeFolder, writing } from "../core/disk.ts";
import { CliError, messageOf } from "../core/errors.ts";
import type { Phase } from "../engine/experiment/progress.ts";
import { isAlive } from "../files/lock.ts";
import { type Exported, type ExportOptions, exportView } from "../viewer/export.ts";
import type { View } from "../viewer/view.ts";
import { openProgress } from "./progress.ts";
import { beforeEnding } from "./signals.ts";

export interface ExportPlace {
  readonly view: View;
  /** The folder with the built page. */
  readonly page: string;
  /** As it was given. */
  readonly folder: string;
  /** As in `ExportOptions`. */
  readonly tasks: readonly string[];
}

/** Throws CliError for a folder that holds anything else than an older export, before anything is written. */
export async function exportTo({ view, page, folder, tasks }: ExportPlace): Promise<Exported> {
  expectFree(folder);
  const target = resolve(folder);
  const unfinished = join(dirname(target), `.${basename(target)}.${process.pid}.unfinished`);
  const clear = () => rmSync(unfinished, { recursive: true, force: true });
  removeLeft(target);
  const forget = beforeEnding(clear);
  const progress = openProgress();
  const now: { run: string; phase: Phase | null } = { run: "", phase: null };
  const onProgress: ExportOptions["onProgress"] = ({ run, done, total }) => {
    if (now.run !== run) {
      now.phase?.end();
      Object.assign(now, { run, phase: progress.phase(`export of ${run}`, total, "trajectories") });
    }
    now.phase?.advance(done);
  };
  try {
    writing(unfinished, () => makeFolder(unfinished));
    const exported = await exportView({ view, page, folder: unfinished, tasks, at: new Date(), onProgress });
    writing(target, () => {
      rmSync(target, { recursive: true, force: true });
      renameSync(unfinished, target);
    });
    return exported;
  } catch (error) {
    clear();
    throw error;
  } finally {
    now.phase?.end();
    progress.stop();
    forget();
  }
}

/** Throws CliError unless `folder` is new, empty, or an older export and nothing else. */
function expectFree(folder: string): void {
  const found = statSync(folder, { throwIfNoEntry: false });
  if (!found) return;
  const wanted = `--export ${folder}: expected a new folder, an empty one, or an older export`;
  if (!found.isDirectory()) throw new CliError(`${wanted}, found a file`);
  const names = namesIn(folder, wanted);
  if (names.length === 0) return;
  if (!isExport(folder)) throw new CliError(`${wanted}, found one that holds something else (${names[0]})`);
}

function namesIn(folder: string, wanted: string): readonly string[] {
  try {
    return readdirSync(folder).sort();
  } catch (error) {
    throw new CliError(`${wanted} (${messageOf(error)})`, { cause: error });
  }
}

/** Whether the folder is one that an export made, with nothing beside it. */
function isExport(folder: string): boolean {
  const start = join(folder, "index.html");
  const isOurs = existsSync(start) && readFileSync(start, "utf8").includes("<html data-exported");
  return (
    isOurs && readdirSync(folder).every((name) => name === "data" || /^[\w.-]+\.(html|js|css|svg|png)$/.test(name))
  );
}

/** What exports to the same folder began that were killed. */
function removeLeft(target: string): void {
  const parent = dirname(target);
  for (const name of existsSync(parent) ? readdirSync(parent) : []) {
    const isUnfinished = name.startsWith(`.${basename(target)}.`) && name.endsWith(".unfinished");
    const pid = Number(/\.(\d+)\.unfinished$/.exec(name)?.[1]);
    if (isUnfinished && pid > 0 && !isAlive(pid)) rmSync(join(parent, name), { recursive: true, force: true });
  }
}
