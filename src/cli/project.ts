/** The project folder, which holds everything that is collected. */
import { existsSync, readdirSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Command } from "commander";
import { type CommandLine, commandLine } from "../core/command-line.ts";
import { diskReason, makeFolder } from "../core/disk.ts";
import { CliError, messageOf, StoreError } from "../core/errors.ts";
import type { Repository } from "../core/repository.ts";
import { openSqlite, readSqlite } from "../store/sqlite.ts";
import { printable } from "./terminal.ts";

/** One folder holds everything collected: `store.sqlite`, `checkpoints/`, `reports/`. */
export interface Project {
  readonly folder: string;
  readonly repository: Repository;
  /** Commands on this project, for hints. */
  readonly command: CommandLine;
  close(): void;
}

/** The project where `--project` names none. */
export const DEFAULT_PROJECT = ".gleaner";

/** Commands on the project that `--project` named, for hints: each on one line. */
export function commandsOn({ project }: { readonly project: string }): CommandLine {
  const command = commandLine({ "--project": project === DEFAULT_PROJECT ? undefined : project });
  return (...words) => printable(command(...words));
}

/** Adds `--project DIR`. */
export function projectOption(command: Command): Command {
  return command.option("--project <dir>", "folder that holds the store, checkpoints and reports", DEFAULT_PROJECT);
}

/** Opens (and makes, if needed) the project folder, for a command that adds to it. */
export function openProject(options: { readonly project: string }): Project {
  const { folder, store } = placesOf(options);
  try {
    makeFolder(folder);
  } catch (error) {
    const { code = "", path = folder } = error as NodeJS.ErrnoException;
    const where = `--project ${options.project}: expected a folder, or where one can be made`;
    if (code === "ENOTDIR") throw new CliError(`${where} (${path} is a file)`, { cause: error });
    throw new StoreError(`${where} (${diskReason(error) ?? messageOf(error)})`, { cause: error });
  }
  expectNoLostStore(folder, store);
  return opened(options, folder, openSqlite(store));
}

/** Opens the project folder for a command that only reads: it must be there, and need not be writable. Throws CliError. */
export function readProject(options: { readonly project: string }): Project {
  const { folder, store } = placesOf(options);
  if (statSync(folder, { throwIfNoEntry: false })?.isFile())
    throw new CliError(`--project ${options.project}: expected a folder, found a file`);
  expectNoLostStore(folder, store);
  if (sizeOf(store) === 0) {
    const [demo, importing, running] = ["demo", "import", "run"].map((name) => commandsOn(options)(name));
    throw new CliError(
      `--project ${options.project}: there is no project in ${folder}; give the folder of one, or begin one with ` +
        `\`${demo}\`, \`${importing}\` or \`${running}\``,
    );
  }
  return opened(options, folder, readSqlite(store));
}

function placesOf({ project }: { readonly project: string }) {
  const folder = resolve(project);
  return { folder, store: join(folder, "store.sqlite") };
}

const opened = (options: { readonly project: string }, folder: string, repository: Repository): Project => ({
  folder,
  repository,
  command: commandsOn(options),
  close: () => repository.close(),
});

/** Checkpoints are made only beside a store that knows what they are: without it they look like those of a new project. */
function expectNoLostStore(folder: string, store: string): void {
  if (sizeOf(store) > 0) return;
  const checkpoints = join(folder, "checkpoints");
  const count = existsSync(checkpoints) ? readdirSync(checkpoints).filter(isMade).length : 0;
  if (count === 0) return;
  const what = existsSync(store) ? "is empty" : "is gone";
  const made = count === 1 ? "one checkpoint" : `${count} checkpoints`;
  throw new StoreError(
    `${store} ${what}, but ${checkpoints} holds ${made}: put a copy of the store back, or move ${checkpoints} away to begin anew`,
  );
}

/** Names that begin with a dot are of folders that are not made yet. */
const isMade = (name: string) => !name.startsWith(".");

/** Bytes; 0 where there is no such file. Throws CliError where that cannot be told. */
function sizeOf(store: string): number {
  try {
    return statSync(store, { throwIfNoEntry: false })?.size ?? 0;
  } catch (error) {
    throw new CliError(`--project: ${store} cannot be looked at (${messageOf(error)})`);
  }
}
