/**
 * Tiny random checkpoints of every family, made by transformers: gradients of adapters as torch and PEFT compute them, merged
 * checkpoints that transformers opens with the same logits, and greedy completions that are transformers'.
 */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import type { Message } from "../../src/core/message.ts";
import type { Example } from "../../src/model/batches.ts";
import { FAMILY_NAMES } from "../../src/model/families.ts";
import { checkGreedy } from "../greedy-equality.ts";
import { temporaryFolder } from "../temporary.ts";
import { randomPairs } from "../tiny-model.ts";
import { assertEqualTorch } from "./lora.ts";
import { ask, SENTENCES, skip, tinyCheckpoint } from "./real.ts";

const linear = { rope_type: "linear", factor: 4, rope_theta: 10_000 };
const types = ["sliding_attention", "full_attention", "sliding_attention"];

/** What each says beside its sizes. Windows are shorter than conversations: some fit into one call of decoding, some do not. */
const CASES: readonly (readonly [name: string, config: Readonly<Record<string, unknown>>])[] = [
  ["Llama", { model_type: "llama", tie_word_embeddings: true }],
  ["Llama with every bias", { model_type: "llama", attention_bias: true, mlp_bias: true, rope_parameters: linear }],
  ["Llama with heads of its own", { model_type: "llama", head_dim: 24 }],
  ["Mistral without a window", { model_type: "mistral", sliding_window: null }],
  ["Mistral with a window", { model_type: "mistral", sliding_window: 11, head_dim: 24 }],
  ["Qwen2", { model_type: "qwen2", tie_word_embeddings: true }],
  ["Qwen2 with windows", { model_type: "qwen2", use_sliding_window: true, sliding_window: 70, max_window_layers: 1 }],
  ["Qwen3", { model_type: "qwen3", head_dim: 24 }],
  ["Qwen3 with biases", { model_type: "qwen3", head_dim: 24, attention_bias: true, tie_word_embeddings: true }],
  ["SmolLM3", { model_type: "smollm3", no_rope_layer_interval: 2 }],
  [
    "SmolLM3 with windows",
    { model_type: "smollm3", no_rope_layers: [1, 0, 0], use_sliding_window: true, sliding_window: 11 },
  ],
  [
    "Gemma 3",
    { model_type: "gemma3_text", head_dim: 24, query_pre_attn_scalar: 20, sliding_window: 11, layer_types: types },
  ],
];

const folder = temporaryFolder();
const folderOf = (index: number) => join(folder, `base-${index}`);
if (!skip) {
  const cases = CASES.map(([, config], index) => ({ to: folderOf(index), config }));
  ask("tiny_families.py", { tokenizer: tinyCheckpoint(), cases });
}

const CONVERSATIONS = SENTENCES.slice(0, 8).map((sentence, index): Message[] => {
  const turns = Array.from({ length: index % 4 }, (_, turn): Message[] => [
    { role: "user", content: SENTENCES[turn]! },
    { role: "assistant", content: `go to shelf ${turn}` },
  ]).flat();
  return [...turns, { role: "user", content: sentence }];
});

const prompt = Array.from({ length: 40 }, (_, i) => 300 + i);
const prompted = ({ tokens, weights }: Example): Example => ({
  tokens: [...prompt, ...tokens],
  weights: [...prompt.map(() => 0), ...weights],
});
const PAIRS = randomPairs({ vocab_size: 1024 }, 3, 5).map(({ chosen, rejected }) => ({
  chosen: prompted(chosen),
  rejected: prompted(rejected),
}));
const BATCH = PAIRS.flatMap(({ chosen, rejected }) => [chosen, rejected]);

test("every family that is understood is tested", () => {
  const tested = new Set(CASES.map(([, { model_type }]) => model_type));
  assert.deepEqual([...tested].sort(), [...FAMILY_NAMES].sort());
});

test("gradients and merged checkpoints of all families are those of torch and PEFT", { skip }, async (t) => {
  const lora = { rank: 4, alpha: 12 };
  const workOf = (index: number) => join(folder, `work-${index}`);
  const worst = await assertEqualTorch(
    CASES.map(([name], index) => ({
      ...{ name, base: folderOf(index), folder: workOf(index) },
      ...{ lora, batch: BATCH, pairs: PAIRS },
    })),
  );
  const configOf = (of: string) => readFileSync(join(of, "config.json"), "utf8");
  for (const [index, [name, { model_type }]] of CASES.entries()) {
    t.diagnostic(`${name}: worst relative error of a gradient: ${worst[index]}`);
    assert.equal(configOf(join(workOf(index), "merged")), configOf(folderOf(index)), name);
    assert.equal(JSON.parse(configOf(folderOf(index))).model_type, model_type, name);
  }
});

test("greedy completions of all families are those of transformers", { skip }, async (t) => {
  const generate = 3;
  const found = await checkGreedy(
    CASES.map((_, index) => ({ folder: folderOf(index), conversations: CONVERSATIONS, tokens: 24, generate })),
  );
  for (const [index, [name]] of CASES.entries()) {
    const { tokens, ties } = found[index]!;
    assert(tokens > 5 * CONVERSATIONS.length, `${name}: ${tokens} tokens`);
    t.diagnostic(`${name}: ${tokens} tokens, ${ties} of them decided by a tie`);
  }
});
