/** The thread behind writing.ts: adds parcels to a store, one after the other, until one cannot be added. */
import { parentPort, workerData } from "node:worker_threads";
import type { Answer, Told } from "./writing.ts";

// Node says of its SQLite that it is experimental, once in each thread.
process.removeAllListeners("warning");
const [{ openStore }, { failureOf }] = await Promise.all([import("./sqlite.ts"), import("./writing.ts")]);

type Open = Pick<ReturnType<typeof openStore>, "addParcel" | "close">;
let store: Open | undefined;
let isBroken = false;

parentPort!.on("message", (told: Told) => {
  if (told === "end") {
    store?.close();
    parentPort!.close();
    return;
  }
  if (isBroken) return;
  try {
    store ??= openStore(workerData as string);
    store.addParcel(told);
    parentPort!.postMessage("written" satisfies Answer);
  } catch (error) {
    isBroken = true;
    parentPort!.postMessage(failureOf(error) satisfies Answer);
  }
});
