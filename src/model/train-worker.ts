/** The thread behind train.ts: reads the checkpoint, does the steps, writes the result. Talks in TrainMessages. */
import { parentPort, workerData } from "node:worker_threads";
import { adaptersOf, initialAdapters } from "./adapters.ts";
import { parametersOf } from "./architecture.ts";
import { epoch } from "./batches.ts";
import { readCheckpoint, writeSuccessor } from "./checkpoint.ts";
import { failure, ModelError } from "./errors.ts";
import { gradientEngine } from "./gradients.ts";
import { writeMerged } from "./merging.ts";
import { openObjective } from "./objectives.ts";
import { clipGradients, openOptimizer } from "./optimizer.ts";
import { randomStream } from "./random.ts";
import type { TrainJob, TrainMessage, TrainSettings } from "./train.ts";

/** What is left of the learning rate at the end. */
const FINAL_RATE = 0.05;

const say = (message: TrainMessage) => parentPort!.postMessage(message);

/** The learning rate of step `done` + 1. */
function rateAt(done: number, { steps, warmup, learningRate, schedule }: TrainSettings): number {
  const rising = warmup === 0 ? 1 : Math.min(1, (done + 1) / warmup);
  if (schedule === "constant") return learningRate * rising;
  const falling = FINAL_RATE + (1 - FINAL_RATE) * 0.5 * (1 + Math.cos((Math.PI * done) / steps));
  return learningRate * rising * falling;
}

async function run(job: TrainJob): Promise<void> {
  const { from, to, objective, settings, seed, lora, deviceBatch, threads = 1, aborted } = job;
  const { config, parameters } = readCheckpoint(from);
  const adapters = lora && { lora, values: initialAdapters(config, lora, seed) };
  const isStopped = () => Atomics.load(aborted, 0) === 1;
  const engine = gradientEngine(config, parameters, { threads, isStopped, ...(adapters && { adapters }) });
  const { gradients } = engine;
  const optimizer = await openOptimizer(
    config,
    { parameters: adapters?.values ?? parameters, gradients, settings },
    lora ? adaptersOf(config, lora.rank) : parametersOf(config),
  );
  const running = { parallel: settings.batch, deviceBatch, sharesPrefix: adapters !== undefined && !config.copy_head };
  const { lengths, learn } = await openObjective(objective, engine, running);
  const random = randomStream(seed);
  let order: number[][] = [];
  for (let done = 0; done < settings.steps; done++) {
    if (isStopped()) return say({ kind: "aborted" });
    if (order.length === 0) order = epoch(lengths, settings.batch, random);
    const loss = await learn(order.shift()!);
    if (isStopped()) return say({ kind: "aborted" });
    if (!Number.isFinite(loss))
      throw new ModelError(`training: the loss of step ${done + 1} is ${loss}: try a lower learning rate`);
    const norm = clipGradients(gradients, settings.gradientClip);
    if (!Number.isFinite(norm))
      throw new ModelError(`training: the gradient of step ${done + 1} is ${norm}: try a lower learning rate`);
    await optimizer.step(rateAt(done, settings));
    say({ kind: "progress", progress: { step: done + 1, steps: settings.steps, loss } });
  }
  await optimizer.close();
  await engine.close();
  if (isStopped()) return say({ kind: "aborted" });
  if (adapters) writeMerged({ from, config, lora: adapters.lora, adapters: adapters.values }, to);
  else writeSuccessor(from, to, config, parameters);
  say({ kind: "done" });
}

run(workerData as TrainJob).catch((error) => say(failure(error)));
