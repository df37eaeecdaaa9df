/** The project folder, which holds everything that is collected. */
import { mkdirSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Command } from "commander";
import { CliError, messageOf } from "../core/errors.ts";
import type { Repository } from "../core/repository.ts";
import { openSqlite } from "../store/sqlite.ts";

/** One folder holds everything collected: `store.sqlite`, `checkpoints/`, `reports/`. */
export interface Project {
  readonly folder: string;
  readonly repository: Repository;
  close(): void;
}

/** Adds `--project DIR`. */
export function projectOption(command: Command): Command {
  return command.option("--project <dir>", "folder that holds the store, checkpoints and reports", ".gleaner");
}

/** Opens (and makes, if needed) the project folder. */
export function openProject(options: { readonly project: string }): Project {
  const folder = resolve(options.project);
  try {
    mkdirSync(folder, { recursive: true });
  } catch (error) {
    throw new CliError(
      `--project ${options.project}: expected a folder, or where one can be made (${messageOf(error)})`,
    );
  }
  const repository = openSqlite(join(folder, "store.sqlite"));
  return { folder, repository, close: () => repository.close() };
}
