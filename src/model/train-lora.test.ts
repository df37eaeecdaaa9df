import assert from "node:assert/strict";
import { readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { randomParameters, temporaryFolder } from "../../test/tiny-model.ts";
import { HEAD } from "./architecture.ts";
import type { Example } from "./batches.ts";
import { initialize, readCheckpoint, readConfig, writeSuccessor } from "./checkpoint.ts";
import { openGenerator } from "./generate.ts";
import type { Objective } from "./objectives.ts";
import { randomStream } from "./random.ts";
import { buildTokenizer } from "./tokenizer.ts";
import { DEFAULT_TRAIN_SETTINGS, type TrainOptions, type TrainProgress, train } from "./train.ts";

const [BOS, END, FIRST] = [1, 2, 4];

/** Six prompts of different lengths, each with an answer of its own that nothing but memory can tell. */
const rows: readonly Example[] = Array.from({ length: 6 }, (_, row) => {
  const random = randomStream(row);
  const draw = (count: number) => Array.from({ length: count }, () => FIRST + Math.floor(random.next() * 200));
  const [prompt, answer] = [
    [BOS, ...draw(3 + row * 4)],
    [...draw(5), END],
  ];
  return { tokens: [...prompt, ...answer], weights: [...prompt.map(() => 0), ...answer.map(() => 1)] };
});
const objective: Objective = { kind: "likelihood", examples: rows };
const settings = { ...DEFAULT_TRAIN_SETTINGS, optimizer: "adamw", steps: 4, batch: 4, warmup: 1 } as const;
const lora = { rank: 8, alpha: 16 };

/** A checkpoint whose random parameters are as large as a trained model's: adapters only bend what is there. */
function untrained(folder: string): string {
  const shape = {
    hidden_size: 32,
    intermediate_size: 64,
    num_hidden_layers: 2,
    num_attention_heads: 4,
    num_key_value_heads: 2,
    max_position_embeddings: 64,
    rope_theta: 10_000,
    rms_norm_eps: 1e-6,
    tie_word_embeddings: false,
  };
  const [small, to] = [join(folder, "small"), join(folder, "base")];
  initialize({ config: shape, tokenizer: buildTokenizer([]), seed: 1, to: small });
  const config = readConfig(small);
  writeSuccessor(small, to, config, randomParameters(config, 1));
  rmSync(small, { recursive: true });
  return to;
}

async function all(options: TrainOptions): Promise<TrainProgress[]> {
  const progress = [];
  for await (const event of train(options)) progress.push(event);
  return progress;
}

test("adapters memorise a few rows, and the merged model says them", async (t) => {
  const folder = temporaryFolder(t);
  const [from, to] = [untrained(folder), join(folder, "trained")];
  const longer = { ...settings, steps: 200, batch: 6, learningRate: 2e-2 };
  const progress = await all({ from, to, objective, settings: longer, seed: 1, lora, deviceBatch: 3 });
  const [first, last] = [progress[0]!.loss, progress.at(-1)!.loss];
  // Random output vectors that stay as they are leave some tokens less likely than others.
  assert(first > 5 && last < 0.4, `from ${first} to ${last}`);
  const [before, after] = [readCheckpoint(from).parameters, readCheckpoint(to).parameters];
  assert.deepEqual(after.get(HEAD), before.get(HEAD));
  const generator = await openGenerator(to);
  for (const { tokens, weights } of rows) {
    const start = weights.indexOf(1);
    const request = { chunks: [tokens.slice(0, start)], maxTokens: 9, temperature: 0, seed: 1, stop: END };
    assert.deepEqual((await generator.generate(request)).tokens, tokens.slice(start, -1));
  }
  await generator.close();
});

test("equal trainings of adapters give equal bytes, other seeds, ranks and parts others", async (t) => {
  const folder = temporaryFolder(t);
  const from = untrained(folder);
  const trained = async (name: string, changes: Partial<TrainOptions>) => {
    const to = join(folder, name);
    const progress = await all({ from, to, objective, settings, seed: 5, lora, deviceBatch: 1, ...changes });
    return { progress, weights: readFileSync(join(to, "model.safetensors")).toString("base64") };
  };
  const [one, two, ...others] = await Promise.all([
    trained("one", {}),
    trained("two", {}),
    trained("seed", { seed: 6 }),
    trained("rank", { lora: { rank: 4, alpha: 16 } }),
    trained("alpha", { lora: { rank: 8, alpha: 8 } }),
  ]);
  assert.deepEqual(one, two);
  for (const other of others) assert.notDeepEqual(other!.weights, one!.weights);
  const { progress } = await trained("parts", { deviceBatch: 4 });
  for (const [i, { loss }] of progress.entries()) assert(Math.abs(loss - one!.progress[i]!.loss) < 1e-3);
});

test("a loss that is not finite is an error, and what cannot be done is refused before anything starts", async (t) => {
  const folder = temporaryFolder(t);
  const from = untrained(folder);
  const to = join(folder, "trained");
  const refused = (changes: Partial<TrainOptions>, message: RegExp) =>
    assert.rejects(all({ from, to, objective, settings, seed: 1, lora, ...changes }), { name: "ModelError", message });
  await refused({ settings: { ...settings, learningRate: 1e30, steps: 20 } }, /step \d+ is .*lower learning rate/);
  await refused({ lora: { rank: 0, alpha: 1 } }, /the adapters' rank to be a whole number ≥ 1, got 0/);
  await refused({ lora: { rank: 1, alpha: Number.NaN } }, /the adapters' alpha to be > 0, got NaN/);
  await refused({ settings: { ...settings, optimizer: "muon" } }, /optimizer to be "adamw" for adapters, got muon/);
  await refused({ deviceBatch: 0 }, /deviceBatch/);
  await refused({ threads: 0.5 }, /threads/);
  assert.deepEqual(readdirSync(folder), ["base"]);
});

test("a step that is stopped on the way is not taken", async (t) => {
  const folder = temporaryFolder(t);
  const from = untrained(folder);
  const controller = new AbortController();
  const endless = { ...settings, steps: 100_000 };
  const options = { from, to: join(folder, "trained"), objective, settings: endless, seed: 1, lora, deviceBatch: 1 };
  const seen: number[] = [];
  await assert.rejects(async () => {
    for await (const { step, loss } of train({ ...options, signal: controller.signal })) {
      assert(loss > 0);
      seen.push(step);
      if (step === 3) controller.abort(new Error("enough"));
    }
  }, /enough/);
  assert.deepEqual(
    seen,
    [...seen.keys()].map((i) => i + 1),
  );
  assert.deepEqual(readdirSync(folder), ["base"]);
});
