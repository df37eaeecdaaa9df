/**
 * A command that is killed (-9) at random moments and started again, until it was killed as often as asked. How long it takes
 * depends on what else the machine does: where it ends before its moment comes, another project begins, with earlier moments.
 */
import { join } from "node:path";
import type { Random } from "../src/core/random.ts";

export interface Killing {
  /** Where the projects are made. */
  readonly folder: string;
  readonly kills: number;
  /** The command in `project`; resolves to null if it was killed, after so many milliseconds. */
  readonly run: (project: string, killAfterMs?: number) => Promise<string | null>;
  readonly moments: Random;
  /** How late a moment may come at first. */
  readonly latestMs: number;
  /** Hears of each project when the command came to its end there. */
  readonly ended: (project: string) => Promise<void>;
}

/** Not even the command's modules are loaded then. */
const EARLIEST_MS = 200;

/** Resolves to the number of projects. */
export async function killAgainAndAgain(killing: Killing): Promise<number> {
  const { folder, run, moments, ended } = killing;
  let { kills, latestMs } = killing;
  let projects = 0;
  while (kills > 0) {
    const project = join(folder, `killed-${++projects}`);
    while (kills > 0 && (await run(project, EARLIEST_MS + moments.next() * latestMs)) === null) kills--;
    await run(project);
    await ended(project);
    latestMs /= 2;
  }
  return projects;
}
