/** The embedded model against torch and transformers: gradients, log-probabilities, tokens, optimiser, checkpoints. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import fc from "fast-check";
import type { Message } from "../../src/core/message.ts";
import { tokenChunks } from "../../src/formats/tokens.ts";
import { type Parameters, sizeOf } from "../../src/model/architecture.ts";
import { initialize, readConfig, writeSuccessor } from "../../src/model/checkpoint.ts";
import { openGenerator } from "../../src/model/generate.ts";
import { gradientEngine } from "../../src/model/gradients.ts";
import type { LlamaConfig } from "../../src/model/llama.ts";
import { openObjective } from "../../src/model/objectives.ts";
import { adamStep } from "../../src/model/optimizer.ts";
import { randomStream } from "../../src/model/random.ts";
import { readSafetensors } from "../../src/model/safetensors.ts";
import { buildTokenizer, loadTokenizer, SPECIAL_TOKENS } from "../../src/model/tokenizer.ts";
import { anyCharacter } from "../any-character.ts";
import { askPython, skipWithoutTorch } from "../python-torch.ts";
import { randomPairs, randomParameters, TINY_CONFIG, temporaryFolder } from "../tiny-model.ts";

const SCRIPT = join(import.meta.dirname, "model-torch.py");
const skip = skipWithoutTorch();
const tokenizer = buildTokenizer(["you see a shelf_8 and a café", "go to shelf_8 飲み物", "go back"]);

/** A checkpoint with parameters far from their initial values. */
function checkpoint(folder: string, config: Partial<LlamaConfig>, seed = 2) {
  const { vocab_size: _, ...shape } = { ...TINY_CONFIG, ...config };
  const [base, to] = [join(folder, `base-${seed}`), join(folder, `random-${seed}`)];
  initialize({ config: shape, tokenizer, seed: 1, to: base });
  const full = readConfig(base);
  const parameters = randomParameters(full, seed);
  writeSuccessor(base, to, full, parameters);
  return { to, config: full, parameters };
}

const CONFIGS: readonly Partial<LlamaConfig>[] = [
  {},
  { tie_word_embeddings: false, rope_theta: 500, rms_norm_eps: 1e-5 },
  { num_key_value_heads: 4, num_hidden_layers: 3, hidden_size: 64 },
];

test("log-probabilities and all gradients equal torch's", { skip }, async (t) => {
  const shape = { sequences: 3, length: 40 };
  const random = randomStream(3);
  const cases = CONFIGS.map((changes) => {
    const folder = temporaryFolder(t);
    const { to, config, parameters } = checkpoint(folder, changes);
    // Transformers keeps the padding token's row (0) from learning as an input.
    const token = () => 1 + Math.floor(random.next() * (config.vocab_size - 1));
    const sequences = Array.from({ length: shape.sequences }, () => Array.from({ length: shape.length }, token));
    const places = Array.from({ length: 120 }, (_, i) => i).filter((i) => i % 3 !== 1);
    const targets = places.map(token);
    const weights = places.map(() => random.normal() / places.length);
    const file = join(folder, "gradients.safetensors");
    const question = { ask: "gradients", folder: to, sequences, places, targets, weights, to: file };
    return { config, parameters, question };
  });
  const answers = askPython(
    SCRIPT,
    cases.map(({ question }) => question),
  ) as { loss: number; logProbabilities: number[] }[];
  for (const [i, { config, parameters, question }] of cases.entries()) {
    const torch = answers[i]!;
    const engine = gradientEngine(config, parameters);
    const { loss, logProbabilities } = await engine.run({
      ...shape,
      tokens: BigInt64Array.from(question.sequences.flat(), BigInt),
      places: BigInt64Array.from(question.places, BigInt),
      targets: BigInt64Array.from(question.targets, BigInt),
      weights: Float32Array.from(question.weights),
    });
    await engine.close();
    assert(Math.abs(loss - torch.loss) < 1e-4, `${loss} and ${torch.loss}`);
    logProbabilities.forEach((value, k) => {
      assert(Math.abs(value - torch.logProbabilities[k]!) < 1e-4, `place ${question.places[k]}`);
    });
    expectGradients(engine.gradients, question.to, `model ${i}`);
  }
});

/** The gradients of a file that torch wrote, to 1e-5. */
function expectGradients(gradients: Parameters, file: string, what: string): void {
  const expected = readSafetensors(file);
  assert.deepEqual([...expected.keys()].sort(), [...gradients.keys()].sort());
  for (const [parameter, gradient] of gradients) {
    const { data, shape } = expected.get(parameter)!;
    assert.equal(gradient.length, sizeOf(shape));
    const error = Math.hypot(...gradient.map((value, k) => value - data[k]!)) / Math.hypot(...data);
    assert(error < 1e-5, `${parameter} of ${what}: relative error ${error}`);
  }
}

