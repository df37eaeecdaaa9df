/**
 * Finds text in what trajectories say. An index beside the store (search-index.ts) is made when somebody searches first, in a
 * thread of its own, and brought up to date whenever the store has changed. Until it is done a search finds what is indexed, and
 * says how much that is. Where nothing can be written beside the store, some trajectories are read instead, and the answer says so.
 */
import { existsSync, statSync } from "node:fs";
import type { DatabaseSync } from "node:sqlite";
import { Worker } from "node:worker_threads";
import type { TrajectoryId } from "../core/ids.ts";
import type { Repository } from "../core/repository.ts";
import { isDamaged, openIndex, PARTS, removeIndex, type SearchedPart, searchIndexOf } from "./search-index.ts";

export interface Found {
  readonly trajectory: TrajectoryId;
  readonly step: number;
  readonly part: SearchedPart;
  /** The whole of it. */
  readonly text: string;
  /** Where it was found in the text, [from, to). */
  readonly from: number;
  readonly to: number;
}

export interface Findings {
  readonly found: readonly Found[];
  /** There is more than this. */
  readonly more: boolean;
  /** What was not searched, in words; null: everything was. */
  readonly remark: string | null;
}

export interface Searching {
  /** At most `limit` places in the trajectories of `run` that say the words of `query`, one after the other. */
  find(run: string, query: string, limit: number): Findings;
  close(): void;
}

/** Places that are looked at for one answer: most of them may be of other runs. */
const MOST_PLACES = 3000;
/** Trajectories that are read where there is no index. */
const MOST_READ = 300;

/** `store`: the file of `repository`. */
export function openSearching(store: string, repository: Repository): Searching {
  let index: OpenIndex | undefined;
  let worker: Worker | undefined;
  let indexedAt: number | undefined;
  const update = () => {
    const changes = repository.changes();
    if (worker || indexedAt === changes) return;
    worker = startIndexing(store, (isDone) => {
      worker = undefined;
      if (isDone) indexedAt = changes;
    });
  };
  const leave = () => {
    index?.database.close();
    index = undefined;
    indexedAt = undefined;
  };
  const lookUp = (asked: Asked): Findings | null => {
    // The file was deleted: what is open is not brought up to date any more.
    if (index && index.file !== fileNow(store)) leave();
    index ??= opened(store);
    if (!index) return null;
    update();
    const { database } = index;
    const remark = indexedAt === repository.changes() ? null : coverage(database);
    return { ...lookedUp(database, repository, asked), remark };
  };
  return {
    find(run, query, limit) {
      const words = wordsIn(query);
      if (words.length === 0) return { found: [], more: false, remark: "type a word or the beginning of one" };
      const asked = { run, words, limit };
      try {
        return lookUp(asked) ?? scanned(repository, asked);
      } catch (error) {
        if (!isDamaged(error)) throw error;
        leave();
        removeIndex(store);
        return lookUp(asked) ?? scanned(repository, asked);
      }
    },
    close() {
      void worker?.terminate();
      index?.database.close();
    },
  };
}

interface OpenIndex {
  readonly database: DatabaseSync;
  /** Which file it is, as the disk counts. */
  readonly file: number | undefined;
}

const fileNow = (store: string): number | undefined => statSync(searchIndexOf(store), { throwIfNoEntry: false })?.ino;

/** undefined where nothing can be written beside the store. */
function opened(store: string): OpenIndex | undefined {
  try {
    return existsSync(store) ? { database: openIndex(store), file: fileNow(store) } : undefined;
  } catch {
    return undefined;
  }
}

function startIndexing(store: string, ended: (isDone: boolean) => void): Worker {
  const file = import.meta.url.endsWith(".ts") ? "./search-worker.ts" : "./search-worker.js";
  const worker = new Worker(new URL(file, import.meta.url), { workerData: store });
  worker.unref();
  // What broke (a full disk, another viewer's lock) is tried again with the next search.
  worker.on("error", () => {});
  worker.on("exit", (code) => ended(code === 0));
  return worker;
}

