/**
 * How far a run is, for the viewer, which is another process: a small file beside the run's lock, there while the run is under way.
 * Nothing depends on it, so a disk that refuses it is no matter.
 */
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Phase, Progress } from "../engine/experiment/progress.ts";
import type { Progress as Line } from "../viewer/api/project.ts";
import { isUnderWay } from "./run-lock.ts";
import { beforeEnding } from "./signals.ts";

export interface RunPlace {
  /** The project's. */
  readonly folder: string;
  readonly run: string;
}

const MOST_OFTEN_MS = 1_000;
const ENDING = ".progress.json";

/** The file that `run`, whose lock this process holds, leaves. */
export const progressFile = ({ folder, run }: RunPlace): string => join(folder, "locks", `${run}${ENDING}`);

interface Told {
  readonly label: string;
  readonly owed: number;
  readonly unit: string;
  readonly since: number;
  done: number;
  failed: number;
}

/** `progress`, which is also left in the run's file until it stops. The process must hold the run's lock. */
export function leftInFile<P extends Progress & { stop(): void }>(progress: P, place: RunPlace): P {
  const path = progressFile(place);
  const told = new Set<Told>();
  /** Shown until the next phase begins: between two there is work that nobody counts. */
  let ended: Told | undefined;
  let timer: NodeJS.Timeout | undefined;
  let written = Number.NEGATIVE_INFINITY;

  const write = () => {
    clearTimeout(timer);
    timer = undefined;
    written = performance.now();
    const shown = told.size > 0 ? [...told] : ended ? [ended] : [];
    writeQuietly(path, JSON.stringify(shown.map((each) => lineOf(place.run, each))));
  };
  const change = () => {
    const wait = written + MOST_OFTEN_MS - performance.now();
    if (wait <= 0) write();
    else timer ??= setTimeout(write, wait).unref();
  };
  const remove = () => {
    clearTimeout(timer);
    removeQuietly(path);
  };

  // A process that was killed has left its own.
  remove();
  const forget = beforeEnding(remove);
  return {
    ...progress,
    phase(label, total, unit, since): Phase {
      const phase = progress.phase(label, total, unit, since);
      const one: Told = { label, owed: total, unit, since: since ?? performance.now(), done: 0, failed: 0 };
      told.add(one);
      change();
      return {
        advance(done, note, failed = 0) {
          phase.advance(done, note, failed);
          one.done = done;
          one.failed = failed;
          change();
        },
        end(note) {
          phase.end(note);
          told.delete(one);
          ended = one;
          change();
        },
      };
    },
    stop() {
      forget();
      remove();
      progress.stop();
    },
  };
}

function lineOf(run: string, { label, owed, unit, since, done, failed }: Told): Line {
  const seconds = Math.max(1e-3, (performance.now() - since) / 1000);
  return {
    run,
    phase: label,
    owed,
    done,
    failed,
    unit,
    perSecond: done > 0 ? done / seconds : null,
    secondsLeft: done > 0 ? (Math.max(0, owed - done) * seconds) / done : null,
    at: new Date().toISOString(),
  };
}

function writeQuietly(path: string, text: string): void {
  const unfinished = `${path}.new`;
  try {
    writeFileSync(unfinished, text);
    renameSync(unfinished, path);
  } catch {
    removeQuietly(unfinished);
  }
}

function removeQuietly(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch {
    // It may lie on a disk that has become read-only; nobody believes it without the lock.
  }
}

/** What the runs of a project say of themselves now, in the order of their names. Of one whose process is gone, nothing. */
export function progressIn(folder: string): readonly Line[] {
  const locks = join(folder, "locks");
  if (!existsSync(locks)) return [];
  const runs = readdirSync(locks)
    .filter((name) => name.endsWith(ENDING))
    .map((name) => name.slice(0, -ENDING.length))
    .sort();
  return runs
    .filter((run) => isUnderWay({ folder }, run))
    .flatMap((run) => linesIn(progressFile({ folder, run }), run));
}

/** Nothing where the file is gone by now, or holds something else. */
function linesIn(path: string, run: string): readonly Line[] {
  try {
    const found: unknown = JSON.parse(readFileSync(path, "utf8"));
    return Array.isArray(found) ? found.filter(isLine).map((line) => ({ ...line, run })) : [];
  } catch {
    return [];
  }
}

function isLine(value: unknown): value is Line {
  const { phase, unit, at, owed, done, failed, perSecond, secondsLeft } = (value ?? {}) as Record<keyof Line, unknown>;
  const isRate = (each: unknown) => each === null || typeof each === "number";
  return (
    [phase, unit, at].every((each) => typeof each === "string") &&
    [owed, done, failed].every((each) => typeof each === "number") &&
    isRate(perSecond) &&
    isRate(secondsLeft)
  );
}
