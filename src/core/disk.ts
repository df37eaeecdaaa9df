/** What a disk says when it cannot be written to or read, in words; and making sure that what was written is on it. */
import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { dirname, resolve } from "node:path";
import { StoreError } from "./errors.ts";

const REASONS: Readonly<Record<string, string>> = {
  ENOSPC: "the disk is full",
  EDQUOT: "the disk quota is used up",
  EROFS: "the file system is read-only",
  EACCES: "no permission",
  EPERM: "no permission",
  EIO: "the disk reports a fault",
  EFBIG: "the file would be larger than the file system allows",
  ENOTDIR: "a part of this path is a file, not a folder",
};

/** Why the disk refused, as `the disk is full (ENOSPC)`; undefined for any other error. */
export function diskReason(error: unknown): string | undefined {
  const { code = "" } = (error ?? {}) as { readonly code?: string };
  const reason = REASONS[code];
  return reason && `${reason} (${code})`;
}

/** Runs `write`, which writes `path`. What the disk refuses becomes a StoreError that names it. */
export function writing<T>(path: string, write: () => T): T {
  try {
    return write();
  } catch (error) {
    throw refusedBy(error, path);
  }
}

/** `error`, or a StoreError that names `path` if the disk refused to write it. */
export function refusedBy(error: unknown, path: string): unknown {
  const reason = diskReason(error);
  return reason === undefined ? error : new StoreError(`${path}: cannot be written: ${reason}`, { cause: error });
}

/**
 * Makes a folder and those above it, if they are not there. One after the other: Node's own way speaks of a folder that is
 * not there (`ENOENT`) on a read-only file system, and does not end where a file system answers so to every new folder.
 */
export function makeFolder(path: string): void {
  if (isFolder(path)) return;
  const parent = dirname(resolve(path));
  if (parent !== resolve(path)) makeFolder(parent);
  try {
    mkdirSync(path);
  } catch (error) {
    // Another process may have made it meanwhile.
    if (isFolder(path)) return;
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    const code = "ENOTDIR";
    throw Object.assign(new Error(`${path} is a file, expected a folder`, { cause: error }), { code, path });
  }
}

/** Of a path below a file, too, it is only said that it is none. */
const isFolder = (path: string) => {
  try {
    return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOTDIR") return false;
    throw error;
  }
};

/** Writes the whole of `text` to an open file: where a disk is nearly full, one write may take a part of it. */
export function writeAll(file: number, text: string): void {
  const bytes = Buffer.from(text, "utf8");
  for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at);
}

/**
 * Writes a file that appears, or takes the place of an older one, in one move: nobody ever finds half of it. Throws
 * StoreError naming `path` where the disk refuses; then an older file stays.
 */
export function writeWhole(path: string, text: string): void {
  const unfinished = `${path}.${process.pid}.unfinished`;
  writing(path, () => {
    try {
      writeFileSync(unfinished, text);
      renameSync(unfinished, path);
    } catch (error) {
      rmSync(unfinished, { force: true });
      throw error;
    }
  });
}

/** The same in a folder that is made if it is not there. */
export function writeWholeInFolder(path: string, text: string): void {
  writing(path, () => makeFolder(dirname(path)));
  writeWhole(path, text);
}

/** Waits until what was written to a file, or what a folder lists, would survive a power cut. */
export function syncToDisk(path: string): void {
  const file = openSync(path, "r");
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}
