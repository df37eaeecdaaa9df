/**
 * Writing a folder so that it exists either whole or not at all, whenever the process is killed: everything goes into
 * a sibling first, is forced to disk, and then takes its name.
 */
import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync, writeSync } from "node:fs";
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

/** What a file holds, whole or in pieces that are made one after the other as they are written. */
export type FileContent = string | Uint8Array | Generator<Uint8Array>;

/** A JSON file that people read, too. */
export const prettyJson = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

/** Contents by name; a map among them is a folder in the folder. */
export interface FolderContents extends ReadonlyMap<string, FileContent | FolderContents> {}

/** Writes `files` as `folder`, which must not exist. */
export function writeFolder(folder: string, files: FolderContents): void {
  refuseExisting(folder);
  const parent = dirname(resolve(folder));
  mkdirSync(parent, { recursive: true });
  // Always the same name, so that what a killed process left behind is cleared by the next one.
  const unfinished = join(parent, `.${basename(folder)}.unfinished`);
  rmSync(unfinished, { recursive: true, force: true });
  writeContents(unfinished, files);
  renameSync(unfinished, folder);
  sync(parent);
}

function writeContents(folder: string, files: FolderContents): void {
  mkdirSync(folder);
  for (const [name, content] of files) {
    if (content instanceof Map) writeContents(join(folder, name), content);
    else writeFile(join(folder, name), content as FileContent);
  }
  sync(folder);
}

function writeFile(path: string, content: FileContent): void {
  const file = openSync(path, "w");
  try {
    if (typeof content === "string") writeAll(file, Buffer.from(content));
    else if (content instanceof Uint8Array) writeAll(file, content);
    else for (const piece of content) writeAll(file, piece);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

function writeAll(file: number, bytes: Uint8Array): void {
  // The system may take less than it is given.
  for (let done = 0; done < bytes.length; ) done += writeSync(file, bytes, done);
}
