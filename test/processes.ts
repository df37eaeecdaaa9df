/** Commands in processes of their own that a test watches and ends. */

import assert from "node:assert/strict";
import { type ChildProcess, type SpawnOptions, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "./command.ts";

const LOOK_AGAIN_MS = 20;

/** A process, and what it has written on standard error so far. */
export interface Watched {
  readonly child: ChildProcess;
  said(): string;
  /** Its exit code, once it has ended; null if a signal ended it. */
  readonly ended: Promise<number | null>;
}

/** Starts gleaner. */
export const start = (...args: readonly string[]): Watched => startNode([join(ROOT, "bin", "gleaner.js"), ...args]);

/** Starts Node. */
export function startNode(args: readonly string[], options: SpawnOptions = {}): Watched {
  const child = spawn(process.execPath, args, options);
  let said = "";
  child.stderr?.on("data", (data) => (said += data));
  child.stdout?.resume();
  const ended = new Promise<number | null>((resolve) => child.once("close", (code) => resolve(code)));
  return { child, said: () => said, ended };
}

/** Waits for `isReady`. Fails where the process ends before. */
export async function until({ child, said }: Watched, isReady: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await isReady())) {
    assert(child.exitCode === null && child.signalCode === null, said());
    await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
  }
}

export interface Ended {
  readonly code: number | null;
  /** Lines on standard error. */
  readonly said: readonly string[];
}

/** Sends `signal` as soon as `isReady`. */
export async function endedBy(
  watched: Watched,
  signal: NodeJS.Signals,
  isReady: () => boolean | Promise<boolean>,
): Promise<Ended> {
  await until(watched, isReady);
  watched.child.kill(signal);
  return { code: await watched.ended, said: watched.said().trimEnd().split("\n") };
}

/** Whether a process of this id runs. Linux alone. */
export function isThere(pid: number): boolean {
  try {
    // One that has ended and waits for nobody to ask is none.
    return !/^\d+ \(.*\) Z/s.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch {
    return false;
  }
}
