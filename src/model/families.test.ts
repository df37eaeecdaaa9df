/** What config.json of each family means, as published checkpoints and either version of transformers write it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { parametersOf, windowsOf } from "./architecture.ts";
import { ModelError } from "./errors.ts";
import { architectureOf, FAMILY_NAMES } from "./families.ts";

const SIZES = {
  vocab_size: 100,
  hidden_size: 64,
  intermediate_size: 96,
  num_hidden_layers: 6,
  num_attention_heads: 4,
  num_key_value_heads: 2,
  max_position_embeddings: 512,
};
const read = (model_type: string, others: object = {}) =>
  architectureOf("config.json", { model_type, ...SIZES, ...others });

const refused = (model_type: string, others: object, message: RegExp) =>
  assert.throws(() => read(model_type, others), { name: "ModelError", message });

/** Members that published checkpoints have, and that change nothing. */
const USUAL = {
  architectures: ["SomeForCausalLM"],
  attention_dropout: 0,
  bos_token_id: 1,
  eos_token_id: [2, 3],
  initializer_range: 0.02,
  torch_dtype: "bfloat16",
  transformers_version: "4.51.0",
  use_cache: true,
};

test("Llama: biases as told, a head size of its own, stretched positions", () => {
  const plain = read("llama", { ...USUAL, pretraining_tp: 1, rope_interleaved: false, is_llama_config: true });
  assert.deepEqual([plain.headSize, plain.scoreSize, plain.biases, plain.tie_word_embeddings], [16, 16, [], false]);
  assert.deepEqual(plain.attention, new Array(6).fill({ rope: { theta: 10_000, scaling: null }, window: null }));
  assert.deepEqual(read("llama", { attention_bias: true, mlp_bias: true }).biases, [
    ...["queries", "keys", "values", "attentionOutput"],
    ...["gate", "up", "down"],
  ]);
  const odd = read("llama", { head_dim: 20, rope_scaling: { type: "linear", factor: 2 }, rope_theta: 7 });
  assert.equal(odd.headSize, 20);
  assert.deepEqual(odd.attention[5]!.rope, { theta: 7, scaling: { kind: "linear", factor: 2 } });
  assert.equal(read("llama", { num_key_value_heads: null }).num_key_value_heads, 4);
});

test("Mistral: a window in every layer, or none where it is null", () => {
  assert.deepEqual(windowsOf(read("mistral", { sliding_window: null, head_dim: null })), [null]);
  assert.deepEqual(windowsOf(read("mistral", { sliding_window: 9 })), [9]);
  assert.deepEqual(windowsOf(read("mistral")), [4096]);
  refused("mistral", { sliding_window: 0 }, /sliding_window to be a whole number ≥ 1, got 0/);
  refused("mistral", { layer_types: ["full_attention"] }, /"layer_types": \["full_attention"\] is not understood/);
});

test("Qwen2: biases of queries, keys and values; windows only where they are switched on", () => {
  const published = { ...USUAL, hidden_act: "silu", max_window_layers: 2, sliding_window: 32, use_mrope: false };
  const plain = read("qwen2", { ...published, rope_theta: 1e6, use_sliding_window: false });
  assert.deepEqual(plain.biases, ["queries", "keys", "values"]);
  assert.deepEqual(windowsOf(plain), [null]);
  assert.equal(plain.attention[0]!.rope!.theta, 1e6);
  const slides = read("qwen2", { ...published, use_sliding_window: true });
  assert.deepEqual(
    slides.attention.map(({ window }) => window),
    [null, null, 32, 32, 32, 32],
  );
  const listed = [...new Array(5).fill("full_attention"), "sliding_attention"];
  const byList = read("qwen2", { ...published, use_sliding_window: true, layer_types: listed });
  assert.deepEqual(
    byList.attention.map(({ window }) => window),
    [null, null, null, null, null, 32],
  );
  refused("qwen2", { layer_types: listed }, /use_sliding_window to be true where layer_types has sliding_attention/);
  refused("qwen2", { use_sliding_window: true, max_window_layers: 0 }, /sliding_window to be .*got nothing/);
  refused("qwen2", { layer_types: ["full_attention"] }, /layer_types to be .* for each of 6 layers/);
  refused("qwen2", { use_sliding_window: "no" }, /use_sliding_window to be true or false, got "no"/);
  refused("qwen2", { use_mrope: true }, /use_mrope to be false, got true/);
  refused("qwen2", { dual_chunk_attention_config: {} }, /dual_chunk_attention_config/);
});

