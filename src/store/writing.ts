/** A thread that writes parcels into a store, through a connection of its own. */
import { Worker } from "node:worker_threads";
import { CliError, StoreError } from "../core/errors.ts";
import type { Parcel } from "./parcel.ts";

export interface WritingThread {
  /**
   * Writes a parcel, whose bytes nobody may touch meanwhile, behind those before it. Throws what adding it throws, and does
   * nothing more once something was thrown.
   */
  write(parcel: Parcel): Promise<void>;
  /** Ends the thread, behind what it has to write. */
  end(): Promise<void>;
}

/** What the thread is told, one after the other: a parcel, or to end. */
export type Told = Parcel | "end";
/** What it answers to each parcel. */
export type Answer = "written" | Failure;

/** An error, which loses its class on the way from one thread to another. */
export interface Failure {
  readonly name: string;
  readonly message: string;
  readonly stack: string | undefined;
}

/** Begins to write into the store at `path`. The thread keeps the process alive while it has something to write. */
export function startWriting(path: string): WritingThread {
  const file = import.meta.url.endsWith(".ts") ? "./writing-worker.ts" : "./writing-worker.js";
  const worker = new Worker(new URL(file, import.meta.url), { workerData: path });
  const waiting: PromiseWithResolvers<void>[] = [];
  let broken: unknown;
  let isEnding = false;

  const breakOff = (error: unknown) => {
    broken ??= error;
    for (const { reject } of waiting.splice(0)) reject(broken);
  };
  worker.on("message", (answer: Answer) => {
    if (answer !== "written") breakOff(errorOf(answer));
    else waiting.shift()?.resolve();
    if (waiting.length === 0) worker.unref();
  });
  worker.on("error", breakOff);
  const exited = new Promise<void>((resolve) => {
    worker.on("exit", (code) => {
      if (!isEnding) breakOff(new Error(`the thread that writes into ${path} stopped with exit code ${code}`));
      resolve();
    });
  });

  return {
    write(parcel) {
      const written = Promise.withResolvers<void>();
      // Whoever sent it hears of an error when the next one is sent.
      written.promise.catch(() => {});
      if (broken !== undefined) {
        written.reject(broken);
        return written.promise;
      }
      waiting.push(written);
      worker.ref();
      worker.postMessage(parcel satisfies Told);
      return written.promise;
    },
    async end() {
      isEnding = true;
      worker.ref();
      worker.postMessage("end" satisfies Told);
      await exited;
    },
  };
}

export function failureOf(error: unknown): Failure {
  const { name, message, stack } = error instanceof Error ? error : new Error(String(error));
  return { name, message, stack };
}

/** What it was: anything but these is a bug. */
function errorOf({ name, message, stack }: Failure): Error {
  if (name === StoreError.name) return new StoreError(message);
  if (name === CliError.name) return new CliError(message);
  const error = new Error(message);
  return stack === undefined ? error : Object.assign(error, { stack });
}
