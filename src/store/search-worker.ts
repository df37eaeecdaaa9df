/** The thread behind searching.ts: brings the index up to date with the store, piece by piece, and says so after each. */
import { parentPort, workerData } from "node:worker_threads";

// Node says of its SQLite that it is experimental, once in each thread.
process.removeAllListeners("warning");
const { indexing, isDamaged, openIndex, removeIndex } = await import("./search-index.ts");

/** Trajectories in one transaction: a kill loses no more, and another viewer waits no longer. */
const PIECE = 200;

const store = workerData as string;
const database = openIndex(store);
try {
  const { next } = indexing(database);
  while (next(PIECE)) parentPort!.postMessage("piece");
} catch (error) {
  // The next search finds it gone, and makes it anew.
  if (isDamaged(error)) removeIndex(store);
  throw error;
} finally {
  database.close();
}