test("Qwen3: norms of queries and keys, head size of its own", () => {
  const found = read("qwen3", { ...USUAL, attention_bias: false, max_window_layers: 28, sliding_window: null });
  assert.deepEqual([found.queryKeyNorms, found.headSize, found.scoreSize, found.biases], [true, 128, 128, []]);
  assert.equal(read("qwen3", { head_dim: 24 }).headSize, 24);
  refused("qwen3", { num_experts: 8 }, /"num_experts": 8 is not understood/);
  refused(
    "qwen3_moe",
    {},
    /model_type to be one of llama, mistral, qwen2, qwen3, smollm3, gemma3_text, got "qwen3_moe"/,
  );
});

test("SmolLM3: some layers without rotation, told by a list or by every so many layers", () => {
  const turns = (others: object) => read("smollm3", others).attention.map(({ rope }) => rope?.theta ?? 0);
  assert.deepEqual(turns({ pretraining_tp: 2, max_window_layers: 28 }), [2e6, 2e6, 2e6, 0, 2e6, 2e6]);
  assert.deepEqual(turns({ no_rope_layer_interval: 2, rope_theta: 5 }), [5, 0, 5, 0, 5, 0]);
  assert.deepEqual(turns({ no_rope_layers: [0, 0, 1, 1, 1, 1, 1], rope_theta: 5 }), [0, 0, 5, 5, 5, 5]);
  assert.equal(read("smollm3").tie_word_embeddings, true);
  const slides = read("smollm3", { use_sliding_window: true, sliding_window: 8 });
  assert.deepEqual(
    slides.attention.map(({ window }) => window),
    [null, null, null, 8, null, null],
  );
  refused("smollm3", { no_rope_layers: [1, 1] }, /no_rope_layers to be 0 or 1 for each of 6 layers/);
});

test("Gemma 3: two ropes, windows, norms around each part, scaled embeddings and scores", () => {
  const older = {
    ...USUAL,
    cache_implementation: "hybrid",
    head_dim: 32,
    hidden_activation: "gelu_pytorch_tanh",
    query_pre_attn_scalar: 20,
    rope_local_base_freq: 100,
    rope_theta: 1000,
    rope_scaling: { rope_type: "linear", factor: 8 },
    sliding_window: 10,
    sliding_window_pattern: 3,
    attn_logit_softcapping: null,
    final_logit_softcapping: null,
  };
  const near = { rope: { theta: 100, scaling: null }, window: 10 };
  const far = { rope: { theta: 1000, scaling: { kind: "linear", factor: 8 } }, window: null };
  const found = read("gemma3_text", older);
  assert.deepEqual(found.attention, [near, near, far, near, near, far]);
  const { headSize, scoreSize, embeddingScale, normOffset, outputNorms, activation, tie_word_embeddings } = found;
  assert.deepEqual(
    { headSize, scoreSize, embeddingScale, normOffset, outputNorms, activation, tie_word_embeddings },
    {
      ...{ headSize: 32, scoreSize: 20, embeddingScale: 8, normOffset: 1, outputNorms: true },
      ...{ activation: "gelu_tanh", tie_word_embeddings: true },
    },
  );
  const newer = {
    sliding_window: 10,
    layer_types: [...new Array(5).fill("sliding_attention"), "full_attention"],
    _sliding_window_pattern: 6,
    use_bidirectional_attention: false,
    rope_parameters: {
      full_attention: { rope_type: "linear", rope_theta: 1000, factor: 8 },
      sliding_attention: { rope_type: "default", rope_theta: 100 },
    },
  };
  assert.deepEqual(read("gemma3_text", newer).attention, [near, near, near, near, near, far]);
  assert.deepEqual(read("gemma3_text").attention[0], { rope: { theta: 10_000, scaling: null }, window: 4096 });
  refused("gemma3_text", { final_logit_softcapping: 30 }, /final_logit_softcapping to be null, got 30/);
  refused("gemma3_text", { use_bidirectional_attention: true }, /use_bidirectional_attention to be false/);
  refused("gemma3_text", { hidden_activation: "gelu" }, /hidden_activation to be "gelu_pytorch_tanh", got "gelu"/);
  refused(
    "gemma3_text",
    { rope_parameters: { full_attention: {} } },
    /rope_parameters to be full_attention and sliding/,
  );
  refused("gemma3", {}, /model_type to be one of/);
});

