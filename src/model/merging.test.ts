import assert from "node:assert/strict";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { randomPairs, randomParameters, TINY_CONFIG, temporaryFolder } from "../../test/tiny-model.ts";
import { adaptedMatrices, adaptersOf, initialAdapters, type Lora } from "./adapters.ts";
import type { Architecture, Parameters } from "./architecture.ts";
import { makeBatch } from "./batches.ts";
import { initialize, readCheckpoint, writeSuccessor } from "./checkpoint.ts";
import { gradientEngine } from "./gradients.ts";
import { writeMerged } from "./merging.ts";
import { type NumberFormat, narrow } from "./number-formats.ts";
import { randomStream } from "./random.ts";
import { openSafetensors, readSafetensors } from "./safetensors.ts";
import { buildTokenizer } from "./tokenizer.ts";

const lora: Lora = { rank: 2, alpha: 3 };
const WEIGHTS = "model.safetensors";

/** A checkpoint with parameters of some size, and adapters for it. */
function base(test: { after(done: () => void): void }) {
  const folder = temporaryFolder(test);
  const { vocab_size: _, ...shape } = TINY_CONFIG;
  initialize({ config: shape, tokenizer: buildTokenizer([]), seed: 1, to: join(folder, "untrained") });
  const { config } = readCheckpoint(join(folder, "untrained"));
  const from = join(folder, "base");
  writeSuccessor(join(folder, "untrained"), from, config, randomParameters(config, 4));
  const random = randomStream(9);
  const adapters = new Map(
    [...initialAdapters(config, lora, 1)].map(([name, values]) => [name, values.map(() => 0.2 * random.normal())]),
  );
  return { from, to: join(folder, "merged"), config, adapters };
}

/** The weights of `folder` in another number format, in as many files as told. */
function rewrite(folder: string, format: NumberFormat, files: number): void {
  const all = [...readSafetensors(join(folder, WEIGHTS))];
  rmSync(join(folder, WEIGHTS));
  const weight_map: Record<string, string> = {};
  for (let index = 0; index < files; index++) {
    const name = files === 1 ? WEIGHTS : `model-0000${index + 1}-of-0000${files}.safetensors`;
    const own = all.filter((_, i) => i % files === index);
    let offset = 0;
    const header: Record<string, object> = { __metadata__: { format: "pt" } };
    const numbers = own.map(([tensor, { shape, data }]) => {
      const bytes = narrow(data, format);
      header[tensor] = { dtype: format, shape, data_offsets: [offset, (offset += bytes.length)] };
      weight_map[tensor] = name;
      return bytes;
    });
    const json = Buffer.from(JSON.stringify(header));
    const length = Buffer.alloc(8);
    length.writeBigUInt64LE(BigInt(json.length));
    writeFileSync(join(folder, name), Buffer.concat([length, json, ...numbers]));
  }
  if (files > 1) writeFileSync(join(folder, `${WEIGHTS}.index.json`), JSON.stringify({ metadata: {}, weight_map }));
}

const batch = (config: Architecture) => makeBatch(randomPairs(config, 4, 2).map(({ chosen }) => chosen));

async function logProbabilities(folder: string, adapters?: Parameters): Promise<Float32Array> {
  const { config, parameters } = readCheckpoint(folder);
  const engine = gradientEngine(config, parameters, adapters ? { adapters: { lora, values: adapters } } : {});
  const found = await engine.logProbabilities(batch(config));
  await engine.close();
  return found;
}

for (const [format, files, tolerance] of [
  ["F32", 1, 1e-4],
  ["F16", 1, 0.05],
  ["BF16", 1, 0.5],
  ["F32", 3, 1e-4],
] as const) {
  test(`a merged checkpoint says what base and adapters say: ${format}, ${files} weight files`, async (t) => {
    const { from, to, config, adapters } = base(t);
    rewrite(from, format, files);
    writeMerged({ from, config, lora, adapters }, to);
    const [plain, adapted, merged] = [
      await logProbabilities(from),
      await logProbabilities(from, adapters),
      await logProbabilities(to),
    ];
    const distance = (other: Float32Array) => Math.max(...adapted.map((value, i) => Math.abs(value - other[i]!)));
    assert(distance(merged) < tolerance && distance(plain) > 2 * tolerance, `${distance(merged)} ${distance(plain)}`);

    const names = readdirSync(from).sort();
    assert.deepEqual(readdirSync(to).sort(), [...names, "adapter"].sort());
    const touched = new Set(adaptedMatrices(config).map(({ name }) => name));
    for (const name of names) {
      const [before, after] = [readFileSync(join(from, name)), readFileSync(join(to, name))];
      if (!name.endsWith(".safetensors")) {
        assert.deepEqual(after, before, name);
        continue;
      }
      assert.equal(after.length, before.length);
      const [old, now] = [openSafetensors(join(from, name)), openSafetensors(join(to, name))];
      assert.deepEqual(now.head, old.head);
      for (const [tensor, entry] of old.entries) {
        const isSame = Buffer.from(old.read(entry)).equals(Buffer.from(now.read(entry)));
        assert.equal(isSame, !touched.has(tensor), tensor);
      }
      old.close();
      now.close();
    }
  });
}

test("the adapters lie in a folder of their own, and what would mislead a loader is not carried over", (t) => {
  const { from, to, config, adapters } = base(t);
  writeFileSync(join(from, "chat_template.jinja"), "{{ messages }}");
  mkdirSync(join(from, "additional_chat_templates"));
  writeFileSync(join(from, "additional_chat_templates", "tool_use.jinja"), "{{ tools }}");
  writeFileSync(join(from, "adapter_config.json"), "{}");
  writeFileSync(join(from, "pytorch_model.bin.index.json"), "{}");
  writeFileSync(join(from, "README.md"), "of another model");
  writeMerged({ from, config, lora, adapters }, to);
  assert.deepEqual(readdirSync(to).sort(), [
    "adapter",
    "additional_chat_templates",
    "chat_template.jinja",
    "config.json",
    "generation_config.json",
    WEIGHTS,
    "tokenizer.json",
    "tokenizer_config.json",
  ]);
  const stored = readSafetensors(join(to, "adapter", "adapter_model.safetensors"));
  assert.deepEqual(
    [...stored].map(([name, { shape, data }]) => [name, shape, data]),
    adaptersOf(config, lora.rank).map(({ name, shape }) => [name, shape, adapters.get(name)!]),
  );
  const description = JSON.parse(readFileSync(join(to, "adapter", "adapter_config.json"), "utf8"));
  assert.deepEqual([description.r, description.lora_alpha, description.target_modules.length], [2, 3, 7]);
});

test("a base that is damaged leaves no checkpoint", (t) => {
  const { from, to, config, adapters } = base(t);
  const weights = join(from, WEIGHTS);
  const whole = readFileSync(weights);
  writeFileSync(weights, whole.subarray(0, whole.length - 8));
  assert.throws(() => writeMerged({ from, config, lora, adapters }, to), { name: "ModelError", message: /shorter/ });
  assert(!existsSync(to));
  for (const [index, message] of [
    [{ weight_map: { a: "../base/model.safetensors" } }, /expected weight_map to name safetensors files, got "\.\./],
    [{}, /got none/],
  ] as const) {
    writeFileSync(join(from, `${WEIGHTS}.index.json`), JSON.stringify(index));
    assert.throws(() => readCheckpoint(from), { name: "ModelError", message });
  }
});
