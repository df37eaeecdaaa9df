/** What SQLite throws, or damaged content, becomes a StoreError that names the file and says why in one sentence. */
import { accessSync, constants, existsSync, statfsSync } from "node:fs";
import { dirname } from "node:path";
import { diskReason } from "../core/disk.ts";
import { messageOf, StoreError } from "../core/errors.ts";
import type { Repository } from "../core/repository.ts";

const SQLITE_BUSY = 5;
const SQLITE_CODES: Readonly<Record<number, string>> = {
  [SQLITE_BUSY]: "locked by another process",
  8: "cannot be written to",
  11: "the file is damaged",
  13: "the disk is full",
  14: "cannot be opened",
  18: "a record is longer than SQLite stores",
  19: "refers to a run, task or parent that is not stored",
  26: "not a gleaner database, expected one",
};

/** SQLite's primary result code; undefined for any other error. */
export function sqliteCodeOf(error: unknown): number | undefined {
  const { code, errcode } = error as { code?: string; errcode?: number };
  return code === "ERR_SQLITE_ERROR" ? (errcode ?? 0) & 0xff : undefined;
}

/** Not allowed, read-only, an I/O error, the disk is full, cannot be opened: perhaps only since nothing can be written here. */
const CANNOT_WRITE: readonly (number | undefined)[] = [3, 8, 10, 13, 14];

/** Whether SQLite failed in a way in which it fails where nothing can be written. */
export const cannotWrite = (error: unknown): boolean => CANNOT_WRITE.includes(sqliteCodeOf(error));

export const isBusy = (error: unknown): boolean => sqliteCodeOf(error) === SQLITE_BUSY;

/** What a record holds is not what its table should hold. `guarded` says of which file. */
export class DamagedError extends Error {
  override readonly name = "DamagedError";
}

/** Runs `action`; what SQLite or damaged content throws becomes a StoreError naming the file. */
export function guarded<T>(path: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    throw told(path, error);
  }
}

/** The same for what goes on when `action` has returned. */
async function guardedLater<T>(path: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    throw told(path, error);
  }
}

/** `error`, or as a StoreError what SQLite or damaged content threw. */
function told(path: string, error: unknown): unknown {
  const code = sqliteCodeOf(error);
  const isClosed = (error as { code?: string }).code === "ERR_INVALID_STATE";
  const isUnreadable = error instanceof DamagedError;
  if (code === undefined && !isClosed && !isUnreadable) return error;
  const what = isClosed ? "the store is closed" : isUnreadable ? "the file is damaged" : SQLITE_CODES[code!];
  const why = (cannotWrite(error) && whyNot(path)) || messageOf(error);
  return new StoreError(`${path}: ${what ? `${what} (${why})` : why}`, { cause: error });
}

/** Why the file at `path`, or a file beside it, cannot be read or written, as far as the disk says; SQLite says little. */
function whyNot(path: string): string | undefined {
  const folder = dirname(path);
  const needs = [
    [path, constants.R_OK, "cannot be read"],
    [path, constants.W_OK, "cannot be written"],
    [folder, constants.W_OK, `nothing can be written in ${folder}`],
  ] as const;
  for (const [file, mode, what] of needs) {
    try {
      if (existsSync(file)) accessSync(file, mode);
    } catch (error) {
      return `${what}: ${diskReason(error) ?? messageOf(error)}`;
    }
  }
  if (!existsSync(folder)) return `there is no folder ${folder}`;
  return statfsSync(folder).bavail === 0 ? "the disk is full" : undefined;
}

/** `repository`, guarded. `checked` is called after each read, before anybody hears what was read. */
export function guardEach<R extends Repository>(path: string, repository: R, checked: () => void = () => {}): R {
  const guard =
    <A extends unknown[], R>(method: (...args: A) => R) =>
    (...args: A): R =>
      guarded(path, () => {
        const result = method(...args);
        checked();
        return result;
      });
  const guardedEntries = Object.entries(repository).map(([name, method]) => [name, guard(method)]);
  return {
    ...(Object.fromEntries(guardedEntries) as unknown as R),
    close: () => guarded(path, repository.close),
    examplesOf(id) {
      const examples = guard(repository.examplesOf)(id);
      return examples && guardPieces(path, examples, checked);
    },
    addingEpisodes(run) {
      const { add, end } = guard(repository.addingEpisodes)(run);
      return { add: guard(add), end: () => guardedLater(path, end) };
    },
    dump: () => guardPieces(path, repository.dump(), checked),
  };
}

/** `pieces`, which are read as they are asked for, guarded one by one. */
function* guardPieces<T>(path: string, pieces: Iterable<T>, checked: () => void): Generator<T> {
  const iterator = pieces[Symbol.iterator]();
  try {
    for (;;) {
      const next = guarded(path, () => iterator.next());
      checked();
      if (next.done) return;
      yield next.value;
    }
  } finally {
    iterator.return?.();
  }
}
