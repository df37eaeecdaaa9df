/** The processes of a Python world. Each plays one episode at a time; those that are free wait for the next one. */
import { existsSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import pLimit from "p-limit";
import { CliError, EnvironmentError } from "../../core/errors.ts";
import type { TaskId } from "../../core/ids.ts";
import { type Child, GoneError, startChild } from "../child.ts";

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

export type Process = Child<Greeting> & {
  /** States that this process keeps a copy of, by what led to them. */
  readonly copies: Map<string, { readonly copy: number; readonly isOver: boolean }>;
  /** What it was last reset to. */
  playing: { readonly taskId: TaskId; readonly seed: number } | undefined;
  /** Requests that are not answered yet. */
  asked: number;
};

export interface Processes {
  /** One that is free, or a new one. Throws EnvironmentError where the world cannot be made. */
  take(): Promise<Process>;
  /** Takes it back when its episode is over. One that still answers is ended: what it is in the middle of is nobody's any more. */
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
  /** The same everywhere, so that the order of sets and dicts does not depend on the process. */
  readonly hashSeed: number;
}

/** Importing what environments need (torch, a simulator) takes its time. */
const START_TIMEOUT_MS = 120_000;
const MOST_FREE = 8;
/** Of the messages. A copy of the program that came with another version may speak another. */
const PROTOCOL = 1;
const SERVER = join(import.meta.dirname, "..", "..", "..", "python", "gleaner-world", "gleaner_world.py");

export function newProcesses(options: ProcessOptions): Processes {
  const { file, package: module, class: name, python, timeout } = options;
  if (file !== undefined && !existsSync(file)) throw new CliError(`world ${file}: no such file`);
  const free: Process[] = [];
  // Many that import at once would all be late.
  const starting = pLimit(availableParallelism());
  const start = async (): Promise<Process> => {
    const child = startChild<Greeting>({
      ...{ what: `the world ${name}`, program: python, timeoutMs: timeout * 1000 },
      arguments: [SERVER, `${file ?? module}:${name}`, JSON.stringify(options.options)],
      variables: { ...process.env, PYTHONHASHSEED: `${options.hashSeed}`, PYTHONUNBUFFERED: "1" },
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
    return watched(child);
  };
  return {
    async take() {
      return takeFree(free) ?? starting(async () => takeFree(free) ?? start());
    },
    release(process) {
      if (process.isAlive && process.asked === 0 && free.length < MOST_FREE) free.push(process);
      else void process.close(process.asked > 0 ? 0 : undefined);
    },
  };
}

function takeFree(free: Process[]): Process | undefined {
  for (let found = free.pop(); found; found = free.pop()) if (found.isAlive) return found;
  return undefined;
}

/** `child`, which counts what it was asked. That it is gone is an error of the episode. */
function watched(child: Child<Greeting>): Process {
  const { ask } = child;
  const process: Process = Object.assign(child, {
    copies: new Map(),
    playing: undefined,
    asked: 0,
    async ask<Answer>(...request: Parameters<typeof ask>): Promise<Answer> {
      process.asked++;
      try {
        return await ask<Answer>(...request);
      } catch (error) {
        throw error instanceof GoneError ? new EnvironmentError(error.message, { cause: error }) : error;
      } finally {
        process.asked--;
      }
    },
  });
  return process;
}

/** The world's own words: a sentence of ours, or the end of its traceback. */
function refusalOf(name: string, error: unknown): EnvironmentError {
  const { message } = error as { readonly message: string };
  return new EnvironmentError(`${name}: ${message.trim()}`);
}
