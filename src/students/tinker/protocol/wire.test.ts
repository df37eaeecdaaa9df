import assert from "node:assert/strict";
import { test } from "node:test";
import { isStatePath, samplerPathOf } from "./paths.ts";
import { adamParameters, lossInput, modelInput, readSample, samplingParameters } from "./wire.ts";

test("a sequence is shifted by one: each token is predicted from those before it", () => {
  const input = lossInput([{ tokens: [5, 6, 7], weights: [0, 0, -0.25] }]);
  assert.deepEqual(JSON.parse(JSON.stringify(input)), {
    data: [
      {
        model_input: { chunks: [{ type: "encoded_text", tokens: [5, 6] }] },
        loss_fn_inputs: {
          target_tokens: { data: [6, 7], dtype: "int64", shape: [2] },
          weights: { data: [0, -0.25], dtype: "float32", shape: [2] },
        },
      },
    ],
    loss_fn: "cross_entropy",
  });
});

test("parameters have the protocol's names", () => {
  const adam = { learningRate: 1, beta1: 2, beta2: 3, epsilon: 4, weightDecay: 5, gradientClip: 6 };
  assert.deepEqual(adamParameters(adam), {
    ...{ learning_rate: 1, beta1: 2, beta2: 3, eps: 4, weight_decay: 5, grad_clip_norm: 6 },
  });
  assert.deepEqual(samplingParameters({ maxTokens: 9, temperature: 0.5, seed: 2 ** 31 + 3, stop: [2] }), {
    ...{ max_tokens: 9, temperature: 0.5, seed: 3, stop: [2] },
  });
  assert.deepEqual(modelInput([1]), { chunks: [{ type: "encoded_text", tokens: [1] }] });
});

test("a sample is one sequence of token ids with a reason", () => {
  const answer = (...sequences: object[]) => ({ sequences });
  const whole = { tokens: [1, 2], stop_reason: "stop", logprobs: [-1, -2] };
  assert.deepEqual(readSample(answer(whole)), { tokens: [1, 2], finishReason: "stop" });
  for (const [wrong, pattern] of [
    [{}, /expected one sequence/],
    [answer(whole, whole), /expected one sequence/],
    [answer({ ...whole, tokens: [1, -2] }), /expected tokens/],
    [answer({ ...whole, stop_reason: "error" }), /expected stop_reason/],
  ] as const) {
    assert.throws(() => readSample(wrong), pattern);
  }
});

test("a state leads to what is sampled", () => {
  assert.equal(samplerPathOf("tinker://run/weights/a-1"), "tinker://run/sampler_weights/a-1");
  assert(isStatePath("tinker://run/weights/a"));
  for (const other of [
    "tinker://run/sampler_weights/a",
    "tinker://run/a",
    "run/weights/a",
    "tinker://run/weights/a b",
  ]) {
    assert(!isStatePath(other), other);
  }
});
