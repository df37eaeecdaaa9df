/** The command line in processes of their own, several at a time, which a test can end as it likes. */
import { spawn } from "node:child_process";
import { join } from "node:path";
import { ROOT } from "../command.ts";

export interface Ended {
  /** null: a signal ended it. */
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** Both streams, in the order in which they came. */
  readonly output: string;
}

export interface Started {
  readonly ended: Promise<Ended>;
  readonly hasEnded: () => boolean;
  send(signal: NodeJS.Signals): void;
}

/** A command that does not end is a fault of its own. Busy machines are slow. */
const LONGEST_MS = 180_000;

export function start(project: string, args: readonly string[]): Started {
  const command = [join(ROOT, "bin", "gleaner.js"), ...args, "--project", project];
  const child = spawn(process.execPath, command, { cwd: ROOT, stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  let isOver = false;
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (data) => (output += data));
  const ended = new Promise<Ended>((resolve, reject) => {
    const late = setTimeout(() => {
      child.kill("SIGKILL");
      reject(new Error(`gleaner ${args.join(" ")} did not end within ${LONGEST_MS / 1000} s\n${output}`));
    }, LONGEST_MS);
    child.on("exit", () => (isOver = true));
    child.on("close", (code, signal) => {
      clearTimeout(late);
      resolve({ code, signal, output });
    });
  });
  return { ended, hasEnded: () => isOver, send: (signal) => child.kill(signal) };
}

export const run = (project: string, args: readonly string[]): Promise<Ended> => start(project, args).ended;

/** What a user can do nothing with. */
export const hasStack = ({ output }: Ended): boolean => /^\s+at .*[:(]/m.test(output);
