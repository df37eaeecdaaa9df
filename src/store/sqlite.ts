/**
 * The repository on SQLite (Node's own `node:sqlite`): one file, no server, safe against being killed at any moment.
 *
 * Every add is one transaction of its own in a write-ahead log, so what was acknowledged survives the process. It is
 * not a query layer: records go in and come out whole, and everything that counts or compares lives in `analysis/`.
 * What is added never changes; only removing.ts takes anything out. Text is data: it reaches SQL only as a bound parameter.
 */
import { existsSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { syncToDisk } from "../core/disk.ts";
import { StoreError } from "../core/errors.ts";
import type { Repository } from "../core/repository.ts";
import { BUSY_TIMEOUT_MS, sizeOf, walOf } from "./files.ts";
import { guardEach, guarded, isBusy } from "./guard.ts";
import { expectOurs, migrate } from "./migrations.ts";
import { openToRead } from "./reading.ts";
import { type Opener, repositoryOn, type Store } from "./records.ts";

/** Holds what a large transaction changes: SQLite would write a page that does not fit several times. */
const CACHE_KB = 16_384;

/**
 * Opens a store on SQLite: the database at `path`, making it if it is not there; its folder must exist. `:memory:` is kept
 * nowhere. What was added survives a kill of the process. Throws StoreError naming the file if it cannot be opened, is
 * damaged, is of a newer version or of another program.
 */
export const openSqlite = (path: string): Repository => openStore(path);

/** The same with what this room needs of it. */
export function openStore(path: string): Store {
  return guarded(path, () => {
    expectNoLostStore(path);
    const database = new DatabaseSync(path);
    try {
      database.exec(
        `PRAGMA busy_timeout = ${BUSY_TIMEOUT_MS}; PRAGMA foreign_keys = ON; PRAGMA cache_size = -${CACHE_KB}`,
      );
      expectOurs(database, path);
      useWriteAheadLog(database);
      migrate(database);
      return guardEach(path, repositoryOn(database, openerOf(path)));
    } catch (error) {
      database.close();
      throw error;
    }
  });
}

/** SQLite's name for a database in a file of its own making, which has no name any more as soon as it is open. */
const UNNAMED = "";

/**
 * Opens an empty store that nobody else sees and that is gone with the process, also with one that is killed. It lies on the
 * disk, so it takes no more memory than any other: where SQLite keeps its temporary files (`SQLITE_TMPDIR`, `TMPDIR`, or
 * /var/tmp). Throws StoreError where no file can be made there, or later where the disk is full.
 */
export function openTemporary(): Repository {
  const name = "the temporary store (TMPDIR says where it lies)";
  return guarded(name, () => {
    const database = new DatabaseSync(UNNAMED);
    database.exec(`PRAGMA foreign_keys = ON; PRAGMA cache_size = -${CACHE_KB}`);
    migrate(database);
    return guardEach(name, repositoryOn(database, UNSHARED));
  });
}

/**
 * Opens the store at `path` to read it; it must be there, and adding to it throws StoreError. It may lie on a full or a
 * read-only disk, or in a folder without write rights. A store of an older version is brought up to date where that can be
 * done; elsewhere a copy of it is. Throws StoreError as `openSqlite` does, and where no copy can be made that is needed.
 */
export function readSqlite(path: string): Repository {
  return guarded(path, () => {
    if (!existsSync(path)) throw new StoreError(`${path}: there is no such file`);
    expectNoLostStore(path);
    const { database, checked, done } = openToRead(path);
    const repository = repositoryOn(database, UNSHARED);
    const close = () => {
      repository.close();
      done();
    };
    return guardEach(path, { ...repository, close }, checked);
  });
}

/** SQLite takes an empty file for a new database, and deletes the log beside it, which may hold everything. */
function expectNoLostStore(path: string): void {
  if (sizeOf(path) !== 0 || !(sizeOf(walOf(path)) ?? 0)) return;
  throw new StoreError(
    `${path}: the file is empty, but its log ${walOf(path)} is not: put a copy of both back, or move the log away to begin anew`,
  );
}

/** The busy timeout does not cover this switch, which two processes that open a new file at once both want to make. */
function useWriteAheadLog(database: DatabaseSync): void {
  const waitMs = 20;
  for (let waitedMs = 0; ; waitedMs += waitMs) {
    try {
      database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL");
      return;
    } catch (error) {
      if (!isBusy(error) || waitedMs >= BUSY_TIMEOUT_MS) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, waitMs);
    }
  }
}

/** Of a database that nobody else can open, or to which nothing is added. */
const UNSHARED: Opener = { sync() {} };

function openerOf(path: string): Opener {
  return path === ":memory:" ? UNSHARED : { path, sync: () => syncLog(path) };
}

/**
 * With `synchronous = NORMAL` SQLite syncs its log only before it moves it into the database, and the database behind
 * that. So whatever was added is on the disk already, or in the log. (The database itself must not be opened here: closing
 * it again would drop SQLite's locks on it.)
 */
function syncLog(path: string): void {
  if (!existsSync(walOf(path))) return;
  syncToDisk(walOf(path));
  syncToDisk(dirname(path));
}
