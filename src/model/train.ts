/**
 * Training a checkpoint on weighted tokens, in a thread of its own so that the caller's event loop stays free. The same
 * checkpoint, objective, settings and seed give a byte-identical result, however busy the machine is.
 */
import { Worker } from "node:worker_threads";
import type { Lora } from "./adapters.ts";
import { readConfig } from "./checkpoint.ts";
import { errorOf, type Failure, failure, ModelError } from "./errors.ts";
import { refuseExisting } from "./folder.ts";
import { checkObjective, type Objective } from "./objectives.ts";
import { requireRuntime } from "./runtime.ts";
import type { TrainSettings } from "./train-settings.ts";
import { warnOfOutput } from "./worker-output.ts";

export { DEFAULT_TRAIN_SETTINGS, type TrainSettings } from "./train-settings.ts";

export interface TrainOptions {
  /** Folder of the checkpoint to start from. */
  readonly from: string;
  /** The new folder; appears whole at the end or not at all. */
  readonly to: string;
  readonly objective: Objective;
  readonly settings: TrainSettings;
  /** Decides the order of the examples, and what adapters begin as. */
  readonly seed: number;
  /** Adapters are trained in place of the weights, and merged into them at the end. */
  readonly lora?: Lora;
  /** At most so many examples, or pairs, are computed at a time. Decides the memory needed. Default: all of a step's. */
  readonly deviceBatch?: number;
  /** Of the processor. Equal numbers of threads give equal bytes, others may round otherwise. Default 1. */
  readonly threads?: number;
  readonly signal?: AbortSignal | undefined;
}

export interface TrainProgress {
  /** From 1 to `steps`. */
  readonly step: number;
  readonly steps: number;
  /** Of this step's batch, before the step. */
  readonly loss: number;
}

/** What the worker is given; `aborted[0]` becomes 1 when it should stop. */
export interface TrainJob extends Omit<TrainOptions, "signal"> {
  readonly aborted: Int32Array;
}

/** What the worker says. */
export type TrainMessage =
  | { readonly kind: "progress"; readonly progress: TrainProgress }
  | { readonly kind: "done" }
  | { readonly kind: "aborted" }
  | Failure;

function checkOptions({ settings, objective, lora, deviceBatch = 1, threads = 1 }: TrainOptions): void {
  requireRuntime();
  const { steps, batch, learningRate, warmup, weightDecay, gradientClip, optimizer, schedule = "cosine" } = settings;
  const require = (ok: boolean, name: string, expected: string, found: unknown) => {
    if (!ok) throw new ModelError(`training: expected ${name} to be ${expected}, got ${found}`);
  };
  require(Number.isInteger(steps) && steps >= 1, "steps", "a whole number ≥ 1", steps);
  require(Number.isInteger(batch) && batch >= 1, "batch", "a whole number ≥ 1", batch);
  require(Number.isInteger(warmup) && warmup >= 0, "warmup", "a whole number ≥ 0", warmup);
  require(learningRate > 0, "learningRate", "> 0", learningRate);
  require(weightDecay >= 0, "weightDecay", "≥ 0", weightDecay);
  require(gradientClip > 0, "gradientClip", "> 0", gradientClip);
  require(optimizer === "muon" || optimizer === "adamw", "optimizer", '"muon" or "adamw"', optimizer);
  require(schedule === "cosine" || schedule === "constant", "schedule", '"cosine" or "constant"', schedule);
  if (objective.kind === "preference") require(objective.beta > 0, "beta", "> 0", objective.beta);
  require(Number.isInteger(deviceBatch) && deviceBatch >= 1, "deviceBatch", "a whole number ≥ 1", deviceBatch);
  require(Number.isInteger(threads) && threads >= 1, "threads", "a whole number ≥ 1", threads);
  if (!lora) return;
  require(Number.isInteger(lora.rank) && lora.rank >= 1, "the adapters' rank", "a whole number ≥ 1", lora.rank);
  require(lora.alpha > 0, "the adapters' alpha", "> 0", lora.alpha);
  require(optimizer === "adamw", "optimizer", '"adamw" for adapters', optimizer);
}

/**
 * Trains `from` into the new checkpoint folder `to`, one event for each optimiser step; the folder is there when the
 * iteration ends. Throws ModelError before anything starts where an example is too long for the model, has no weighted
 * token or is malformed (examples count from 0, and a pair is two), where settings make no sense, and where `to` exists. Aborting takes
 * effect within one step and throws the signal's reason; so does leaving the loop early, silently. Then `to` stays absent.
 */
export async function* train(options: TrainOptions): AsyncGenerator<TrainProgress, void, void> {
  const { signal, ...request } = options;
  signal?.throwIfAborted();
  checkOptions(options);
  refuseExisting(request.to);
  checkObjective(request.objective, readConfig(request.from));

  const aborted = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  const abort = () => {
    Atomics.store(aborted, 0, 1);
  };
  const url = new URL(import.meta.url.endsWith(".ts") ? "./train-worker.ts" : "./train-worker.js", import.meta.url);
  const worker = new Worker(url, { workerData: { ...request, aborted } satisfies TrainJob });
  warnOfOutput(worker);
  const messages: TrainMessage[] = [];
  let wake = () => {};
  const receive = (message: TrainMessage) => {
    messages.push(message);
    wake();
  };
  worker.on("message", receive);
  worker.on("error", (error) => receive(failure(error)));
  const exited = new Promise<void>((resolve) => {
    worker.on("exit", (code) => {
      receive(failure(new ModelError(`training: the worker stopped early with exit code ${code}`)));
      resolve();
    });
  });
  signal?.addEventListener("abort", abort, { once: true });
  try {
    while (true) {
      const message = messages.shift();
      if (!message) {
        await new Promise<void>((resolve) => (wake = resolve));
        continue;
      }
      if (message.kind === "progress") yield message.progress;
      if (message.kind === "done") return;
      if (message.kind === "aborted") throw signal?.reason;
      if (message.kind === "failed") throw errorOf(message);
    }
  } finally {
    signal?.removeEventListener("abort", abort);
    abort();
    await exited;
  }
}
