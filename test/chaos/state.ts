/** What a project holds: all that must be the same in the end, and how far it has come. */
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join, sep } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { openSqlite } from "../../src/store/sqlite.ts";

/** The dump, and a hash of each file below the folders that are part of the result. */
export type State = Readonly<Record<string, string>>;

export const storeOf = (project: string) => join(project, "store.sqlite");

const hash = (bytes: string | Buffer) => createHash("sha256").update(bytes).digest("hex");

/** Throws StoreError for a store that is damaged. */
export function stateOf(project: string, folders: readonly string[]): State {
  const repository = openSqlite(storeOf(project));
  try {
    const dump = [...repository.dump()].join("");
    const files = folders.flatMap((folder) => filesOf(project, folder));
    return { dump: hash(dump), ...Object.fromEntries(files) };
  } finally {
    repository.close();
  }
}

/** Every file below `folder` by its path, as a hash; none where there is no such folder. */
export function filesOf(project: string, folder: string): [string, string][] {
  const root = join(project, folder);
  if (!existsSync(root)) return [];
  const found = readdirSync(root, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = found.map((entry) => join(entry.parentPath, entry.name)).sort();
  return paths.map((path) => [
    path
      .slice(project.length + 1)
      .split(sep)
      .join("/"),
    hash(readFileSync(path)),
  ]);
}

/** Bytes of everything below `folder`. */
export function sizeOf(folder: string): number {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  return entries.reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0);
}

const GROWING = ["trajectories", "verifications", "metrics", "rounds", "checkpoints"];

/** Rows of the store, however it was left. */
export function rowsOf(project: string): number {
  if (!existsSync(storeOf(project))) return 0;
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(storeOf(project), { readOnly: true });
    const counts = GROWING.map((table) => database!.prepare(`SELECT count(*) AS n FROM ${table}`).get()!.n as number);
    return counts.reduce((sum, count) => sum + count, 0);
  } catch {
    // Killed before its tables were made.
    return 0;
  } finally {
    database?.close();
  }
}
