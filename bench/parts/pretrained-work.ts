/**
 * Our side of bench/pretrained.ts, one job in a process of its own, so that its peak memory can be told: a training step
 * with adapters as train-worker.ts does it, or reading and decoding as generate-worker.ts does it for a large model. One
 * thread. Reads a PretrainedJob from standard input and prints a PretrainedFound.
 */
import { readFileSync } from "node:fs";
import { adaptersOf, initialAdapters, type Lora } from "../../src/model/adapters.ts";
import { ALONE_THEN_TOGETHER } from "../../src/model/call-plan.ts";
import { readCheckpoint, readConfig } from "../../src/model/checkpoint.ts";
import { openDecoder, type RowChunk } from "../../src/model/decoder.ts";
import { ANY, decodingGraph } from "../../src/model/decoding-graph.ts";
import { gradientEngine } from "../../src/model/gradients.ts";
import { openObjective } from "../../src/model/objectives.ts";
import { openSession } from "../../src/model/onnx.ts";
import { openOptimizer } from "../../src/model/optimizer.ts";
import { openWeightFiles } from "../../src/model/weight-files.ts";
import { cpuMs, settled } from "./cpu-time.ts";

/** A step on all conversations, after one on the first two of them that prepares memory. */
export interface TrainingJob {
  readonly kind: "training";
  /** Of the checkpoint. */
  readonly folder: string;
  readonly lora: Lora;
  /** Token ids, one more each than the model reads. */
  readonly conversations: readonly (readonly number[])[];
  /** How many tokens at the end of each are learned. */
  readonly learned: number;
}

/** Reading a context, then model calls that append a token to each of some rows with that context. */
export interface DecodingJob {
  readonly kind: "decoding";
  /** Of the checkpoint. */
  readonly folder: string;
  readonly context: readonly number[];
  /** Numbers of rows. */
  readonly batches: readonly number[];
  readonly calls: number;
}

export type PretrainedJob = TrainingJob | DecodingJob;

export interface PretrainedFound {
  /** CPU time: of the step; or of reading, for each token, and then of a call with each number of rows. */
  readonly ms: readonly number[];
  /** What both sides must find: the loss before the step, or the highest logit after the context. */
  readonly value: number;
  /** Most resident memory of the process so far, in megabytes, libraries included. */
  readonly peakMb: number;
  /** Of the libraries; only of torch's side. */
  readonly versions?: Readonly<Record<string, string>>;
}

type Found = Pick<PretrainedFound, "ms" | "value">;

async function trainingStep({ folder, lora, conversations, learned }: TrainingJob): Promise<Found> {
  const { config, parameters } = readCheckpoint(folder);
  const adapters = { lora, values: initialAdapters(config, lora, 1) };
  const engine = gradientEngine(config, parameters, { threads: 1, adapters });
  const state = {
    parameters: adapters.values,
    gradients: engine.gradients,
    settings: { optimizer: "adamw", weightDecay: 0.01 },
  } as const;
  const optimizer = await openOptimizer(config, state, adaptersOf(config, lora.rank));
  const examples = conversations.map((tokens) => {
    return { tokens, weights: tokens.map((_, i) => (i < tokens.length - learned ? 0 : 1)) };
  });
  const running = { parallel: conversations.length, deviceBatch: 1, sharesPrefix: true };
  const { learn } = await openObjective({ kind: "likelihood", examples }, engine, running);

  const all = examples.map((_, i) => i);
  // A rate of nothing leaves the adapters, and so the loss, as they are.
  const step = async (items: readonly number[]) => {
    const loss = await learn(items);
    await optimizer.step(0);
    return loss;
  };
  await step(all.slice(0, 2));
  const begin = cpuMs();
  const value = await step(all);
  const ms = [cpuMs() - begin];
  await optimizer.close();
  await engine.close();
  return { ms, value };
}

async function decoding({ folder, context, batches, calls }: DecodingJob): Promise<Found> {
  const config = readConfig(folder);
  const weights = openWeightFiles(folder, config);
  const session = await openSession(decodingGraph(config, weights.places, ANY), 1, weights.folder);
  weights.dispose();
  const rows = Math.max(...batches);
  const decoder = openDecoder(config, session, { rows, stretches: true });

  const readContext = async () => {
    let position = 0;
    let logits: Float32Array = new Float32Array(0);
    for (const tokens of ALONE_THEN_TOGETHER.piecesOf([context])) {
      const [found] = await decoder.read([{ row: 0, tokens, position }], ALONE_THEN_TOGETHER.callLength(tokens));
      logits = found!;
      position += tokens.length;
    }
    return logits;
  };
  await readContext();
  const begin = cpuMs();
  const logits = await readContext();
  const ms = [(cpuMs() - begin) / context.length];
  const first = likeliest(logits);
  const value = logits[first]!;

  for (let row = 1; row < rows; row++) decoder.copy(0, row, context.length);
  for (const batch of batches) {
    let next = new Array<number>(batch).fill(first);
    const times: number[] = [];
    for (let call = 0; call < calls; call++) {
      const begin = cpuMs();
      const position = context.length + call;
      const chunks = next.map((token, row): RowChunk => ({ row, tokens: [token], position }));
      next = (await decoder.read(chunks, 1)).map(likeliest);
      times.push(cpuMs() - begin);
    }
    ms.push(settled(times));
  }
  await session.release();
  return { ms, value };
}

function likeliest(logits: Float32Array): number {
  let best = 0;
  for (let i = 1; i < logits.length; i++) if (logits[i]! > logits[best]!) best = i;
  return best;
}

const job = JSON.parse(readFileSync(0, "utf8")) as PretrainedJob;
const found = await (job.kind === "training" ? trainingStep(job) : decoding(job));
const peakMb = process.resourceUsage().maxRSS / 1024;
console.log(JSON.stringify({ ...found, peakMb } satisfies PretrainedFound));
