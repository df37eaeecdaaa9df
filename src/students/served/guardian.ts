/**
 * Runs a command and ends it, with everything it started, as soon as nobody holds this process's standard input any
 * more: a model server must not outlive the run that started it, not even when that is killed.
 *
 *   node guardian.ts COMMAND [ARGUMENT…]
 */
import { spawn } from "node:child_process";

const [command, ...args] = process.argv.slice(2);
const child = spawn(command!, args, { stdio: ["ignore", "inherit", "inherit"], detached: true });
child.on("error", (error) => {
  // Into a pipe: launch.ts reads it.
  console.error(error.message);
  process.exit(127);
});
child.on("exit", (code, signal) => process.exit(code ?? (signal ? 1 : 0)));
process.stdin.on("close", end).resume();
for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const) process.on(signal, end);

function end(): void {
  try {
    process.kill(-child.pid!, "SIGKILL");
  } catch {
    // It is gone already.
  }
  process.exit(1);
}
