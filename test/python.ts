/** Tests that need Python: they skip with a reason where there is none; in CI (CI=true) they fail instead. */
import { execFileSync } from "node:child_process";

/** The `skip` option of such a test: a reason, or false. `modules`: what of the standard library it needs, too. */
export function skipWithoutPython(modules: readonly string[] = []): string | false {
  if (process.env.CI) return false;
  try {
    execFileSync("python3", ["-c", modules.map((name) => `import ${name}`).join("\n")], { stdio: "ignore" });
    return false;
  } catch {
    return ["needs python3", ...modules].join(" with ");
  }
}
