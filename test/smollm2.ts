/** SmolLM2-135M for tests: GLEANER_SMOLLM2, or the folder in the user's cache, fetched on first use. */
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { cacheFolder } from "../src/installs/cache-folder.ts";
import { ROOT } from "./command.ts";

/** Its checkpoint folder (0.5 GB). Do not write into it. */
export function smollm2(): string {
  const folder = process.env.GLEANER_SMOLLM2 ?? join(cacheFolder(), "smollm2-135m");
  if (!existsSync(folder)) {
    const command = [join(ROOT, "bin", "gleaner.js"), "model", "fetch", "smollm2-135m", "--out", folder];
    execFileSync(process.execPath, command, { stdio: ["ignore", "ignore", "inherit"] });
  }
  return folder;
}
