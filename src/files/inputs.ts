/** Files of logs by what a user gives: paths, folders with all that is in them, and patterns such as "runs/*.json". */
import { glob, lstat, readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { CliError } from "../core/errors.ts";
import { quoted } from "../core/wording.ts";
import { unreadable } from "./file.ts";

/** What the names of logs end in; each may be followed by `.gz` or `.zst`. */
export const LOG_ENDINGS = [".jsonl", ".ndjson", ".json", ".traj", ".eval"] as const;

const isLog = (name: string) => LOG_ENDINGS.some((ending) => name.replace(/\.(?:gz|zst)$/, "").endsWith(ending));
const isPattern = (input: string) => /[*?[\]{}]/.test(input);

export interface InputFiles {
  readonly files: readonly string[];
  /** How many files each folder and each pattern stands for. */
  readonly expanded: readonly { readonly input: string; readonly count: number }[];
}

/**
 * The files in the order of `inputs`, those of a folder or pattern by their paths. Folders are gone through with all folders in
 * them, without hidden ones and links to others; of their files those count that are called like logs. A file that several
 * folders or patterns have is taken once. Throws CliError, naming it, for a folder or pattern that has no file.
 */
export async function logFiles(inputs: readonly string[]): Promise<InputFiles> {
  const files: string[] = [];
  const expanded: { input: string; count: number }[] = [];
  const known = new Set<string>();
  for (const input of inputs) {
    const kind = await kindOf(input);
    const found =
      kind === "folder" ? await inFolder(input) : kind === "missing" && isPattern(input) && (await matching(input));
    if (found === false) {
      files.push(input);
      continue;
    }
    const more = found.filter((file) => !known.has(file));
    for (const file of more) known.add(file);
    files.push(...more);
    expanded.push({ input, count: found.length });
  }
  return { files, expanded };
}

/** What cannot be looked at is left to those who read it. */
async function kindOf(path: string): Promise<"folder" | "other" | "missing"> {
  try {
    return (await stat(path)).isDirectory() ? "folder" : "other";
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ENOENT" ? "missing" : "other";
  }
}

async function inFolder(folder: string): Promise<string[]> {
  const files = await filesBelow(folder);
  if (files.length > 0) return files;
  throw new CliError(
    `${folder}: no log in this folder, expected files that end in ${LOG_ENDINGS.join(", ")}, or these with .gz or .zst`,
  );
}

async function filesBelow(folder: string): Promise<string[]> {
  const files: string[] = [];
  try {
    for (const entry of await readdir(folder, { withFileTypes: true })) {
      const path = join(folder, entry.name);
      if (entry.name.startsWith(".")) continue;
      if (entry.isDirectory()) files.push(...(await filesBelow(path)));
      else if (isLog(entry.name) && (entry.isFile() || (entry.isSymbolicLink() && (await kindOf(path)) === "other")))
        files.push(path);
    }
  } catch (error) {
    throw unreadable(folder, "line 1", error);
  }
  return files.sort();
}

async function matching(pattern: string): Promise<string[]> {
  const found = new Set<string>();
  for await (const path of glob(pattern)) {
    const isFolder = (await kindOf(path)) === "folder";
    // As in folders, links to others are not followed: they may lead back.
    if (isFolder && (await lstat(path)).isSymbolicLink()) continue;
    for (const file of isFolder ? await filesBelow(path) : [path]) found.add(file);
  }
  if (found.size > 0) return [...found].sort();
  throw new CliError(`${quoted(pattern)}: no file matches this pattern`);
}
