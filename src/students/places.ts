/**
 * Where the parts of a run's student are on this machine: folders, addresses, the program that serves it. The stored config
 * leaves them out, since they decide no result. They are kept in the project folder, so that later commands find them.
 */
import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { writeWholeInFolder } from "../core/disk.ts";
import { type AnyStudentConfig, kindOf } from "./kinds.ts";

type Fields = Readonly<Record<string, unknown>>;

const fileOf = (folder: string, run: string) => join(folder, "students", `${run}.json`);

/**
 * Keeps the student of `config`, which is being run; keys are no part of it. `folder`: the project's. Throws StoreError where
 * the disk refuses.
 */
export function keepStudent(folder: string, config: AnyStudentConfig): void {
  const { run, student } = config;
  const { folders } = kindOf(config);
  const file = fileOf(folder, run);
  const resolved = Object.entries(student).map(([key, value]) => {
    return [key, folders.includes(key) ? resolve(String(value)) : value] as const;
  });
  writeWholeInFolder(file, `${JSON.stringify(Object.fromEntries(resolved), null, 2)}\n`);
}

/**
 * The student of a stored run, with what was kept of it. Of a run that was made elsewhere only the checkpoint can be found,
 * among those of the project.
 */
export function studentOfRun(folder: string, run: string, stored: Fields): Fields {
  const file = fileOf(folder, run);
  if (existsSync(file)) return { ...stored, ...(JSON.parse(readFileSync(file, "utf8")) as Fields) };
  const checkpoint = join(folder, "checkpoints", String(stored.checkpoint));
  return stored.checkpoint !== undefined && existsSync(checkpoint) ? { ...stored, checkpoint } : stored;
}
