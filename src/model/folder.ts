/**
 * Writing a folder so that it exists either whole or not at all, whenever the process is killed: everything goes into
 * a sibling first, is forced to disk, and then takes its name. No two processes write into the same sibling.
 */
import { randomBytes } from "node:crypto";
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  writeSync,
} from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { ModelError } from "./errors.ts";

/** Forces a file, or the list of names in a folder, to disk. */
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

/** Where `folder` is made until it is whole: a sibling that no other process has, and that shows whose it is. */
export function unfinishedName(folder: string): string {
  const token = `${process.pid}-${randomBytes(4).toString("hex")}`;
  return join(dirname(resolve(folder)), `.${basename(folder)}.${token}.unfinished`);
}

const UNFINISHED = /^\..+\.(\d+)-[0-9a-f]{8}\.unfinished$/;

/** Removes from `parent` what processes that are gone began there and never finished. */
export function removeUnfinished(parent: string, isGone: (pid: number) => boolean): void {
  for (const name of existsSync(parent) ? readdirSync(parent) : []) {
    const pid = UNFINISHED.exec(name)?.[1];
    if (pid !== undefined && isGone(Number(pid))) rmSync(join(parent, name), { recursive: true, force: true });
  }
}

/** Writes `files` as `folder`, which must not exist. */
export function writeFolder(folder: string, files: FolderContents): void {
  refuseExisting(folder);
  const parent = dirname(resolve(folder));
  mkdirSync(parent, { recursive: true });
  const unfinished = unfinishedName(folder);
  try {
    writeContents(unfinished, files);
    renameSync(unfinished, folder);
  } catch (error) {
    rmSync(unfinished, { recursive: true, force: true });
    throw error;
  }
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
