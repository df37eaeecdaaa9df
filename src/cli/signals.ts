/**
 * What happens when the program is asked to end (Ctrl-C, `kill`, a terminal that closes): it says how to go on, and is gone.
 * Nothing needs to be finished first, since every command can be killed at any moment. Children see the end of their
 * standard input and end, too.
 */
import { existsSync, readFileSync, readlinkSync } from "node:fs";
import { basename } from "node:path";
import type { Worker } from "node:worker_threads";
import { commandLine } from "../core/command-line.ts";
import { printable, tell } from "./terminal.ts";

/** 128 and the number of the signal, as shells have it. */
const CODES = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const;

type Signal = keyof typeof CODES;

const SHELL = "/bin/sh";

const endings = new Set<() => void>();
/** Of the signals that end the program. */
const listeners = new Map<Signal, () => void>();
let isKept = false;

/** Has `action` done before the last words, for example to give the terminal back. Returns what takes that back. */
export function beforeEnding(action: () => void): () => void {
  endings.add(action);
  return () => void endings.delete(action);
}

/** From now on what is finished is stored, so that the same command goes on from there. */
export function keepsWhatIsFinished(): void {
  isKept = true;
}

/** Listens to signals from now on. For the program alone. `argv`: its command, to be repeated. */
export function endOnSignals(argv: readonly string[]): void {
  const workers = new Set<Worker>();
  process.on("worker", (worker) => {
    workers.add(worker);
    worker.once("exit", () => workers.delete(worker));
  });
  const isUnderNohup = startedByNohup();
  for (const signal of Object.keys(CODES) as Signal[]) {
    const isIgnored = signal === "SIGHUP" && isUnderNohup;
    const listener = () => {
      if (isIgnored) return;
      for (const action of endings) action();
      tell(lastWords(signal, argv));
      if (workers.size > 0) leaveThreads(signal);
      process.exit(CODES[signal]);
    };
    if (!isIgnored) listeners.set(signal, listener);
    process.on(signal, listener);
  }
}

/**
 * Does `work` that only reads and computes, in one go. A listener would hear nothing before that is over; so meanwhile the
 * system itself ends the program, at once and without a word.
 */
export function endingAtOnce<T>(work: () => T): T {
  for (const [signal, listener] of listeners) process.off(signal, listener);
  try {
    return work();
  } finally {
    for (const [signal, listener] of listeners) process.on(signal, listener);
  }
}

/**
 * Whether `nohup` started the program. When Node starts, it gives every signal its usual meaning back, so nobody can be
 * asked any more whether SIGHUP was ignored. Shells leave the name of what they started in `_`; and in place of a terminal
 * nohup gives an input that cannot be read.
 */
function startedByNohup(): boolean {
  if (basename(process.env._ ?? "") === "nohup") return true;
  try {
    const flags = /^flags:\s*([0-7]+)$/m.exec(readFileSync("/proc/self/fdinfo/0", "utf8"))?.[1] ?? "0";
    const isWriteOnly = (Number.parseInt(flags, 8) & 3) === 1;
    return isWriteOnly && readlinkSync("/proc/self/fd/0") === "/dev/null";
  } catch {
    // Not on Linux, or without standard input.
    return false;
  }
}

/**
 * Ends the process whatever its threads do. `process.exit` would wait until a thread has multiplied its matrices, and ONNX
 * Runtime aborts the process when a thread of its is ended; so the process becomes another one, which only has an exit code.
 */
function leaveThreads(signal: Signal): void {
  process.emit("exit", CODES[signal]);
  if (process.execve && existsSync(SHELL)) process.execve(SHELL, ["sh", "-c", `exit ${CODES[signal]}`], {});
  process.removeAllListeners(signal);
  process.kill(process.pid, signal);
}

function lastWords(signal: Signal, argv: readonly string[]): string {
  const command = printable(commandLine()(...argv));
  const how = isKept ? "what is finished is kept, and this goes on from there" : "to start again";
  return `gleaner: ended by ${signal}; ${how}: ${command}`;
}
