/** The thread behind generate.ts: holds the model, answers requests. Talks in GenerateMessages. */
import { parentPort, workerData } from "node:worker_threads";
import type { Answered } from "./answer.ts";
import { ALONE_THEN_TOGETHER } from "./call-plan.ts";
import { readCheckpoint, readConfig } from "./checkpoint.ts";
import { openDecoder, ROWS } from "./decoder.ts";
import { ANY, decodingGraph } from "./decoding-graph.ts";
import { type Failure, failure } from "./errors.ts";
import type { GenerateCommand, GenerateJob, GenerateMessage } from "./generate.ts";
import { openSession } from "./onnx.ts";
import { createScheduler, type Scheduler } from "./scheduler.ts";
import { openWeightFiles } from "./weight-files.ts";

const say = (message: GenerateMessage) => parentPort!.postMessage(message);

/** One row for each conversation that is going on, and not more: what a large model remembers of one takes much memory. */
async function largeScheduler({ folder, slots, threads, context }: GenerateJob): Promise<Scheduler> {
  const config = { ...readConfig(folder), max_position_embeddings: context };
  const weights = openWeightFiles(folder, config);
  try {
    const session = await openSession(decodingGraph(config, weights.places, ANY), threads, weights.folder);
    const decoder = openDecoder(config, session, { rows: slots, stretches: true });
    return createScheduler(decoder, slots, ALONE_THEN_TOGETHER);
  } finally {
    weights.dispose();
  }
}

async function smallScheduler({ folder, slots, threads }: GenerateJob): Promise<Scheduler> {
  const { config, parameters } = readCheckpoint(folder);
  const session = await openSession(decodingGraph(config, parameters, ROWS), threads);
  // An ended conversation looks like one that will go on: with room for both, the living ones stay in the cache.
  return createScheduler(openDecoder(config, session), 2 * slots);
}

async function open(job: GenerateJob): Promise<void> {
  const scheduler = await (job.large ? largeScheduler(job) : smallScheduler(job));
  let outbox: [number, Answered | Failure][] = [];
  const send = (id: number, result: Answered | Failure) => {
    // One message for all answers of a model call.
    if (outbox.push([id, result]) > 1) return;
    setImmediate(() => {
      say({ kind: "answers", answers: outbox });
      outbox = [];
    });
  };
  parentPort!.on("message", (command: GenerateCommand) => {
    if (command.kind === "close") {
      parentPort!.close();
      process.exit(0);
    }
    for (const [id, request] of command.requests) {
      scheduler.submit(request).then(
        (answered) => send(id, answered),
        (error: unknown) => send(id, failure(error)),
      );
    }
  });
  say({ kind: "ready" });
}

open(workerData as GenerateJob).catch((error) => {
  say(failure(error));
  parentPort!.close();
});
