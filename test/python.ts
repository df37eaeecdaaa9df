/** Tests that need any Python: they skip with a reason where there is none; in CI (CI=true) they fail instead. */
import { execFileSync } from "node:child_process";

/** The `skip` option of such a test: a reason, or false. */
export function skipWithoutPython(): string | false {
  if (process.env.CI) return false;
  try {
    execFileSync("python3", ["--version"], { stdio: "ignore" });
    return false;
  } catch {
    return "needs python3";
  }
}
