import assert from "node:assert/strict";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { randomParameters, TINY_CONFIG, temporaryFolder } from "../../test/tiny-model.ts";
import { EMBEDDING, FINAL_NORM, parametersOf } from "./architecture.ts";
import { initialize, readCheckpoint, readConfig, writeSuccessor } from "./checkpoint.ts";
import { writeFolder } from "./folder.ts";
import { encodeSafetensors, readSafetensors } from "./safetensors.ts";
import { buildTokenizer } from "./tokenizer.ts";

const tokenizer = buildTokenizer(["go to the shelf", "go back"]);
const { vocab_size: _, ...shape } = TINY_CONFIG;

function untrained(test: { after(done: () => void): void }, seed = 1): string {
  const folder = join(temporaryFolder(test), "base");
  initialize({ config: shape, tokenizer, seed, to: folder });
  return folder;
}

test("what is written is what is read", (t) => {
  const base = untrained(t);
  const { config } = readCheckpoint(base);
  assert.equal(config.vocab_size, Object.keys(tokenizer.model.vocab).length);
  const parameters = randomParameters(config, 5);
  const next = join(base, "..", "next");
  writeSuccessor(base, next, config, parameters);
  assert.deepEqual(readCheckpoint(next), { config, parameters });
  for (const file of readdirSync(base).filter((name) => name !== "model.safetensors")) {
    assert.deepEqual(readFileSync(join(next, file)), readFileSync(join(base, file)), file);
  }
});

test("the files are those that transformers reads, and the same seed gives the same bytes", (t) => {
  const [one, two, other] = [untrained(t), untrained(t), untrained(t, 2)];
  const names = readdirSync(one).sort();
  assert.deepEqual(names, [
    "config.json",
    "generation_config.json",
    "model.safetensors",
    "tokenizer.json",
    "tokenizer_config.json",
  ]);
  for (const name of names) assert.deepEqual(readFileSync(join(one, name)), readFileSync(join(two, name)), name);
  const weights = (folder: string) => readFileSync(join(folder, "model.safetensors"));
  assert.notDeepEqual(weights(one), weights(other));
  const config = JSON.parse(readFileSync(join(one, "config.json"), "utf8"));
  assert.deepEqual(config.architectures, ["LlamaForCausalLM"]);
  assert.equal(config.torch_dtype, "float32");
});

test("an untrained model's scales leave the first predictions nearly uniform", (t) => {
  const { parameters } = readCheckpoint(untrained(t));
  const embedding = parameters.get(EMBEDDING)!;
  const deviation = Math.sqrt(embedding.reduce((sum, value) => sum + value * value, 0) / embedding.length);
  assert(Math.abs(deviation - 0.2) < 0.01, `${deviation}`);
  assert(parameters.get(FINAL_NORM)!.every((value) => value === 0.25));
});

test("bfloat16 weights are read exactly", (t) => {
  const file = join(temporaryFolder(t), "half.safetensors");
  const header = Buffer.from(JSON.stringify({ w: { dtype: "BF16", shape: [2], data_offsets: [0, 4] } }));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));
  writeFileSync(file, Buffer.concat([length, header, Buffer.from(Uint16Array.of(0x3fc0, 0xc000).buffer)]));
  assert.deepEqual([...readSafetensors(file).get("w")!.data], [1.5, -2]);
});

test("a damaged or foreign file is refused by name", (t) => {
  const folder = untrained(t);
  const weights = join(folder, "model.safetensors");
  const whole = readFileSync(weights);
  writeFileSync(weights, whole.subarray(0, whole.length - 8));
  assert.throws(() => readCheckpoint(folder), /model\.safetensors.*shorter/);
  writeFileSync(weights, "no such thing");
  assert.throws(() => readCheckpoint(folder), { name: "ModelError", message: /model\.safetensors/ });
  writeFileSync(weights, encodeSafetensors(new Map([["extra", { shape: [1], data: Float32Array.of(1) }]])));
  assert.throws(() => readCheckpoint(folder), /extra is no parameter/);
  // A table that older checkpoints store beside their parameters is no reason to refuse them.
  const table = "model.layers.0.self_attn.rotary_emb.inv_freq";
  writeFileSync(weights, encodeSafetensors(new Map([[table, { shape: [1], data: Float32Array.of(1) }]])));
  assert.throws(() => readCheckpoint(folder), /expected model\.embed_tokens\.weight .* got nothing/);
  const { config } = { config: readConfig(folder) };
  const tensors = new Map(
    parametersOf(config).map(({ name, shape }) => [
      name,
      { shape: [...shape].reverse(), data: randomParameters(config, 1).get(name)! },
    ]),
  );
  writeFileSync(weights, encodeSafetensors(tensors));
  assert.throws(
    () => readCheckpoint(folder),
    /expected model\.embed_tokens\.weight of shape \[\d+,16\], got \[16,\d+\]/,
  );
});

