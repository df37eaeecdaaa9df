/** A transformer small enough for tests, with every part that a large one has: layers, grouped heads, tied or free output. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Architecture, type Parameters, parametersOf, sizeOf } from "../src/model/architecture.ts";
import { type LlamaConfig, llama } from "../src/model/llama.ts";
import type { Pair } from "../src/model/objectives.ts";
import { randomStream } from "../src/model/random.ts";

/** As its config.json says it. */
export const TINY_CONFIG: LlamaConfig = {
  vocab_size: 24,
  hidden_size: 16,
  intermediate_size: 24,
  num_hidden_layers: 2,
  num_attention_heads: 4,
  num_key_value_heads: 2,
  max_position_embeddings: 192,
  rope_theta: 10_000,
  rms_norm_eps: 1e-6,
  tie_word_embeddings: true,
};

export const TINY: Architecture = llama(TINY_CONFIG);

/** The same with a copy head. */
export const COPYING: Architecture = { ...TINY, copy_head: true };

const rope = { theta: 500, scaling: { kind: "linear", factor: 3 } } as const;

/** Whatever families do otherwise than Llama, all at once: with a layer of each kind. */
export const OTHERWISE: Architecture = {
  ...llama({ ...TINY_CONFIG, num_hidden_layers: 3 }),
  headSize: 6,
  scoreSize: 5,
  attention: [
    { rope, window: 5 },
    { rope: null, window: null },
    { rope: { theta: 10_000, scaling: null }, window: 70 },
  ],
  biases: ["queries", "keys", "values", "attentionOutput", "gate", "up", "down"],
  queryKeyNorms: true,
  outputNorms: true,
  normOffset: 1,
  activation: "gelu_tanh",
  embeddingScale: 4,
};

/** Kinds of models, by what tests call them. */
export const KINDS = [
  ["plain", TINY],
  ["with a copy head", COPYING],
  ["with all that families do otherwise", OTHERWISE],
] as const;

/** Larger than an untrained model's, so that every part matters and answers differ. */
export function randomParameters(config: Architecture, seed: number): Parameters {
  const random = randomStream(seed);
  return new Map(
    parametersOf(config).map(({ name, shape }) => {
      const scale = 1.6 / Math.sqrt(shape.at(-1)!);
      const draw = shape.length === 1 ? () => 1 + 0.2 * random.normal() : () => scale * random.normal();
      return [name, Float32Array.from({ length: sizeOf(shape) }, draw)];
    }),
  );
}

/** An empty folder that is gone when the test is over. */
export function temporaryFolder(test: { after(done: () => void): void }): string {
  const folder = mkdtempSync(join(tmpdir(), "gleaner-model-"));
  test.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Pairs of sides that share their first four tokens (weight 0) and then go on by turns: two weighted tokens, one not. */
export function randomPairs(config: Pick<Architecture, "vocab_size">, count: number, seed: number): Pair[] {
  const random = randomStream(seed);
  // Transformers keeps the padding token's row (0) from learning as an input.
  const draw = (length: number) =>
    Array.from({ length }, () => 1 + Math.floor(random.next() * (config.vocab_size - 1)));
  return Array.from({ length: count }, () => {
    const shared = draw(4);
    const side = () => {
      const own = draw(5 + Math.floor(random.next() * 8));
      return { tokens: [...shared, ...own], weights: [0, 0, 0, 0, ...own.map((_, i) => (i % 3 === 2 ? 0 : 1))] };
    };
    return { chosen: side(), rejected: side() };
  });
}
