/** The thread behind generate.ts: holds the model, answers requests. Talks in GenerateMessages. */
import { parentPort, workerData } from "node:worker_threads";
import type { Answered } from "./answer.ts";
import { readCheckpoint } from "./checkpoint.ts";
import { openDecoder, ROWS } from "./decoder.ts";
import { decodingGraph } from "./decoding-graph.ts";
import { type Failure, failure } from "./errors.ts";
import type { GenerateCommand, GenerateJob, GenerateMessage } from "./generate.ts";
import { openSession } from "./onnx.ts";
import { createScheduler } from "./scheduler.ts";

const say = (message: GenerateMessage) => parentPort!.postMessage(message);

async function open({ folder, slots, threads }: GenerateJob): Promise<void> {
  const { config, parameters } = readCheckpoint(folder);
  const session = await openSession(decodingGraph(config, parameters, ROWS), threads);
  // An ended conversation looks like one that will go on: with room for both, the living ones stay in the cache.
  const scheduler = createScheduler(openDecoder(config, session), 2 * slots);
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
