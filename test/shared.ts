/**
 * Where the tests find the benchmark data that is never committed: `../shared`, or GLEANER_SHARED. Tests that need it
 * skip with a reason where it is absent; in CI (CI=true) they fail instead.
 */
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, renameSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { gunzipSync } from "node:zlib";

const root = resolve(process.env.GLEANER_SHARED ?? join(import.meta.dirname, "..", "..", "shared"));

/** The path of a file or folder of the shared data. */
export const shared = (path: string): string => join(root, path);

/** The `skip` option of a test that needs `path`: a reason, or false. */
export function skipWithout(path: string): string | false {
  if (existsSync(shared(path)) || process.env.CI) return false;
  return `needs ${path} under GLEANER_SHARED (default ../shared)`;
}

/** The lines of a `.jsonl.gz` file, parsed. */
export function readJsonLines<T>(path: string): T[] {
  const text = gunzipSync(readFileSync(shared(path))).toString("utf8");
  return text
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line) as T);
}

/** The unpacked ALFWorld games (the folder that holds `train`, `valid_seen` …), unpacked once per machine. */
export function alfworldGames(): string {
  const target = join(tmpdir(), "gleaner-alfworld-2.1.1");
  if (!existsSync(target)) {
    const unpacking = mkdtempSync(join(tmpdir(), "gleaner-unpack-"));
    execFileSync("tar", ["xJf", shared("alfworld/json_2.1.1.tar.xz"), "-C", unpacking]);
    try {
      renameSync(join(unpacking, "json_2.1.1"), target);
    } catch (error) {
      // Test files run in parallel: whoever is first wins, the others find a whole folder.
      if (!existsSync(target)) throw error;
    }
    rmSync(unpacking, { recursive: true });
  }
  return target;
}
