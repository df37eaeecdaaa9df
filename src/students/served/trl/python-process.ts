/**
 * A Python script as a stream of events: one JSON object a line on its standard output. It runs without a shell, in a
 * process group of its own, which is killed as a whole when nobody waits for it any more. Should this process be killed,
 * the script sees the end of its standard input and leaves, too.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { trlError } from "./failures.ts";
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
  readonly signal?: AbortSignal | undefined;
}

export interface PythonEvent {
  readonly kind: string;
}

/** Characters of standard error that are kept: a launcher of several processes says much after the reason. */
const LONGEST_COMPLAINT = 50_000;

/** Ends when the script has ended well; leaving the loop early kills it. Throws TrainerError with a reason (failures.ts). */
export async function* pythonEvents({ command, args, env, signal }: PythonRun): AsyncGenerator<PythonEvent> {
  if (signal?.aborted) throw trlError("stopped", "before it began");
  const child = spawn(command, args, {
    stdio: ["pipe", "pipe", "pipe"],
    env: { ...process.env, ...env },
    detached: true,
  });
  const ended = endingOf(child, command);
  // Someone else awaits it only after the last line; until then its failure is not unhandled.
  ended.catch(() => {});
  // A child that is gone makes writing fail; why it went is said elsewhere.
  child.stdin!.on("error", () => {});
  let complaint = "";
  const complain = (text: string) => {
    complaint = (complaint + text).slice(-LONGEST_COMPLAINT);
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
    const { text, signal: ofOne } = lastWordsOf(complaint);
    if (killedBy) throw trlError(endOf(killedBy), `${command} by ${killedBy}: ${text}`);
    if (ofOne) throw trlError(endOf(ofOne), `one of the processes of ${command} by ${ofOne}: ${text}`);
    if (code !== 0) throw trlError("failed", `${command} ended with status ${code}: ${text}`);
  } finally {
    signal?.removeEventListener("abort", stop);
    stop();
    // Only then is nobody left who could still write.
    await ended.catch(() => {});
  }
}

/** SIGKILL comes from outside, mostly from a system without memory; the others are a program's own breakdown. */
const endOf = (signal: string) => (signal === "SIGKILL" || signal === "SIGTERM" ? "killed" : "crashed");

interface End {
  readonly code: number | null;
  readonly killedBy: NodeJS.Signals | null;
}

function endingOf(child: ChildProcess, command: string): Promise<End> {
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
