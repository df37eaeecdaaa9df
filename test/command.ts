/** The command line as a user runs it, in a process of its own, killed on demand. */
import { spawn } from "node:child_process";
import { join } from "node:path";

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