function coverage(index: DatabaseSync): string | null {
  const count = (table: string) => Number(index.prepare(`SELECT count(*) AS count FROM ${table}`).get()!.count);
  const [done, all] = [count("main.trajectories"), count("store.trajectories")];
  if (all === 0 || done >= all) return null;
  return `${Math.floor((100 * done) / all)} % of the project is indexed; the rest is not searched yet`;
}

interface Asked {
  readonly run: string;
  readonly words: readonly string[];
  readonly limit: number;
}

function lookedUp(index: DatabaseSync, repository: Repository, { run, words, limit }: Asked) {
  const places = index
    .prepare(`
      SELECT trajectories.id, step, part FROM words
      JOIN places ON places.text = words.rowid JOIN main.trajectories ON number = places.trajectory
      WHERE words MATCH ?`)
    .iterate(matching(words));
  const isOf = index.prepare(`
    SELECT 1 FROM store.trajectories WHERE id = ?1 AND run = ?2
    UNION ALL SELECT 1 FROM store.reuses WHERE run = ?2 AND trajectory = ?1 LIMIT 1`);
  const kept = new Map<string, boolean>();
  const isHere = (id: string) => {
    if (!kept.has(id)) kept.set(id, isOf.get(id, run) !== undefined);
    return kept.get(id)!;
  };
  const found: Found[] = [];
  let looked = 0;
  for (const { id, step, part } of places as Iterable<{ id: string; step: number; part: number }>) {
    if (found.length > limit || ++looked > MOST_PLACES) break;
    if (!isHere(id)) continue;
    const hit = hitAt(repository, words, { id: id as TrajectoryId, step, part: PARTS[part]! });
    if (hit) found.push(hit);
  }
  return { found: found.slice(0, limit), more: found.length > limit || looked > MOST_PLACES };
}

/** Words of letters and digits, as the index has them. */
const wordsIn = (query: string): string[] => query.match(/[\p{L}\p{N}\p{Co}]+/gu) ?? [];

/** One behind the other, and the last may go on. A word is between quotes, so nothing in it is an operator. */
const matching = (words: readonly string[]): string => `"${words.join(" ")}" *`;

/** The same, in a text. */
function patternOf(words: readonly string[]): RegExp {
  return new RegExp(`(?<![\\p{L}\\p{N}])${words.join("[^\\p{L}\\p{N}\\p{Co}]+")}`, "iu");
}

/** What the store has there now; undefined where that is gone, or is another text. */
function hitAt(
  repository: Repository,
  words: readonly string[],
  { id, step, part }: { readonly id: TrajectoryId; readonly step: number; readonly part: SearchedPart },
): Found | undefined {
  const before = repository.summary(id)?.fork?.step ?? 0;
  const text = repository.ownSteps(id)?.[step - before]?.[part];
  const match = text === undefined ? null : patternOf(words).exec(text);
  if (text === undefined || !match) return undefined;
  return { trajectory: id, step, part, text, from: match.index, to: match.index + match[0].length };
}

function scanned(repository: Repository, { run, words, limit }: Asked): Findings {
  const ids = repository.trajectoriesOf(run);
  const pattern = patternOf(words);
  const found: Found[] = [];
  for (const id of ids.slice(0, MOST_READ)) {
    const before = repository.summary(id)?.fork?.step ?? 0;
    for (const [own, step] of (repository.ownSteps(id) ?? []).entries()) {
      for (const part of PARTS) {
        const match = pattern.exec(step[part]);
        if (!match) continue;
        const [from, to] = [match.index, match.index + match[0].length];
        found.push({ trajectory: id, step: before + own, part, text: step[part], from, to });
      }
    }
    if (found.length > limit) break;
  }
  const left = ids.length > MOST_READ ? `; of ${ids.length} trajectories the first ${MOST_READ} were searched` : "";
  const remark = `nothing can be written beside the store, so there is no index${left}`;
  return { found: found.slice(0, limit), more: found.length > limit, remark };
}
