/** What this program calls itself in what it writes: its version and, in a clone, its commit. */
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { packageFolder, version } from "./version.ts";

/** `0.1.0 (1a2b3c4)` in a clone, `0.1.0 (1a2b3c4, changed)` with edits that are not committed, `0.1.0` elsewhere. */
export function programName(): string {
  const commit = commitOf(packageFolder());
  return commit === null ? version() : `${version()} (${commit})`;
}

/** null if the folder is no clone or git is not installed. */
function commitOf(folder: string): string | null {
  if (!existsSync(join(folder, ".git"))) return null;
  try {
    const said = execFileSync(
      "git",
      ["-C", folder, "--no-optional-locks", "describe", "--always", "--exclude=*", "--abbrev=7", "--dirty"],
      { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] },
    );
    return said.trim().replace(/-dirty$/, ", changed") || null;
  } catch {
    return null;
  }
}