test("loss and gradients of preferences equal torch's DPO on the same tokens", { skip }, async (t) => {
  const cases = CONFIGS.map((changes, i) => {
    const folder = temporaryFolder(t);
    const [model, start] = [checkpoint(folder, changes, 2), checkpoint(folder, changes, 3)];
    const [pairs, beta] = [randomPairs(model.config, 6, i), [0.1, 0.5, 0.02][i]!];
    const to = join(folder, "gradients.safetensors");
    return { model, start, question: { ask: "preference", folder: model.to, reference: start.to, pairs, beta, to } };
  });
  const answers = askPython(
    SCRIPT,
    cases.map(({ question }) => question),
  ) as { loss: number }[];
  for (const [i, { model, start, question }] of cases.entries()) {
    const { pairs, beta, to } = question;
    const parameters = new Map([...start.parameters].map(([name, values]) => [name, values.slice()]));
    const engine = gradientEngine(model.config, parameters);
    const running = { parallel: 4 };
    const objective = await openObjective({ kind: "preference", pairs, beta }, engine, running);
    for (const [name, values] of parameters) values.set(model.parameters.get(name)!);
    const loss = await objective.learn(pairs.map((_, k) => k));
    assert(Math.abs(loss - answers[i]!.loss) < 1e-5 * answers[i]!.loss, `${loss} and ${answers[i]!.loss}`);
    expectGradients(engine.gradients, to, `model ${i}`);
    await engine.close();
  }
});

test("greedy answers equal transformers' generate", { skip }, async (t) => {
  const { to, config } = checkpoint(temporaryFolder(t), {});
  const random = randomStream(5);
  const stop = config.vocab_size - 1;
  const prompts = [1, 9, 70, 120].map((length) =>
    Array.from({ length }, () => 1 + Math.floor(random.next() * (config.vocab_size - 1))),
  );
  const found = askPython(
    SCRIPT,
    prompts.map((prompt) => ({ ask: "generate", folder: to, prompt, count: 30, stop })),
  ) as { tokens: number[] }[];
  const generator = await openGenerator(to);
  for (const [i, prompt] of prompts.entries()) {
    const request = { maxTokens: 30, temperature: 0, seed: 0, stop };
    const { tokens } = await generator.generate({ ...request, chunks: [prompt.slice(0, 5), prompt.slice(5)] });
    assert.deepEqual(
      tokens,
      found[i]!.tokens.filter((token) => token !== stop),
    );
  }
  await generator.close();
});

test("tokens, texts and chats equal those of transformers' AutoTokenizer", { skip }, async (t) => {
  const { to, config } = checkpoint(temporaryFolder(t), {});
  const ours = loadTokenizer(to);
  const unit = fc.oneof(
    fc.constantFrom("you", "see", "shelf_8", "shelf", "café", "飲み物", "👩‍🚀", "<0x41>", "\u200b", "\ufeff", "\u0085"),
    fc.string({ unit: anyCharacter, minLength: 1, maxLength: 6 }),
  );
  const space = fc.constantFrom(" ", "  ", "\n", "\t", "\u00a0", "\u3000", "\u2028");
  const text = fc
    .array(fc.tuple(space, unit), { maxLength: 8 })
    .map((parts) => parts.flat().join("").replaceAll("▁", "_"))
    .filter((made) => made.isWellFormed() && !Object.values(SPECIAL_TOKENS).some((token) => made.includes(token)));
  const texts = fc.sample(text, { numRuns: 2000, seed: 1 });
  const chats: Message[][] = texts.slice(0, 300).map((_, i) => {
    const roles = ["user", "assistant", "user"] as const;
    return roles.slice(0, 1 + (i % 3)).map((role, k) => ({ role, content: texts[(i + k) % 300]! }));
  });
  const [found] = askPython(SCRIPT, [{ ask: "tokenise", folder: to, texts, chats }]) as [
    { ids: number[][]; decoded: string[]; chats: number[][]; special: number[]; size: number },
  ];
  assert.deepEqual(found.special, [ours.pad, ours.bos, ours.end]);
  assert.equal(found.size, config.vocab_size);
  texts.forEach((text, i) => {
    assert.deepEqual(ours.encode(text), found.ids[i], JSON.stringify(text));
    assert.equal(ours.decode(found.ids[i]!), found.decoded[i], JSON.stringify(text));
  });
  chats.forEach((chat, i) => {
    assert.deepEqual(tokenChunks(chat, ours).flat(), found.chats[i], JSON.stringify(chat));
  });
});

test("AdamW steps equal torch's", { skip }, () => {
  const random = randomStream(7);
  const draws = (count: number) => Array.from({ length: count }, random.normal);
  const [weights, gradients] = [draws(50), Array.from({ length: 20 }, () => draws(50))];
  const [rate, decay] = [0.01, 0.1];
  const ours = Float32Array.from(weights);
  const state = { steps: 0, mean: new Float32Array(50), square: new Float32Array(50) };
  for (const gradient of gradients) adamStep(ours, Float32Array.from(gradient), state, { rate, decay: rate * decay });
  const [torch] = askPython(SCRIPT, [{ ask: "adamw", weights, gradients, rate, decay }]) as [{ weights: number[] }];
  torch.weights.forEach((value, i) => {
    assert(Math.abs(value - ours[i]!) < 1e-6, `weight ${i}: ${ours[i]}, torch ${value}`);
  });
});
