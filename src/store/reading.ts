/**
 * Opening a store to read it, also where nothing can be written. SQLite reads a database with a write-ahead log through
 * an index in a file beside it (`-shm`). Where that file can neither be made nor be read, one of two things is done:
 *
 * - The log is empty, so nobody is writing: the database is read as it is, without locks (`immutable`). Whoever begins
 *   to write meanwhile writes to the log first, and changes the database file later. So everything that was read before
 *   the file changes is right; after each read it is looked whether it has changed, and if so, reading ends with an error.
 * - The log holds something (its writer was killed), or the store is of an older version: both files are copied to a
 *   temporary folder, and the copy is read. It is taken again if a file changed on the way.
 */
import { constants, copyFileSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { pathToFileURL } from "node:url";
import { diskReason } from "../core/disk.ts";
import { StoreError } from "../core/errors.ts";
import { BUSY_TIMEOUT_MS, sizeOf, walOf } from "./files.ts";
import { cannotWrite } from "./guard.ts";
import { expectOurs, isOld, migrate } from "./migrations.ts";

/** A database that is open for reading. */
export interface Opened {
  readonly database: DatabaseSync;
  /** Throws StoreError if what was read may be wrong. */
  readonly checked: () => void;
  /** Removes what was made to read it; called after `database` is closed. */
  readonly done: () => void;
}

/** Opens the database at `path`, which is there. */
export function openToRead(path: string): Opened {
  try {
    return inPlace(path, path);
  } catch (error) {
    if (!cannotWrite(error)) throw error;
  }
  return asItIs(path) ?? copied(path);
}

/** With SQLite's locks and index. Adding is refused; SQLite itself may tidy up its log behind a writer that was killed. */
function inPlace(file: string, path: string): Opened {
  const database = new DatabaseSync(withParameters(file, "mode=rw"));
  return prepared(database, () => {
    database.exec(`PRAGMA busy_timeout = ${BUSY_TIMEOUT_MS}`);
    expectOurs(database, path);
    migrate(database);
    database.exec("PRAGMA query_only = ON");
    return { database, checked: () => {}, done: () => {} };
  });
}

/** Without locks; undefined where that would not be safe, or would not suffice. */
function asItIs(path: string): Opened | undefined {
  const before = stateOf(path);
  if ((sizeOf(walOf(path)) ?? 0) > 0) return undefined;
  const database = new DatabaseSync(withParameters(path, "immutable=1"), { readOnly: true });
  return prepared(database, () => {
    expectOurs(database, path);
    if (isOld(database)) {
      database.close();
      return undefined;
    }
    const checked = () => {
      if (stateOf(path) === before) return;
      throw new StoreError(`${path}: another process wrote to it while it was read; run the command again`);
    };
    return { database, checked, done: () => {} };
  });
}

const ATTEMPTS = 3;

function copied(path: string): Opened {
  const files = [path, walOf(path)].filter((file) => sizeOf(file) !== undefined);
  const folder = newFolder(path);
  const done = () => rmSync(folder, { recursive: true, force: true });
  process.once("exit", done);
  try {
    const copy = join(folder, "store.sqlite");
    for (let attempt = 1; ; attempt++) {
      const before = files.map(stateOf).join();
      for (const file of files) copyFileSync(file, file === path ? copy : walOf(copy), constants.COPYFILE_FICLONE);
      if (files.map(stateOf).join() === before) break;
      if (attempt === ATTEMPTS) throw new StoreError(`${path}: another process is writing to it; try again later`);
    }
    const opened = inPlace(copy, path);
    return {
      ...opened,
      done: () => {
        process.off("exit", done);
        done();
      },
    };
  } catch (error) {
    process.off("exit", done);
    done();
    throw noCopy(error, path);
  }
}

function newFolder(path: string): string {
  try {
    return mkdtempSync(join(tmpdir(), "gleaner-store-"));
  } catch (error) {
    throw noCopy(error, path);
  }
}

/** `error`, or why the copy that is needed cannot be made. */
function noCopy(error: unknown, path: string): unknown {
  const reason = diskReason(error) ?? (cannotWrite(error) ? "it cannot be written to" : undefined);
  if (reason === undefined) return error;
  return new StoreError(
    `${path}: nothing can be written beside it, so a copy is needed to read it, and none can be made in ${tmpdir()}: ${reason}; set TMPDIR to a folder with room`,
    { cause: error },
  );
}

/** Changes whenever the file does. */
function stateOf(path: string): string {
  const { ino, size, mtimeNs } = statSync(path, { bigint: true });
  return `${ino} ${size} ${mtimeNs}`;
}

function withParameters(path: string, parameters: string): URL {
  const url = pathToFileURL(path);
  url.search = parameters;
  return url;
}

/** The result of `prepare`, which closes nothing; `database` is closed where it throws. */
function prepared<T>(database: DatabaseSync, prepare: () => T): T {
  try {
    return prepare();
  } catch (error) {
    database.close();
    throw error;
  }
}
