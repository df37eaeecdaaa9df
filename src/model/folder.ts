/**
 * Writing a folder so that it exists either whole or not at all, whenever the process is killed: everything goes into
 * a sibling first, is forced to disk, and then takes its name.
 */
import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { ModelError } from "./errors.ts";

function sync(path: string): void {
  const handle = openSync(path, "r");
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

/** Throws ModelError if something has this name already. */
export function refuseExisting(folder: string): void {
  if (existsSync(folder)) throw new ModelError(`${folder}: expected no such file or folder yet, found one`);
}

/** Writes `files` (contents by name) as `folder`, which must not exist. */
export function writeFolder(folder: string, files: ReadonlyMap<string, string | Uint8Array>): void {
  refuseExisting(folder);
  const parent = dirname(resolve(folder));
  mkdirSync(parent, { recursive: true });
  // Always the same name, so that what a killed process left behind is cleared by the next one.
  const unfinished = join(parent, `.${basename(folder)}.unfinished`);
  rmSync(unfinished, { recursive: true, force: true });
  mkdirSync(unfinished);
  for (const [name, content] of files) {
    writeFileSync(join(unfinished, name), content);
    sync(join(unfinished, name));
  }
  sync(unfinished);
  renameSync(unfinished, folder);
  sync(parent);
}
