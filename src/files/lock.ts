/**
 * A lock on a file that one process at a time holds. The operating system keeps it (through SQLite, which asks for it on
 * every system alike), so it ends with its holder however that dies, and no number of a process can be taken for another's.
 *
 * The file itself stays empty and stays where it is: deleting it would let two processes lock two files of one name. Who
 * holds it stands in a file beside, which is there for messages only and decides nothing.
 */
import { readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { setTimeout as sleep } from "node:timers/promises";
import { diskReason, makeFolder } from "../core/disk.ts";
import { messageOf, StoreError } from "../core/errors.ts";

/** Who holds a lock. */
export interface LockOwner {
  readonly pid: number;
  readonly host: string;
  /** ISO 8601, UTC. */
  readonly since: string;
  /** What it does: `gleaner run`. */
  readonly command: string;
}

/** A lock that this process holds. */
export interface Lock {
  /** Lets the next one in. A second call does nothing. */
  release(): void;
}

export interface LockOptions {
  /** What is locked, in messages: `run "demo"`. */
  readonly what: string;
  /** What this process does with it, for those who wait. */
  readonly command: string;
  /** How long to wait; 0 = not at all. Absent: without limit. */
  readonly waitSeconds?: number | undefined;
  /** Hears once, in a sentence, whom this process waits for. */
  readonly say: (line: string) => void;
}

const LOOK_AGAIN_MS = 100;
/** A holder needs a moment to say who it is, and whoever only looks whether a lock is held holds it for a moment. */
const LOOKS_BEFORE_A_WORD = 3;

const SQLITE_BUSY = 5;
const REASONS: Readonly<Record<number, string>> = {
  8: "it cannot be written to",
  10: "the system does not lock files here; put the project on a local disk",
  13: "the disk is full",
  14: "it cannot be made, or not be opened",
  15: "the system does not lock files here; put the project on a local disk",
  26: "it is not empty, expected a file that gleaner made",
};

/**
 * Takes the lock `path`, whose folder is made if it is not there; waits for whoever holds it. Throws StoreError where that
 * takes longer than allowed, naming the holder, and where no lock can be made, saying why.
 */
export async function takeLock(path: string, options: LockOptions): Promise<Lock> {
  const { what, command, waitSeconds = Number.POSITIVE_INFINITY, say } = options;
  try {
    makeFolder(dirname(path));
  } catch (error) {
    const why = diskReason(error) ?? messageOf(error);
    throw new StoreError(`${what} cannot be locked: ${dirname(path)}: ${why}`, { cause: error });
  }
  const began = performance.now();
  for (let looks = 1; ; looks++) {
    const database = tryLock(path, what);
    if (database) return held(path, database, command);
    const isOver = performance.now() - began >= waitSeconds * 1000;
    if (looks >= LOOKS_BEFORE_A_WORD && isOver) {
      const longer = waitSeconds > 0 ? `; waited ${waitSeconds} s for it` : "";
      throw new StoreError(`${what} is taken by ${nameOf(ownerOf(path))}${longer}`);
    }
    if (looks === LOOKS_BEFORE_A_WORD) say(`${what} is taken by ${nameOf(ownerOf(path))}: waiting until it ends`);
    await sleep(LOOK_AGAIN_MS);
  }
}

/** Whether some process, this one included, holds the lock `path`. Throws StoreError where locks cannot be made. */
export function isLocked(path: string): boolean {
  const database = tryLock(path, path);
  database?.close();
  return database === undefined;
}

/**
 * undefined if it is held. What is begun here writes nothing, ever. It is `IMMEDIATE`, not `EXCLUSIVE`: of two that begin
 * at once exactly one succeeds.
 */
function tryLock(path: string, what: string): DatabaseSync | undefined {
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(path, { timeout: 0 });
    database.exec("PRAGMA journal_mode = MEMORY; BEGIN IMMEDIATE");
    return database;
  } catch (error) {
    database?.close();
    const code = ((error as { errcode?: number }).errcode ?? 0) & 0xff;
    if (code === SQLITE_BUSY) return undefined;
    throw new StoreError(`${what} cannot be locked: ${path}: ${REASONS[code] ?? messageOf(error)}`, { cause: error });
  }
}

function held(path: string, database: DatabaseSync, command: string): Lock {
  const owner: LockOwner = {
    pid: process.pid,
    host: hostname(),
    since: new Date().toISOString().replace(/\.\d+/, ""),
    command,
  };
  writeOwner(path, owner);
  const release = () => {
    if (!heldHere.delete(release)) return;
    if (heldHere.size === 0) process.off("exit", releaseAll);
    rmSync(ownerFile(path), { force: true });
    database.close();
  };
  if (heldHere.size === 0) process.on("exit", releaseAll);
  heldHere.add(release);
  return { release };
}

/** How to release each lock that this process holds. */
const heldHere = new Set<() => void>();

/** A lock ends with its process anyway, but the word of who held it would stay. */
function releaseAll(): void {
  for (const release of heldHere) release();
}

const ownerFile = (path: string) => `${path}.owner.json`;

function writeOwner(path: string, owner: LockOwner): void {
  // Only the holder writes it.
  const unfinished = `${ownerFile(path)}.new`;
  try {
    writeFileSync(unfinished, `${JSON.stringify(owner)}\n`);
    renameSync(unfinished, ownerFile(path));
  } catch {
    // It is for messages only, and what will be stored meets the same disk and says so.
    rmSync(unfinished, { force: true });
  }
}

/** Who holds the lock `path`, by its own word; undefined if it has not said so, or what stands there is of one that is gone. */
export function ownerOf(path: string): LockOwner | undefined {
  try {
    const { pid, host, since, command } = JSON.parse(readFileSync(ownerFile(path), "utf8")) as Partial<LockOwner>;
    const isWhole = Number.isInteger(pid) && [host, since, command].every((text) => typeof text === "string");
    if (!isWhole || (host === hostname() && !isAlive(pid!))) return undefined;
    return { pid: pid!, host: host!, since: since!, command: command! };
  } catch {
    return undefined;
  }
}

/** Who holds the lock `path`, in words. */
export const holderOf = (path: string): string => nameOf(ownerOf(path));

const nameOf = (owner: LockOwner | undefined) =>
  owner
    ? `${owner.command} (process ${owner.pid} on ${owner.host}, since ${owner.since})`
    : "another process, which has not said which one it is";

/** Whether a process of this number is there; whether it is the same one, only a lock can tell. */
export function isAlive(pid: number): boolean {
  try {
    return pid > 0 && process.kill(pid, 0);
  } catch (error) {
    // Another user's process may not be signalled, but it is there.
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
