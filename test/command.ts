/** The command line as a user runs it: in a process of its own, killed on demand, or in this one. */
import { spawn } from "node:child_process";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { main } from "../src/cli/main.ts";

export const ROOT = join(import.meta.dirname, "..");

/** Runs gleaner in `project`; resolves to its stdout, or to null if it was killed (-9) after `killAfterMs`. */
export function gleaner(project: string, args: readonly string[], killAfterMs?: number): Promise<string | null> {
  const child = spawn(process.execPath, [join(ROOT, "bin", "gleaner.js"), ...args, "--project", project], {
    cwd: ROOT,
  });
  let output = "";
  let errors = "";
  child.stdout.on("data", (data) => (output += data));
  child.stderr.on("data", (data) => (errors += data));
  const timer = killAfterMs === undefined ? undefined : setTimeout(() => child.kill("SIGKILL"), killAfterMs);
  return new Promise((resolve, reject) => {
    child.on("close", (code, signal) => {
      clearTimeout(timer);
      if (signal === "SIGKILL") resolve(null);
      else if (code === 0) resolve(output);
      else reject(new Error(`gleaner ${args.join(" ")} exited with ${code}\n${errors}`));
    });
  });
}

export interface Ended {
  readonly code: number;
  /** What it printed, errors too. */
  readonly output: string;
}

/** Runs gleaner in this process, which is quicker by a start. One at a time. */
export async function gleanerHere(context: TestContext, ...argv: readonly string[]): Promise<Ended> {
  const lines: unknown[] = [];
  const silent = [context.mock.method(process.stderr, "write", () => true)];
  const heard = (line: unknown) => void lines.push(line);
  const printed = [context.mock.method(console, "log", heard), context.mock.method(console, "error", heard)];
  const code = await main([...argv]);
  process.exitCode = undefined;
  for (const { mock } of [...silent, ...printed]) mock.restore();
  return { code, output: lines.join("\n") };
}