test("what nobody understands is refused by name, whatever it is called; what is null says nothing", () => {
  assert.deepEqual(read("llama", { brand_new: null }), read("llama"));
  refused(
    "llama",
    { brand_new: false },
    /^config\.json: "brand_new": false is not understood, expected it to be absent \(remove it/,
  );
  refused("constructor", {}, /model_type/);
  refused("llama", { toString: 1 }, /"toString": 1 is not understood/);
  refused("llama", { rope_scaling: [1] }, /rope_scaling to be an object, got \[1\]/);
  refused(
    "llama",
    { rope_scaling: { rope_type: "default", mrope_section: [1] } },
    /rope_scaling to be null, or default/,
  );
  refused("llama", { rope_scaling: { rope_type: "linear", factor: -1 } }, /rope_scaling to be null, or default/);
  refused("llama", { hidden_act: "gelu" }, /hidden_act to be "silu", got "gelu"/);
  let deep: unknown = 1;
  for (let level = 0; level < 50_000; level++) deep = [deep];
  refused("llama", { rope_theta: deep }, /rope_theta to be a number > 0, got something nested too deeply/);
  refused("llama", { brand_new: "x".repeat(1000) }, /"brand_new": "x{78}… is not understood/);
  refused("llama", { rms_norm_eps: null }, /rms_norm_eps to be a number > 0, got null/);
});

const MEMBERS = [
  ...Object.keys(SIZES),
  ...["head_dim", "hidden_act", "hidden_activation", "rms_norm_eps", "tie_word_embeddings", "copy_head"],
  ...["rope_theta", "rope_scaling", "rope_parameters", "rope_local_base_freq", "partial_rotary_factor"],
  ...["attention_bias", "mlp_bias", "use_sliding_window", "sliding_window", "max_window_layers", "layer_types"],
  ...["sliding_window_pattern", "no_rope_layers", "no_rope_layer_interval", "query_pre_attn_scalar", "pruned_heads"],
];

test("whatever a member holds, it is read or refused by a typed error, and what is read can be listed", () => {
  const kind = fc.constantFrom("default", "linear", "llama3", "yarn");
  const rope = fc.dictionary(
    fc.constantFrom(
      "rope_type",
      "type",
      "rope_theta",
      "factor",
      "low_freq_factor",
      "full_attention",
      "sliding_attention",
    ),
    fc.oneof(kind, fc.double(), fc.constant(null), fc.record({ rope_theta: fc.double() })),
  );
  const list = fc.array(fc.constantFrom("full_attention", "sliding_attention", 0, 1, null), { maxLength: 7 });
  const value = fc.oneof(fc.jsonValue(), fc.integer({ min: -2, max: 9 }), fc.boolean(), rope, list);
  const others = fc.dictionary(fc.constantFrom(...MEMBERS), value, { maxKeys: 3 });
  let understood = 0;
  fc.assert(
    fc.property(fc.constantFrom(...FAMILY_NAMES), others, (family, changes) => {
      try {
        const found = read(family, changes);
        understood += 1;
        assert.equal(found.attention.length, found.num_hidden_layers);
        for (const { shape } of parametersOf(found))
          assert(shape.every((size) => Number.isSafeInteger(size) && size >= 1));
      } catch (error) {
        if (!(error instanceof ModelError)) throw error;
        assert.match(error.message, /^config\.json: /);
      }
    }),
    { numRuns: 3000 },
  );
  assert(understood > 100, `${understood}`);
});
