/**
 * The processes of a Python world. Each plays one episode at a time, or as many as the user lets share one; places that are
 * free wait for the next episode.
 */
import { existsSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import pLimit from "p-limit";
import { CliError, EnvironmentError } from "../../core/errors.ts";
import type { TaskId } from "../../core/ids.ts";
import { bounded } from "../../core/wording.ts";
import { type Child, GoneError, type Request, startChild } from "../child.ts";

/** What a process says of itself once the world is made. */
export interface Greeting {
  readonly python: string;
  readonly protocol: number;
}

/** What the world says of itself. */
export interface Description {
  readonly name: string;
  readonly splits: readonly string[];
  readonly maxSteps: number | null;
  readonly successReturn: number;
  readonly instructions: string;
  /** The goal of tasks that do not say theirs. */
  readonly instruction: string;
  /** Whether the world can save and put back its state itself. */
  readonly ownSnapshots: boolean;
}

/** A process, or a place in one that several episodes share. */
export type Process = Child<Greeting> & {
  /** States that this process keeps a copy of, by what led to them. */
  readonly copies: Map<string, { readonly copy: number; readonly isOver: boolean }>;
  /** What it was last reset to. */
  playing: { readonly taskId: TaskId; readonly seed: number } | undefined;
  /** Requests that are not answered yet. */
  asked: number;
  /** Resolves when all have been answered. */
  idle(): Promise<void>;
};

export interface Processes {
  /** One that is free, or a new one. Throws EnvironmentError where the world cannot be made. */
  take(): Promise<Process>;
  /**
   * Takes it back when its episode is over. One that still answers is ended: what it is in the middle of is nobody's any more.
   * Where others share it, its place is free as soon as it has answered.
   */
  release(process: Process): void;
}

export interface ProcessOptions {
  readonly file?: string | undefined;
  readonly package?: string | undefined;
  readonly class: string;
  readonly python: string;
  readonly options: Readonly<Record<string, unknown>>;
  /** Longest wait for one answer, in seconds. */
  readonly timeout: number;
  /** Episodes that share a process. */
  readonly together: number;
  /** The same everywhere, so that the order of sets and dicts does not depend on the process. */
  readonly hashSeed: number;
}

/** Importing what environments need (torch, a simulator) takes its time. */
const START_TIMEOUT_MS = 120_000;
const MOST_FREE = 8;
/** Of the messages. A copy of the program that came with another version may speak another. */
const PROTOCOL = 2;
const SERVER = join(import.meta.dirname, "..", "..", "..", "python", "gleaner-world", "gleaner_world.py");

export function newProcesses(options: ProcessOptions): Processes {
  const { file, package: module, class: name, python, timeout, together } = options;
  if (file !== undefined && !existsSync(file)) throw new CliError(`world ${file}: no such file`);
  const free: Process[] = [];
  // Many that import at once would all be late.
  const starting = pLimit(availableParallelism());
  const start = async (): Promise<Child<Greeting>> => {
    const child = startChild<Greeting>({
      ...{ what: `the world ${name}`, program: python, timeoutMs: timeout * 1000 },
      arguments: [SERVER, `${file ?? module}:${name}`, JSON.stringify(options.options)],
      variables: { ...process.env, PYTHONHASHSEED: `${options.hashSeed}` },
      atOnce: together,
      farewell: "bye",
      startTimeoutMs: Math.max(START_TIMEOUT_MS, timeout * 1000),
      refusal: (reply) => ({ error: refusalOf(name, reply.error) }),
      notStarted: ({ code, message }) =>
        code === "ENOENT"
          ? `there is no Python at ${python} (--option python=…)`
          : `${python} cannot be started: ${message}`,
    });
    const { protocol } = await child.ready;
    if (protocol !== PROTOCOL) {
      void child.close(0);
      throw new EnvironmentError(`${name}: gleaner_world there speaks protocol ${protocol}, expected ${PROTOCOL}`);
    }
    return child;
  };
  return {
    async take() {
      const process = takeFree(free);
      if (process) return process;
      return starting(async () => {
        const made = takeFree(free);
        if (made) return made;
        const child = await start();
        const [first, ...others] = Array.from({ length: together }, (_, world) => watched(child, world));
        free.push(...others);
        return first!;
      });
    },
    release(process) {
      if (together > 1) void process.idle().then(() => free.push(process));
      else if (process.isAlive && process.asked === 0 && free.length < MOST_FREE) free.push(process);
      else void process.close(process.asked > 0 ? 0 : undefined);
    },
  };
}

function takeFree(free: Process[]): Process | undefined {
  for (let found = free.pop(); found; found = free.pop()) if (found.isAlive) return found;
  return undefined;
}

/** A place of `child`, which counts what it was asked. That it is gone is an error of the episode. */
function watched(child: Child<Greeting>, world: number): Process {
  let last: Promise<unknown> = Promise.resolve();
  return {
    pid: child.pid,
    ready: child.ready,
    get isAlive() {
      return child.isAlive;
    },
    close: (patienceMs) => child.close(patienceMs),
    copies: new Map(),
    playing: undefined,
    asked: 0,
    idle: async () => {
      await last.catch(() => {});
    },
    async ask<Answer>(request: Request, patience?: number): Promise<Answer> {
      this.asked++;
      const answer = child.ask<Answer>(world === 0 ? request : { world, ...request }, patience);
      last = answer;
      try {
        return await answer;
      } catch (error) {
        throw error instanceof GoneError ? new EnvironmentError(error.message, { cause: error }) : error;
      } finally {
        this.asked--;
      }
    },
  };
}

/** The world's own words: a sentence of ours, or the end of its traceback. */
function refusalOf(name: string, error: unknown): EnvironmentError {
  const { message } = error as { readonly message: string };
  return new EnvironmentError(`${name}: ${bounded(message.trim())}`);
}
