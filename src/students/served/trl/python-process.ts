/**
 * A Python script as a stream of events: one JSON object a line on its standard output. It runs without a shell, in a
 * process group of its own, which is killed as a whole when nobody waits for it any more. Should this process be killed,
 * the script sees the end of its standard input and leaves, too.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { constants } from "node:os";
import { createInterface } from "node:readline";
import { writeAll } from "../../../core/disk.ts";
import { type TrlReason, trlError } from "./failures.ts";
import { lastWordsOf } from "./last-words.ts";

/** Variables for Python: everything is on this machine, and rows are text in UTF-8 wherever it stands. */
export const PYTHON_VARIABLES = {
  HF_HUB_OFFLINE: "1",
  HF_HUB_DISABLE_TELEMETRY: "1",
  TOKENIZERS_PARALLELISM: "false",
  TRANSFORMERS_VERBOSITY: "error",
  PYTHONWARNINGS: "ignore",
  PYTHONUTF8: "1",
  PYTHONDONTWRITEBYTECODE: "1",
};

export interface PythonRun {
  readonly command: string;
  readonly args: readonly string[];
  /** Added to this process's environment. */
  readonly env: Readonly<Record<string, string>>;
  /** The file that gets all it writes besides events, behind what is there already. */
  readonly log: string;
  readonly signal?: AbortSignal | undefined;
}

export interface PythonEvent {
  readonly kind: string;
}

/** Characters in which the reason is looked for: a launcher of several processes says much behind it. */
const LONGEST_COMPLAINT = 100_000;

/** Ends when the script has ended well; leaving the loop early kills it. Throws TrainerError with a reason (failures.ts). */
export async function* pythonEvents({ command, args, env, log, signal }: PythonRun): AsyncGenerator<PythonEvent> {
  if (signal?.aborted) throw trlError("stopped", "before it began");
  const logged = openLog(log);
  const child = spawn(command, args, {
    stdio: ["pipe", "pipe", "pipe"],
    env: { ...process.env, ...env },
    detached: true,
  });
  const ended = endOf(child, command);
  // Someone else awaits it only after the last line; until then its failure is not unhandled.
  ended.catch(() => {});
  // A child that is gone makes writing fail; why it went is said elsewhere.
  child.stdin!.on("error", () => {});
  let complaint = "";
  const complain = (text: string) => {
    complaint = (complaint + text).slice(-LONGEST_COMPLAINT);
    logged.write(text);
  };
  child.stderr!.setEncoding("utf8").on("data", complain);
  const stop = () => killGroup(child);
  signal?.addEventListener("abort", stop, { once: true });
  try {
    for await (const line of createInterface({ input: child.stdout! })) {
      const event = eventOf(line);
      if (event) yield event;
      else complain(`${line}\n`);
    }
    const { code, killedBy } = await ended;
    if (signal?.aborted) throw trlError("stopped", "as asked");
    const { why, worker } = lastWordsOf(complaint);
    const by = killedBy ?? signalOf(code);
    if (by) throw trlError(reasonOf(by), `${command} was ended by ${by}: ${why}`);
    if (worker)
      throw trlError(reasonOf(worker.signal), `${worker.name} of ${command} was ended by ${worker.signal}: ${why}`);
    if (code !== 0) throw trlError("failed", `${command} ended with status ${code}: ${why}`);
  } finally {
    signal?.removeEventListener("abort", stop);
    stop();
    // Only then is nobody left who could still write.
    await ended.catch(() => {});
    logged.close();
  }
}

/** A log helps to find a fault. Where the disk refuses more of it, the training goes on. */
function openLog(path: string): { write(text: string): void; close(): void } {
  const file = openSync(path, "a");
  let isRefused = false;
  return {
    write(text) {
      if (isRefused) return;
      try {
        writeAll(file, text);
      } catch {
        isRefused = true;
      }
    },
    close: () => closeSync(file),
  };
}

/** A shell that starts Python ends with 128 and the number of the signal that ended it. */
function signalOf(status: number | null): string | undefined {
  const breakdowns = ["SIGILL", "SIGABRT", "SIGBUS", "SIGFPE", "SIGKILL", "SIGSEGV"] as const;
  return breakdowns.find((name) => status === 128 + constants.signals[name]);
}

/** SIGKILL comes from outside, mostly from a system without memory; some ask to end; the others are a breakdown of the program. */
function reasonOf(signal: string): TrlReason {
  if (signal === "SIGKILL") return "killed";
  return ["SIGTERM", "SIGINT", "SIGHUP"].includes(signal) ? "stopped" : "crashed";
}

interface End {
  readonly code: number | null;
  readonly killedBy: NodeJS.Signals | null;
}

function endOf(child: ChildProcess, command: string): Promise<End> {
  return new Promise((done, fail) => {
    child.on("error", (error: NodeJS.ErrnoException) => {
      fail(trlError("python missing", `${command}: ${error.code === "ENOENT" ? "no such program" : error.message}`));
    });
    child.on("close", (code, killedBy) => done({ code, killedBy }));
  });
}

function eventOf(line: string): PythonEvent | null {
  try {
    const value = JSON.parse(line) as PythonEvent | null;
    return typeof value?.kind === "string" ? value : null;
  } catch {
    return null;
  }
}

/** Launchers start processes in groups of their own; these end with standard input. */
function killGroup(child: ChildProcess): void {
  child.stdin?.destroy();
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, "SIGKILL");
  } catch {
    // It is gone already.
  }
}
