/**
 * One process at a time works on a run. Others of the same run wait for it; other runs of the project are not concerned.
 *
 * What nobody uses any more can be cleared away only while nobody works in the project at all. So whoever works on a run holds
 * the run's lock and then looks at the project's; whoever clears holds the project's and then looks at those of all runs. Of two
 * that begin at once, at least one sees the other.
 */
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import type { Command } from "commander";
import { StoreError } from "../core/errors.ts";
import { holderOf, isAlive, isLocked, type Lock, ownerOf, takeLock } from "../files/lock.ts";
import { removeUnfinished } from "../model/folder.ts";
import { seconds } from "./flags.ts";
import { keepsWhatIsFinished } from "./signals.ts";
import { tell } from "./terminal.ts";

export interface WaitFlags {
  /** Seconds to wait for another process; absent: without limit. */
  readonly wait?: number | undefined;
}

/** Adds `--wait SECONDS`. */
export function waitOption(command: Command): Command {
  return command.option(
    "--wait <seconds>",
    "how long to wait for another process that works on this run, 0 = not at all (default: until it ends)",
    seconds,
  );
}

/**
 * Does `work` while no other process works on `run` of the project in `folder`. What killed processes left half made among
 * its checkpoints is removed first. Throws StoreError if another process has the run for longer than the flags allow.
 */
export async function alone<T>(
  { folder }: { readonly folder: string },
  { run, command, wait }: WaitFlags & { readonly run: string; readonly command: string },
  work: () => Promise<T>,
): Promise<T> {
  const locks = join(folder, "locks");
  const lock = await takeLock(lockOf(locks, run), {
    what: `run "${run}"`,
    command: `gleaner ${command}`,
    waitSeconds: wait,
    say: tell,
  });
  try {
    await untilCleared(locks, { command, wait });
    keepsWhatIsFinished();
    clear(folder, locks, run);
    return await work();
  } finally {
    lock.release();
  }
}

/** No run has such a name. */
const PROJECT_LOCK = ".project.lock";

/** Waits for a process that clears the project, if there is one. */
async function untilCleared(locks: string, { command, wait }: WaitFlags & { readonly command: string }): Promise<void> {
  const path = join(locks, PROJECT_LOCK);
  if (!existsSync(path)) return;
  const options = { what: "the project", command: `gleaner ${command}`, waitSeconds: wait, say: tell };
  (await takeLock(path, options)).release();
}

/**
 * Does `work` while no other process works on any of `runs`. Throws StoreError, naming the process, if one does: what is
 * removed must not be in use.
 */
export async function withNobodyIn<T>(
  { folder }: { readonly folder: string },
  { runs, command }: { readonly runs: readonly string[]; readonly command: string },
  work: () => Promise<T>,
): Promise<T> {
  const locks = join(folder, "locks");
  const taken: Lock[] = [];
  try {
    for (const run of runs) {
      const options = { what: `run "${run}"`, command: `gleaner ${command}`, waitSeconds: 0, say: tell };
      taken.push(await takeLock(lockOf(locks, run), options));
    }
    await untilCleared(locks, { command, wait: 0 });
    return await work();
  } finally {
    for (const lock of taken) lock.release();
  }
}

/** Does `work` while nobody works in the project. Throws StoreError, naming the run and the process, if somebody does. */
export async function withNobodyAtWork<T>(
  { folder }: { readonly folder: string },
  { command }: { readonly command: string },
  work: () => Promise<T>,
): Promise<T> {
  const locks = join(folder, "locks");
  const options = { what: "the project", command: `gleaner ${command}`, waitSeconds: 0, say: tell };
  const lock = await takeLock(join(locks, PROJECT_LOCK), options);
  try {
    for (const name of runLocksIn(locks).filter((each) => mayBeLocked(join(locks, each)))) {
      const run = name.slice(0, -".lock".length);
      throw new StoreError(
        `run "${run}" is taken by ${holderOf(join(locks, name))}; ${command} waits for nobody: try again when it has ended`,
      );
    }
    return await work();
  } finally {
    lock.release();
  }
}

/** Whether some process works on `run` now. What its owner's word says is looked at first, so that a lock that is free stays untouched. */
export function isUnderWay({ folder }: { readonly folder: string }, run: string): boolean {
  const path = lockOf(join(folder, "locks"), run);
  return ownerOf(path) !== undefined && mayBeLocked(path);
}

const runLocksIn = (locks: string) =>
  readdirSync(locks).filter((name) => name.endsWith(".lock") && name !== PROJECT_LOCK);

const lockOf = (locks: string, run: string) => join(locks, `${run}.lock`);

/**
 * A folder that is half made may be another process's work: one of another run, or of a program that uses gleaner as a
 * library and locks nothing. It goes only if neither can be.
 */
function clear(folder: string, locks: string, run: string): void {
  const others = runLocksIn(locks).filter((name) => name !== `${run}.lock`);
  if (others.some((name) => mayBeLocked(join(locks, name)))) return;
  removeUnfinished(join(folder, "checkpoints"), (pid) => !isAlive(pid));
}

/** A lock that cannot be looked at, such as another user's, may be held; it is no matter of this run. */
function mayBeLocked(path: string): boolean {
  try {
    return isLocked(path);
  } catch (error) {
    if (error instanceof StoreError) return true;
    throw error;
  }
}
