/**
 * An index of what trajectories say, in a database of its own beside the store (`viewer-search.sqlite`). It is derived: whoever
 * deletes it loses nothing. A text that occurs often (a world repeats itself) is indexed once.
 *
 *   trajectories   those that are indexed, with the length of their record: another length is another record
 *   known          which text has which hash
 *   words          the words of each text (FTS5), without the text
 *   places         where a text occurs
 *
 * A search reads the text itself from the store, so an index that is behind the store never tells what is not there.
 */
import { createHash } from "node:crypto";
import { rmSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { pathToFileURL } from "node:url";
import type { Step } from "../core/trajectory.ts";
import { sqliteCodeOf } from "./guard.ts";
import { transaction } from "./transaction.ts";

export const searchIndexOf = (store: string): string => store.replace(/[^/\\]*$/, "viewer-search.sqlite");

/** Another one is made anew. */
const VERSION = 1;
/** "gsrc": marks a file as ours. */
const APPLICATION_ID = 0x67737263;
const BUSY_TIMEOUT_MS = 5000;

const TABLES = `
  CREATE TABLE trajectories (number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, length INTEGER NOT NULL);
  CREATE TABLE known (hash BLOB NOT NULL PRIMARY KEY, text INTEGER NOT NULL) WITHOUT ROWID;
  CREATE VIRTUAL TABLE words USING fts5(text, content='', columnsize=0, tokenize='unicode61 remove_diacritics 0', prefix='2 3');
  CREATE TABLE places (
    text INTEGER NOT NULL,
    trajectory INTEGER NOT NULL,
    step INTEGER NOT NULL,
    part INTEGER NOT NULL,
    PRIMARY KEY (text, trajectory, step, part)
  ) WITHOUT ROWID;
`;

export const PARTS = ["observation", "thought", "action"] as const;
export type SearchedPart = (typeof PARTS)[number];

/** Opens the index beside `store`, and makes it where it is missing, damaged or of another version. Throws what SQLite throws. */
export function openIndex(store: string): DatabaseSync {
  const path = searchIndexOf(store);
  try {
    return prepared(path, store);
  } catch (error) {
    if (!isDamaged(error) && !(error instanceof OldIndexError)) throw error;
    removeIndex(store);
    return prepared(path, store);
  }
}

/** Whether `error` says that a file is damaged (11) or no database (26). */
export const isDamaged = (error: unknown): boolean => [11, 26].includes(sqliteCodeOf(error) ?? 0);

/** It holds nothing that cannot be made again. */
export function removeIndex(store: string): void {
  for (const end of ["", "-wal", "-shm"]) rmSync(searchIndexOf(store) + end, { force: true });
}

class OldIndexError extends Error {
  override readonly name = "OldIndexError";
}

function prepared(path: string, store: string): DatabaseSync {
  const database = new DatabaseSync(path);
  try {
    database.exec(`PRAGMA busy_timeout = ${BUSY_TIMEOUT_MS}; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL`);
    transaction(database, () => {
      const version = Number(database.prepare("PRAGMA user_version").get()!.user_version);
      if (version !== 0 && version !== VERSION) throw new OldIndexError();
      if (version === 0)
        database.exec(`${TABLES} PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${VERSION}`);
    });
    database.prepare("ATTACH ? AS store").run(readOnly(store));
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

/** As an address of SQLite's, which may say that nothing is written. */
const readOnly = (path: string) => `${pathToFileURL(path).href}?mode=ro`;

/** What has to be done, in pieces: `next` indexes up to `most` trajectories and returns whether there are more. */
export function indexing(database: DatabaseSync): { next(most: number): boolean } {
  const select = database.prepare(`
    SELECT stored.id, octet_length(stored.body) AS length FROM store.trajectories AS stored WHERE stored.id > ?
    ORDER BY stored.id LIMIT ?`);
  const selectKnown = database.prepare("SELECT number, length FROM trajectories WHERE id = ?");
  const selectBody = database.prepare("SELECT body FROM store.trajectories WHERE id = ?");
  const insert = database.prepare("INSERT INTO trajectories (id, length) VALUES (?, ?)");
  const insertText = database.prepare("INSERT INTO words (rowid, text) VALUES (?, ?)");
  const insertKnown = database.prepare("INSERT INTO known (hash, text) VALUES (?, ?)");
  const selectText = database.prepare("SELECT text FROM known WHERE hash = ?");
  const last = database.prepare("SELECT max(text) AS last FROM places");
  const place = database.prepare("INSERT OR IGNORE INTO places (text, trajectory, step, part) VALUES (?, ?, ?, ?)");
  const forget = {
    places: database.prepare("DELETE FROM places WHERE trajectory = ?"),
    trajectory: database.prepare("DELETE FROM trajectories WHERE number = ?"),
  };

  function add(id: string, length: number, nextText: { value: number }): void {
    const steps = stepsIn(String(selectBody.get(id)?.body ?? ""));
    const number = Number(insert.run(id, length).lastInsertRowid);
    for (const [own, step] of steps.list.entries()) {
      for (const [part, name] of PARTS.entries()) {
        const text = step[name];
        if (typeof text !== "string" || text === "") continue;
        const hash = createHash("sha256").update(text).digest().subarray(0, 16);
        let known = selectText.get(hash)?.text as number | undefined;
        if (known === undefined) {
          known = nextText.value++;
          insertText.run(known, text);
          insertKnown.run(hash, known);
        }
        place.run(known, number, steps.from + own, part);
      }
    }
  }

  let after = "";
  return {
    next(most) {
      let isLast = true;
      transaction(database, () => {
        const rows = select.all(after, most) as unknown as { readonly id: string; readonly length: number }[];
        isLast = rows.length < most;
        after = rows.at(-1)?.id ?? after;
        const nextText = { value: Number(last.get()!.last ?? 0) + 1 };
        for (const { id, length } of rows) {
          const known = selectKnown.get(id) as { readonly number: number; readonly length: number } | undefined;
          if (known?.length === length) continue;
          if (known) {
            forget.places.run(known.number);
            forget.trajectory.run(known.number);
          }
          add(id, length, nextText);
        }
      });
      return !isLast;
    },
  };
}

/** The own steps of a body, and the index of the first. What cannot be read is left out: whoever opens it is told. */
function stepsIn(body: string): { readonly from: number; readonly list: readonly Partial<Step>[] } {
  try {
    const { steps, fork } = JSON.parse(body) as {
      readonly steps?: Step[];
      readonly fork?: { readonly step: number } | null;
    };
    return { from: fork?.step ?? 0, list: Array.isArray(steps) ? steps : [] };
  } catch {
    return { from: 0, list: [] };
  }
}
