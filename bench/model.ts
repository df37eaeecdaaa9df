/**
 * The embedded model beside PyTorch on the same shapes in one run, and beside itself with a copy head (which PyTorch's
 * model has not): a training step, and decoding from a cache. One thread each, CPU time, so that what else the machine
 * does counts less; rounds alternate and the best of each counts.
 */
import { join } from "node:path";
import { startAnswer } from "../src/model/answer.ts";
import { type Architecture, parameterCount } from "../src/model/architecture.ts";
import { initialParameters } from "../src/model/checkpoint.ts";
import { openDecoder, ROWS } from "../src/model/decoder.ts";
import { decodingGraph } from "../src/model/decoding-graph.ts";
import { type Batch, gradientEngine } from "../src/model/gradients.ts";
import { llama } from "../src/model/llama.ts";
import { openSession } from "../src/model/onnx.ts";
import { openOptimizer } from "../src/model/optimizer.ts";
import { randomStream } from "../src/model/random.ts";
import { askPython, skipWithoutTorch } from "../test/python-torch.ts";
import { cpuMs, settled } from "./parts/cpu-time.ts";
import { versionsOf } from "./parts/origin.ts";
import type { Findings } from "./parts/result.ts";

const CONFIG = llama({
  vocab_size: 2048,
  hidden_size: 128,
  intermediate_size: 352,
  num_hidden_layers: 2,
  num_attention_heads: 4,
  num_key_value_heads: 4,
  max_position_embeddings: 512,
  rope_theta: 10_000,
  rms_norm_eps: 1e-6,
  tie_word_embeddings: true,
});
const COPYING: Architecture = { ...CONFIG, copy_head: true };
const TRAIN = { sequences: 16, length: 256, steps: 12 };
const DECODE = { rows: 32, context: 200, steps: 60 };
const ROUNDS = 2;

/** Forward, backward and AdamW on a batch in which every prediction counts. */
async function trainMs(config: Architecture): Promise<number> {
  const parameters = initialParameters(config, 1);
  const engine = gradientEngine(config, parameters);
  const settings = { optimizer: "adamw", weightDecay: 0.01 } as const;
  const optimizer = await openOptimizer(config, { parameters, gradients: engine.gradients, settings });
  const random = randomStream(1);
  const places = TRAIN.sequences * TRAIN.length;
  const tokens = () =>
    BigInt64Array.from({ length: places }, () => BigInt(Math.floor(random.next() * CONFIG.vocab_size)));
  const times = [];
  for (let step = 0; step < TRAIN.steps; step++) {
    const batch: Batch = {
      sequences: TRAIN.sequences,
      length: TRAIN.length,
      tokens: tokens(),
      places: BigInt64Array.from({ length: places }, (_, i) => BigInt(i)),
      targets: tokens(),
      weights: new Float32Array(places).fill(1 / places),
    };
    const begin = cpuMs();
    await engine.run(batch);
    await optimizer.step(1e-3);
    times.push(cpuMs() - begin);
  }
  await optimizer.close();
  await engine.close();
  return settled(times);
}

/** One token for each row after `context` others, sampled from the softmax. */
async function decodeMs(config: Architecture): Promise<number> {
  const session = await openSession(decodingGraph(config, initialParameters(config, 1), ROWS), 1);
  const decoder = openDecoder(config, session);
  const answers = Array.from({ length: DECODE.rows }, (_, seed) => {
    const answer = startAnswer({ maxTokens: DECODE.steps + 2, temperature: 1, seed, stop: 0 });
    answer.unread.push(7);
    return answer;
  });
  const times = [];
  for (let step = 0; step < DECODE.steps; step++) {
    const position = DECODE.context - DECODE.steps / 2 + step;
    const begin = cpuMs();
    for (let first = 0; first < DECODE.rows; first += ROWS) {
      const chunks = answers.slice(first, first + ROWS).map(({ unread }, i) => {
        return { row: first + i, tokens: unread.splice(0), position };
      });
      const logits = await decoder.read(chunks, 1);
      logits.forEach((row, i) => {
        // The stop token must not come: every row is decoded to the end.
        row[0] = Number.NEGATIVE_INFINITY;
        answers[first + i]!.advance(row);
      });
    }
    times.push(cpuMs() - begin);
  }
  await session.release();
  return settled(times);
}

const unmeasured = () => ({ train: Number.POSITIVE_INFINITY, decode: Number.POSITIVE_INFINITY });

/** Without Python, only our own side. */
export async function run(): Promise<Findings> {
  const best = unmeasured();
  const copying = unmeasured();
  const torch = unmeasured();
  const versions = versionsOf("onnxruntime-node");
  const skipped = skipWithoutTorch();
  for (let round = 0; round < ROUNDS; round++) {
    best.train = Math.min(best.train, await trainMs(CONFIG));
    best.decode = Math.min(best.decode, await decodeMs(CONFIG));
    copying.train = Math.min(copying.train, await trainMs(COPYING));
    copying.decode = Math.min(copying.decode, await decodeMs(COPYING));
    if (skipped) continue;
    const script = join(import.meta.dirname, "python", "torch-reference.py");
    const job = { config: CONFIG, train: TRAIN, decode: DECODE };
    const found = askPython(script, job) as { torch: string; trainMs: number; decodeMs: number };
    versions.torch = found.torch;
    torch.train = Math.min(torch.train, found.trainMs);
    torch.decode = Math.min(torch.decode, found.decodeMs);
  }
  const kinds = [
    {
      kind: "train",
      row: `training step, ${TRAIN.sequences} × ${TRAIN.length}`,
      tokens: TRAIN.sequences * TRAIN.length,
    },
    { kind: "decode", row: `decoding, ${DECODE.rows} rows at ${DECODE.context}`, tokens: DECODE.rows },
  ] as const;
  const figures: Record<string, Record<string, number | null>> = {};
  const ratios: Record<string, number> = {};
  for (const { kind, row, tokens } of kinds) {
    figures[row] = {
      "CPU ms": best[kind],
      "torch, CPU ms": skipped ? null : torch[kind],
      "with a copy head, CPU ms": copying[kind],
      "tokens/CPU s": (1000 * tokens) / best[kind],
    };
    if (!skipped) ratios[`${row}: torch ÷ gleaner, CPU time`] = torch[kind] / best[kind];
    ratios[`${row}: with ÷ without a copy head, CPU time`] = copying[kind] / best[kind];
  }
  return {
    settings: { parameters: parameterCount(CONFIG), threads: 1, rounds: ROUNDS },
    versions,
    figures,
    ratios,
    ...(skipped ? { missing: `torch: ${skipped}` } : {}),
  };
}
