import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import {
  ARCHITECTURE,
  counting,
  encodeGguf,
  METADATA,
  type Tensor,
  tensorsOf,
  type Value,
} from "../../test/gguf-file.ts";
import { randomParameters, temporaryFolder } from "../../test/tiny-model.ts";
import { readCheckpoint } from "./checkpoint.ts";
import { openGguf } from "./gguf.ts";
import { convertGguf } from "./gguf-checkpoint.ts";
import { narrow } from "./number-formats.ts";

const half = (...values: number[]) => narrow(Float32Array.from(values), "F16");
/** The numbers 0 … 15 in both halves of 16 bytes, those of the high halves backwards. */
const NIBBLES = Uint8Array.from(counting(0, 16), (low) => low | ((15 - low) << 4));

const FORMATS: Readonly<Record<string, { tensor: Tensor; expected: readonly number[] }>> = {
  F32: {
    tensor: { shape: [2, 1], type: 0, bytes: new Uint8Array(Float32Array.of(0.1, -3).buffer) },
    expected: [Math.fround(0.1), -3],
  },
  F16: { tensor: { shape: [2], type: 1, bytes: half(0.5, -1024) }, expected: [0.5, -1024] },
  Q4_0: {
    tensor: { shape: [32], type: 2, bytes: Buffer.concat([half(0.25), NIBBLES]) },
    expected: [...counting(-8, 16), ...counting(-8, 16).reverse()].map((value) => value * 0.25),
  },
  Q4_1: {
    tensor: { shape: [1, 32], type: 3, bytes: Buffer.concat([half(0.25), half(-2), NIBBLES]) },
    expected: [...counting(0, 16), ...counting(0, 16).reverse()].map((value) => value * 0.25 - 2),
  },
  Q8_0: {
    tensor: {
      shape: [2, 32],
      type: 8,
      bytes: Buffer.concat([half(2), Uint8Array.from(counting(-16, 32)), half(0.5), Uint8Array.from(counting(96, 32))]),
    },
    expected: [...counting(-16, 32).map((value) => 2 * value), ...counting(96, 32).map((value) => value / 2)],
  },
};

test("every format that is read gives the numbers that it stands for", async (t) => {
  const path = join(temporaryFolder(t), "model.gguf");
  writeFileSync(path, encodeGguf({}, new Map(Object.entries(FORMATS).map(([name, { tensor }]) => [name, tensor]))));
  const file = await openGguf(path);
  t.after(file.close);
  for (const [name, { tensor, expected }] of Object.entries(FORMATS)) {
    assert.deepEqual(file.tensors.get(name)!.shape, tensor.shape, name);
    assert.deepEqual([...file.tensors.get(name)!.read()], expected, name);
  }
});

test("a file that is none, or has a format that is not read, is refused by name", async (t) => {
  const path = join(temporaryFolder(t), "model.gguf");
  writeFileSync(path, "no such thing, and long enough for a header of some kind");
  await assert.rejects(openGguf(path), { name: "ModelError", message: /model\.gguf: expected a GGUF file/ });
  writeFileSync(path, encodeGguf({}, new Map([["a", { shape: [256], type: 14, bytes: new Uint8Array(210) }]])));
  await assert.rejects(openGguf(path), {
    name: "ModelError",
    message: /expected a to be one of F32, .*Q8_0, BF16, got Q6_K/,
  });
});

test("a converted file is the checkpoint that it was made of", async (t) => {
  const folder = temporaryFolder(t);
  const parameters = randomParameters(ARCHITECTURE, 3);
  writeFileSync(join(folder, "model.gguf"), encodeGguf(METADATA, tensorsOf(parameters)));
  await convertGguf(join(folder, "model.gguf"), join(folder, "made"));
  const made = readCheckpoint(join(folder, "made"));
  assert.equal(made.config.rms_norm_eps, 1e-5);
  assert.equal(made.config.tie_word_embeddings, true);
  for (const [name, values] of parameters) assert.deepEqual(made.parameters.get(name), values, name);
  const tokenizer = JSON.parse(readFileSync(join(folder, "made", "tokenizer.json"), "utf8"));
  assert.deepEqual([tokenizer.model.vocab.ab, tokenizer.model.merges], [5, [["a", "b"]]]);
  assert.deepEqual(
    tokenizer.added_tokens.map(({ content }: { content: string }) => content),
    ["<pad>", "<s>", "</s>"],
  );
});

test("what would be guessed is refused: another architecture, another tokenizer, a tensor of another shape", async (t) => {
  const folder = temporaryFolder(t);
  const tensors = new Map(tensorsOf(randomParameters(ARCHITECTURE, 3)));
  const refused = async (metadata: Readonly<Record<string, Value>>, message: RegExp) => {
    writeFileSync(join(folder, "model.gguf"), encodeGguf(metadata, tensors));
    await assert.rejects(convertGguf(join(folder, "model.gguf"), join(folder, "made")), {
      name: "ModelError",
      message,
    });
  };
  await refused({ ...METADATA, "general.architecture": "qwen2" }, /expected the architecture llama, got qwen2/);
  await refused({ ...METADATA, "tokenizer.ggml.pre": "qwen2" }, /gpt2 with gpt-2 or smollm, got gpt2 with qwen2/);
  await refused({ ...METADATA, "tokenizer.chat_template": 1 }, /tokenizer\.chat_template to be string, got 1/);
  await refused(
    { ...METADATA, "llama.feed_forward_length": 64 },
    /blk\.0\.ffn_gate\.weight of shape \[64,32\], got \[32,32\]/,
  );
  // Positions that are stretched: read without it, the model would compute something else.
  tensors.set("rope_freqs.weight", { shape: [32], type: 0, bytes: new Uint8Array(128) });
  await refused(METADATA, /expected the weights of a plain Llama, got rope_freqs\.weight as well/);
});
