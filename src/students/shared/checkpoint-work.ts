/**
 * Making a checkpoint's folder, and looking whether one that is found is whole. A folder is made under a name that no other
 * process has, and takes its own in one move; if another process was quicker, that one's is taken. A damaged one is set
 * aside, never deleted.
 */
import { existsSync, lstatSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { makeFolder, syncToDisk, writing } from "../../core/disk.ts";
import { messageOf } from "../../core/errors.ts";
import type { CheckpointId } from "../../core/ids.ts";
import type { Checkpoint } from "../../core/training.ts";
import { unfinishedName } from "../../model/folder.ts";
import { openSafetensors } from "../../model/safetensors.ts";
import { checkpointPath } from "./checkpoint-folder.ts";
import { damageByManifest, MANIFEST, manifestOf } from "./manifest.ts";

export interface CheckpointWork {
  /** A folder for whatever is needed on the way. */
  readonly folder: string;
  /** Where the checkpoint is to be made; nothing is there yet. */
  readonly to: string;
  /** What was made at `to` becomes the checkpoint, unless another process made it meanwhile. Throws StoreError. */
  finish(): void;
  /** Removes everything that is left of the work. */
  close(): void;
}

/** Begins to make the folder of the checkpoint `id` in `project`. Close it. Throws StoreError where the disk refuses. */
export function beginCheckpoint(project: string, id: CheckpointId): CheckpointWork {
  const path = join(project, checkpointPath(id));
  const folder = unfinishedName(path);
  writing(path, () => makeFolder(folder));
  const to = join(folder, "checkpoint");
  return {
    folder,
    to,
    finish: () =>
      writing(path, () => {
        writeFileSync(join(to, MANIFEST), manifestOf(to));
        syncAll(to);
        while (!takesName(to, path)) {
          if (damageOf(path) === undefined) return;
          setAside(path);
        }
        syncToDisk(dirname(path));
      }),
    close: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** Whether `from` is `path` now; false if there is something already. */
function takesName(from: string, path: string): boolean {
  // An empty folder would give way without a word, and what is no folder would not.
  if (existsSync(path)) return false;
  try {
    renameSync(from, path);
    return true;
  } catch (error) {
    if (["ENOTEMPTY", "EEXIST"].includes((error as NodeJS.ErrnoException).code ?? "")) return false;
    throw error;
  }
}

function syncAll(folder: string): void {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) syncAll(path);
    else syncToDisk(path);
  }
  syncToDisk(folder);
}

/** Folders that this process found whole: looking once is enough. */
const whole = new Set<string>();

/**
 * Looks whether the checkpoint's folder in `project` is whole. If it is not, sets aside what is there and says in a sentence
 * what was found; the checkpoint must then be made again. undefined: it is whole, lies elsewhere, or is a link to a folder
 * that is the user's own.
 */
export function setAsideIfDamaged(project: string, { id, at }: Checkpoint): string | undefined {
  if (at.kind !== "folder") return undefined;
  const path = join(project, at.path);
  if (whole.has(path) && existsSync(path)) return undefined;
  if (!existsSync(path)) return `checkpoint ${id} is gone and is made again`;
  if (lstatSync(path).isSymbolicLink()) return undefined;
  const damage = damageOf(path);
  if (damage === undefined) {
    whole.add(path);
    return undefined;
  }
  const aside = setAside(path);
  const where = aside === undefined ? "" : `; what is left of it is now ${join(dirname(at.path), aside)}`;
  return `checkpoint ${id} is damaged (${damage}) and is made again${where}`;
}

/** The name that what lies at `path` has from now on; undefined if another process was quicker. */
function setAside(path: string): string | undefined {
  for (let count = 1; ; count++) {
    const aside = `${path}.damaged${count === 1 ? "" : `-${count}`}`;
    if (existsSync(aside)) continue;
    try {
      renameSync(path, aside);
      return aside.slice(dirname(path).length + 1);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === "ENOENT") return undefined;
      if (!["ENOTEMPTY", "EEXIST", "ENOTDIR"].includes(code ?? "")) throw error;
    }
  }
}

/** As the end of a sentence; undefined if nothing is wrong. */
function damageOf(folder: string): string | undefined {
  if (!statSync(folder).isDirectory()) return "it is no folder";
  const found = damageByManifest(folder);
  return found === null ? damageBySight(folder) : found;
}

/** What can be told without a manifest: that the files are there, can be read, and are as long as they say. */
function damageBySight(folder: string): string | undefined {
  const names = readdirSync(folder);
  const weights = names.filter((name) => name.endsWith(".safetensors"));
  for (const name of ["config.json", "tokenizer.json"]) if (!names.includes(name)) return `${name} is missing`;
  if (weights.length === 0) return "its weights are missing";
  for (const name of names.filter((each) => each.endsWith(".json"))) {
    try {
      JSON.parse(readFileSync(join(folder, name), "utf8"));
    } catch (error) {
      return `${name} cannot be read (${messageOf(error)})`;
    }
  }
  return weights.map((name) => damageOfWeights(folder, name)).find((damage) => damage !== undefined);
}

function damageOfWeights(folder: string, name: string): string | undefined {
  const path = join(folder, name);
  try {
    const file = openSafetensors(path);
    file.close();
    const ends = [...file.entries.values()].map(({ data_offsets: [, end] }) => end);
    const expected = ends.reduce((most, end) => Math.max(most, end), 0) + file.head.length;
    const { size } = statSync(path);
    return size === expected ? undefined : `${name} has ${size} bytes, expected ${expected}`;
  } catch (error) {
    return `${name} cannot be read (${messageOf(error)})`;
  }
}
