/** The files that a store consists of. */
import { statSync } from "node:fs";

/** How long another process's lock is waited for. */
export const BUSY_TIMEOUT_MS = 10_000;

/** The write-ahead log beside the database at `path`. */
export const walOf = (path: string) => `${path}-wal`;

/** Bytes of a file; undefined if it is not there. */
export const sizeOf = (path: string): number | undefined => statSync(path, { throwIfNoEntry: false })?.size;
