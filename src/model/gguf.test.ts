import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { randomParameters, TINY, temporaryFolder } from "../../test/tiny-model.ts";
import { readCheckpoint } from "./checkpoint.ts";
import { openGguf } from "./gguf.ts";
import { convertGguf } from "./gguf-checkpoint.ts";
import { narrow } from "./number-formats.ts";

const CONFIG = { ...TINY, hidden_size: 32, intermediate_size: 32, rms_norm_eps: 1e-5 };

interface Tensor {
  readonly shape: readonly number[];
  /** ggml's number of the format. */
  readonly type: number;
  readonly bytes: Uint8Array;
}

type Value = number | string | readonly string[] | readonly number[];

const little = (size: number, write: (view: DataView) => void): Uint8Array => {
  const bytes = new Uint8Array(size);
  write(new DataView(bytes.buffer));
  return bytes;
};
const u32 = (value: number) => little(4, (view) => view.setUint32(0, value, true));
const u64 = (value: number) => little(8, (view) => view.setBigUint64(0, BigInt(value), true));
const f32 = (value: number) => little(4, (view) => view.setFloat32(0, value, true));
const text = (value: string) => Buffer.concat([u64(Buffer.byteLength(value)), Buffer.from(value)]);
/** GGUF's numbers for the types of values. */
const [U32, F32, STRING, ARRAY] = [4, 6, 8, 9];

function encodeValue(value: Value): Uint8Array {
  if (typeof value === "string") return Buffer.concat([u32(STRING), text(value)]);
  if (typeof value === "number") {
    return Buffer.concat(Number.isInteger(value) ? [u32(U32), u32(value)] : [u32(F32), f32(value)]);
  }
  const isText = typeof value[0] === "string";
  const items = value.map((item) => (isText ? text(item as string) : u32(item as number)));
  return Buffer.concat([u32(ARRAY), u32(isText ? STRING : U32), u64(value.length), ...items]);
}

/** A GGUF file, version 3. */
function encodeGguf(metadata: Readonly<Record<string, Value>>, tensors: ReadonlyMap<string, Tensor>): Uint8Array {
  const aligned = (length: number) => Math.ceil(length / 32) * 32;
  const pad = (bytes: Uint8Array) => Buffer.concat([bytes, new Uint8Array(aligned(bytes.length) - bytes.length)]);
  let offset = 0;
  const infos = [...tensors].map(([name, { shape, type, bytes }]) => {
    const dimensions = shape.toReversed().map(u64);
    const info = Buffer.concat([text(name), u32(shape.length), ...dimensions, u32(type), u64(offset)]);
    offset += aligned(bytes.length);
    return info;
  });
  const pairs = Object.entries(metadata).map(([key, value]) => Buffer.concat([text(key), encodeValue(value)]));
  const head = [Buffer.from("GGUF"), u32(3), u64(tensors.size), u64(pairs.length), ...pairs, ...infos];
  return Buffer.concat([pad(Buffer.concat(head)), ...[...tensors.values()].map(({ bytes }) => pad(bytes))]);
}

const half = (...values: number[]) => narrow(Float32Array.from(values), "F16");
const counting = (from: number, count: number) => Array.from({ length: count }, (_, i) => from + i);

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

/** As llama.cpp's converter orders the rows of queries and keys: the two of a rotated pair side by side. */
function interleaved(matrix: Float32Array, heads: number, inputs: number): Float32Array {
  const rows = Array.from({ length: matrix.length / inputs }, (_, row) =>
    matrix.subarray(row * inputs, (row + 1) * inputs),
  );
  const size = rows.length / heads;
  const order = rows.flatMap((_, row) => {
    const [head, place] = [Math.floor(row / size), row % size];
    return rows[head * size + (place % 2) * (size / 2) + Math.floor(place / 2)]!;
  });
  return Float32Array.from(order.flatMap((row) => [...row]));
}

const METADATA = {
  "general.architecture": "llama",
  "llama.embedding_length": CONFIG.hidden_size,
  "llama.feed_forward_length": CONFIG.intermediate_size,
  "llama.block_count": CONFIG.num_hidden_layers,
  "llama.attention.head_count": CONFIG.num_attention_heads,
  "llama.attention.head_count_kv": CONFIG.num_key_value_heads,
  "llama.context_length": CONFIG.max_position_embeddings,
  "llama.rope.freq_base": CONFIG.rope_theta,
  "llama.attention.layer_norm_rms_epsilon": CONFIG.rms_norm_eps,
  "tokenizer.ggml.model": "gpt2",
  "tokenizer.ggml.pre": "smollm",
  "tokenizer.ggml.tokens": ["<pad>", "<s>", "</s>", "a", "b", "ab", ...counting(6, 18).map((id) => `t${id}`)],
  "tokenizer.ggml.token_type": [3, 3, 3, ...Array.from({ length: 21 }, () => 1)],
  "tokenizer.ggml.merges": ["a b"],
  "tokenizer.ggml.bos_token_id": 1,
  "tokenizer.ggml.eos_token_id": 2,
  "tokenizer.ggml.padding_token_id": 0,
  "tokenizer.ggml.unknown_token_id": 0,
  "tokenizer.chat_template": "{{ messages[0]['content'] }}",
};

function tensorsOf(parameters: ReturnType<typeof randomParameters>): Map<string, Tensor> {
  const parts = { q_proj: "attn_q", k_proj: "attn_k", v_proj: "attn_v", o_proj: "attn_output" };
  const rest = { gate_proj: "ffn_gate", up_proj: "ffn_up", down_proj: "ffn_down" };
  const norms = { input_layernorm: "attn_norm", post_attention_layernorm: "ffn_norm" };
  const names: Readonly<Record<string, string>> = { ...parts, ...rest, ...norms };
  const tensors = new Map<string, Tensor>();
  for (const [name, values] of parameters) {
    const [, layer, part] = /layers\.(\d+)\..*?(\w+)\.weight$/.exec(name) ?? [];
    const whole = name.startsWith("model.embed") ? "token_embd.weight" : "output_norm.weight";
    const heads = part === "q_proj" ? CONFIG.num_attention_heads : CONFIG.num_key_value_heads;
    const isRotated = part === "q_proj" || part === "k_proj";
    const stored = isRotated ? interleaved(values, heads, CONFIG.hidden_size) : values;
    const shape = name.includes("norm") ? [values.length] : [values.length / CONFIG.hidden_size, CONFIG.hidden_size];
    const bytes = new Uint8Array(stored.slice().buffer);
    tensors.set(part ? `blk.${layer}.${names[part]}.weight` : whole, { shape, type: 0, bytes });
  }
  return tensors;
}

test("a converted file is the checkpoint that it was made of", async (t) => {
  const folder = temporaryFolder(t);
  const parameters = randomParameters(CONFIG, 3);
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
  const tensors = tensorsOf(randomParameters(CONFIG, 3));
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
});
