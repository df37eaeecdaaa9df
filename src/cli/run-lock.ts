/** One process at a time works on a run. Others of the same run wait for it; other runs of the project are not concerned. */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import type { Command } from "commander";
import { StoreError } from "../core/errors.ts";
import { isAlive, isLocked, takeLock } from "../files/lock.ts";
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
  keepsWhatIsFinished();
  try {
    clear(folder, locks, run);
    return await work();
  } finally {
    lock.release();
  }
}

const lockOf = (locks: string, run: string) => join(locks, `${run}.lock`);

/**
 * A folder that is half made may be another process's work: one of another run, or of a program that uses gleaner as a
 * library and locks nothing. It goes only if neither can be.
 */
function clear(folder: string, locks: string, run: string): void {
  const others = readdirSync(locks).filter((name) => name.endsWith(".lock") && name !== `${run}.lock`);
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
