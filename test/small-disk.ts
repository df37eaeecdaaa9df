/** A small file system of its own for a test: it can be filled, and made read-only. Needs the right to mount. */
import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, rmSync, statfsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { temporaryFolder } from "./temporary.ts";

export interface SmallDisk {
  readonly folder: string;
  /** Writes a file until at most `left` bytes are free. */
  fill(left?: number): void;
  /** Removes that file. */
  free(): void;
  remount(options: string): void;
}

/** Undefined where this process may not mount; then the test is skipped, and says so. It is gone when the test ends. */
export function smallDisk(context: TestContext, megabytes: number): SmallDisk | undefined {
  const folder = join(temporaryFolder(), "disk");
  mkdirSync(folder);
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", `size=${megabytes}m`, "tmpfs", folder], { stdio: "pipe" });
  } catch (error) {
    context.skip(`no small file system can be mounted here: ${(error as Error).message.split("\n")[0]}`);
    return undefined;
  }
  const unmount = () => {
    try {
      execFileSync("umount", ["--lazy", folder], { stdio: "pipe" });
    } catch {
      // It is gone already.
    }
  };
  context.after(unmount);
  // Before the folder is removed, which would otherwise empty the file system first.
  process.prependOnceListener("exit", unmount);
  const filler = (name: string) => join(folder, `filler-${name}`);
  return {
    folder,
    fill(left = 0) {
      const { bavail, bsize } = statfsSync(folder);
      const bytes = bavail * bsize - left;
      if (bytes > 0) writeFileSync(filler(String(readdirSync(folder).length)), Buffer.alloc(bytes));
    },
    free() {
      for (const name of readdirSync(folder)) {
        if (name.startsWith("filler-")) rmSync(join(folder, name));
      }
    },
    remount: (options) => void execFileSync("mount", ["-o", `remount,${options}`, folder], { stdio: "pipe" }),
  };
}