for (const [field, value, expected] of [
  ["model_type", "gpt2", /model_type to be one of llama, .*got "gpt2"/],
  ["hidden_act", "gelu", /hidden_act/],
  ["head_dim", 5, /head_dim to be an even number, got 5/],
  ["copy_head", true, /copy_head to be false where model_type is llama, got true/],
  ["attention_bias", "some", /attention_bias to be true or false, got "some"/],
  ["rope_scaling", { rope_type: "linear", factor: 2, low_freq_factor: 1 }, /rope_scaling to be null, or/],
  ["rope_scaling", { type: "dynamic", factor: 2 }, /rope_scaling to be null, or default, linear or llama3/],
  ["rope_scaling", { factor: 2 }, /rope_scaling to be null, or/],
  ["rope_parameters", { rope_type: "yarn", factor: 2 }, /rope_parameters to be null, or/],
  ["rope_parameters", { rope_theta: 7 }, /rope_theta to be 7, as rope_parameters says, got 10000/],
  ["partial_rotary_factor", 0.5, /partial_rotary_factor to be 1, got 0.5/],
  [
    "quantization_config",
    { bits: 4 },
    /"quantization_config": \{"bits":4\} is not understood, expected it to be absent/,
  ],
  ["num_local_experts", 8, /"num_local_experts": 8 is not understood/],
  ["num_key_value_heads", 3, /num_key_value_heads to be a divisor of num_attention_heads/],
  ["hidden_size", 18, /hidden_size/],
  ["num_hidden_layers", 0, /num_hidden_layers/],
] as const) {
  test(`a config with another ${field} is refused`, (t) => {
    const folder = untrained(t);
    const path = join(folder, "config.json");
    const config = JSON.parse(readFileSync(path, "utf8"));
    writeFileSync(path, JSON.stringify({ ...config, head_dim: undefined, [field]: value }));
    assert.throws(() => readConfig(folder), expected);
  });
}

test("stretched positions are read as either version of transformers writes them", (t) => {
  const folder = untrained(t);
  const path = join(folder, "config.json");
  const plain = JSON.parse(readFileSync(path, "utf8"));
  const scaling = {
    ...{ rope_type: "llama3", factor: 8, low_freq_factor: 1, high_freq_factor: 4 },
    original_max_position_embeddings: 16,
  };
  const read = (changes: object) => {
    writeFileSync(path, JSON.stringify({ ...plain, ...changes }));
    return readConfig(folder);
  };
  const stretched = { kind: "llama3", factor: 8, low: 1, high: 4, firstLength: 16 };
  const [older] = read({ rope_scaling: scaling }).attention;
  assert.deepEqual(older, { rope: { theta: 10_000, scaling: stretched }, window: null });
  const parameters = { rope_theta: 500, ...scaling };
  const [newer] = read({ rope_theta: undefined, rope_parameters: parameters }).attention;
  assert.deepEqual(newer, { rope: { theta: 500, scaling: stretched }, window: null });
  const [plainly] = read({ rope_parameters: { rope_type: "default" } }).attention;
  assert.deepEqual(plainly, { rope: { theta: 10_000, scaling: null }, window: null });
  assert.throws(
    () => read({ rope_scaling: scaling, rope_parameters: parameters }),
    /expected rope_scaling to be null where rope_parameters is there/,
  );
  assert.throws(
    () => read({ rope_scaling: { ...scaling, factor: undefined } }),
    /expected rope_scaling to be null, or/,
  );
});

test("a folder is written whole or not at all, and never over another", (t) => {
  const folder = join(temporaryFolder(t), "checkpoint");
  const failing = new Map<string, string>([
    ["first", "1"],
    ["no/such/folder", "2"],
  ]);
  assert.throws(() => writeFolder(folder, failing));
  assert(!existsSync(folder));
  writeFolder(folder, new Map([["first", "1"]]));
  assert.deepEqual(readdirSync(join(folder, "..")), ["checkpoint"]);
  assert.throws(() => writeFolder(folder, new Map()), { name: "ModelError", message: /expected no such file/ });
  mkdirSync(join(folder, "..", "taken"));
  assert.throws(() => initialize({ config: shape, tokenizer, seed: 1, to: join(folder, "..", "taken") }), /taken/);
});
