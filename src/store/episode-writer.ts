/**
 * Adds many episodes, in parcels of one transaction each: a transaction costs more than a small episode does, and ids are spread
 * all over an index, of which a transaction writes each page that it touches once. Of a long import they are
 * written in a thread of its own, while this one makes the next. A kill takes those that are on their way.
 */
import type { Episode, EpisodeWriter } from "../core/repository.ts";
import type { Run } from "../core/run.ts";
import type { EpisodeRows, Parcel } from "./parcel.ts";
import { startWriting, type WritingThread } from "./writing.ts";

/** Of trajectories' bodies. Two parcels of this size are there at most, one on its way and one that is filled. */
const PARCEL_BYTES = 2 ** 23;
const MOST_EPISODES = 500;
/** Whoever makes few episodes wants to lose few, too. */
const LONGEST_WAIT_MS = 250;
/** How long writing may have taken here before a thread does it: it takes as long to begin. */
const MOST_WRITTEN_HERE_MS = 250;

const NOTHING = new Uint8Array(new SharedArrayBuffer(0));

export interface Parcels {
  /** An episode written out. Throws StoreError for what cannot be stored. */
  rowsOf(episode: Episode): { readonly rows: EpisodeRows; readonly body: string };
  /** Adds the episodes of a parcel in one transaction. */
  add(parcel: Parcel): void;
  /** The database's file. undefined: nobody else can open it. */
  readonly path: string | undefined;
  /** Default: MOST_WRITTEN_HERE_MS. */
  readonly mostWrittenHereMs?: number;
}

/** Begins to add episodes to `run`. */
export function episodeWriter(
  run: Run,
  { rowsOf, add, path, mostWrittenHereMs = MOST_WRITTEN_HERE_MS }: Parcels,
): EpisodeWriter {
  const encoder = new TextEncoder();
  let bytes = NOTHING;
  /** Filled by turns. */
  let other = NOTHING;
  let episodes: EpisodeRows[] = [];
  let ends: number[] = [];
  let since = 0;
  let writtenHereMs = 0;
  let thread: WritingThread | undefined;
  /** The parcel that is on its way to the disk. */
  let underway: Promise<void> | undefined;

  /** Puts a body behind the others; whether there was room for it. */
  const pack = (body: string): boolean => {
    const end = ends.at(-1) ?? 0;
    const { read, written } = encoder.encodeInto(body, bytes.subarray(end));
    if (read < body.length) return false;
    ends.push(end + written);
    return true;
  };
  /** Sends what is packed; what is returned is to be waited for. */
  const send = (): Promise<void> | undefined => {
    if (episodes.length === 0) return undefined;
    const parcel = { run, episodes, ends, bytes };
    [episodes, ends] = [[], []];
    if (path !== undefined && writtenHereMs >= mostWrittenHereMs) thread ??= startWriting(path);
    if (!thread) {
      const start = performance.now();
      add(parcel);
      writtenHereMs += performance.now() - start;
      return undefined;
    }
    const before = underway;
    underway = thread.write(parcel);
    [bytes, other] = [other, bytes];
    return before;
  };
  /** Memory with room for `body`. Only a body that is longer than a parcel needs more than there is. */
  const makeRoom = (body: string) => {
    const needed = Math.max(PARCEL_BYTES, Buffer.byteLength(body));
    if (bytes.length < needed) bytes = new Uint8Array(new SharedArrayBuffer(needed));
  };
  /** Takes an episode whose body is packed. */
  const take = (rows: EpisodeRows): Promise<void> | undefined => {
    if (episodes.length === 0) since = performance.now();
    episodes.push(rows);
    const isFull = episodes.length >= MOST_EPISODES;
    return isFull || performance.now() - since >= LONGEST_WAIT_MS ? send() : undefined;
  };

  return {
    add(episode) {
      const { rows, body } = rowsOf(episode);
      if (pack(body)) return take(rows);
      const takeBehind = () => {
        makeRoom(body);
        pack(body);
        return take(rows);
      };
      return send()?.then(takeBehind) ?? takeBehind();
    },
    async end() {
      try {
        await send();
        await underway;
      } finally {
        await thread?.end();
      }
    },
  };
}
