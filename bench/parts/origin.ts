/** Where, when and from what a benchmark's figures were made. No host name and no paths. */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { availableParallelism, cpus, loadavg, totalmem } from "node:os";
import { join } from "node:path";

const ROOT = join(import.meta.dirname, "..", "..");
/** Results of the run before, which change nothing that is measured. */
const RESULTS = ":(exclude)bench/results";

/** The members of a result that are known before a benchmark begins; see `resultSchema`. */
export interface Origin {
  readonly command: string;
  readonly date: string;
  readonly commit: string | null;
  readonly dirty: boolean;
  readonly machine: {
    readonly system: string;
    readonly processor: string;
    readonly cores: number;
    readonly memoryGb: number;
    readonly loadBefore: number;
  };
  readonly versions: Readonly<Record<string, string>>;
}

/** The origin of what runs from now on. `args` are those of `npm run bench --`. */
export function originNow(args: readonly string[]): Origin {
  return {
    command: ["npm run bench --", ...args].join(" "),
    date: new Date().toISOString(),
    ...treeState(),
    machine: {
      system: `${process.platform} ${process.arch}`,
      processor: cpus()[0]?.model.trim() || "unknown",
      cores: availableParallelism(),
      memoryGb: Number((totalmem() / 2 ** 30).toFixed(1)),
      loadBefore: Number(loadavg()[0]!.toFixed(2)),
    },
    versions: { node: process.versions.node },
  };
}

/** Versions of npm packages as installed here. Throws where one is not. */
export function versionsOf(...packages: readonly string[]): Record<string, string> {
  const manifest = (name: string) => readFileSync(join(ROOT, "node_modules", name, "package.json"), "utf8");
  return Object.fromEntries(packages.map((name) => [name, JSON.parse(manifest(name)).version as string]));
}

function treeState(): { readonly commit: string | null; readonly dirty: boolean } {
  // A copy without a repository of its own may lie inside another one.
  if (git("rev-parse", "--show-prefix") !== "") return { commit: null, dirty: true };
  const changes = git("status", "--porcelain", "--", ".", RESULTS);
  return { commit: git("rev-parse", "--verify", "HEAD") ?? null, dirty: changes !== "" };
}

/** What git prints; undefined where it fails or is missing. */
function git(...args: readonly string[]): string | undefined {
  try {
    return execFileSync("git", args, { cwd: ROOT, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).trim();
  } catch {
    return undefined;
  }
}
