import assert from "node:assert/strict";
import { existsSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { type TestContext, test } from "node:test";
import { OTHERWISE, randomParameters, TINY, temporaryFolder } from "../../test/tiny-model.ts";
import { type Architecture, type Parameters, parametersOf } from "./architecture.ts";
import { openDecoder, ROWS } from "./decoder.ts";
import { ANY, decodingGraph } from "./decoding-graph.ts";
import { type NumberFormat, narrow, widen } from "./number-formats.ts";
import { openSession } from "./onnx.ts";
import { openWeightFiles } from "./weight-files.ts";

const FREE: Architecture = { ...TINY, tie_word_embeddings: false };

interface Stored {
  readonly format: NumberFormat;
  readonly isParted?: boolean;
  /** Says the shapes; what it has not is a vector of one. */
  readonly config?: Architecture;
}

/** A safetensors file of these parameters in a format. */
function weightFile(names: readonly string[], parameters: Parameters, { format, config = FREE }: Stored): Uint8Array {
  const shapes = new Map(parametersOf(config).map(({ name, shape }) => [name, shape]));
  const parts = names.map((name) => narrow(parameters.get(name)!, format));
  let end = 0;
  const entries = names.map((name, i) => {
    const begin = end;
    end += parts[i]!.length;
    return [name, { dtype: format, shape: shapes.get(name) ?? [1], data_offsets: [begin, end] }];
  });
  const json = Buffer.from(JSON.stringify(Object.fromEntries(entries)));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(json.length));
  return Buffer.concat([length, json, ...parts]);
}

/** Writes a checkpoint's weights, in two files if `isParted`. */
function writeWeights(folder: string, parameters: Parameters, stored: Stored): void {
  const names = [...parameters.keys()].sort();
  if (!stored.isParted) {
    writeFileSync(join(folder, "model.safetensors"), weightFile(names, parameters, stored));
    return;
  }
  const partOf = (index: number) => (index % 2 ? "b.safetensors" : "a.safetensors");
  for (const part of ["a.safetensors", "b.safetensors"]) {
    const own = names.filter((_, index) => partOf(index) === part);
    writeFileSync(join(folder, part), weightFile(own, parameters, stored));
  }
  const weight_map = Object.fromEntries(names.map((name, index) => [name, partOf(index)]));
  writeFileSync(join(folder, "model.safetensors.index.json"), JSON.stringify({ weight_map }));
}

const CONVERSATION = Array.from({ length: 40 }, (_, i) => (i * 7 + 3) % FREE.vocab_size);

/** Logits after the conversation, read in two calls. */
async function logits(decoder: ReturnType<typeof openDecoder>): Promise<Float32Array> {
  await decoder.read([{ row: 0, tokens: CONVERSATION.slice(0, 32), position: 0 }], 32);
  return (await decoder.read([{ row: 0, tokens: CONVERSATION.slice(32), position: 32 }], 8))[0]!.slice();
}

async function logitsFromFiles(t: TestContext, folder: string, config: Architecture): Promise<Float32Array> {
  const files = openWeightFiles(folder, config);
  const session = await openSession(decodingGraph(config, files.places, ANY), 1, files.folder);
  t.after(() => session.release());
  files.dispose();
  return logits(openDecoder(config, session, { rows: 2, stretches: true }));
}

async function logitsFromMemory(t: TestContext, parameters: Parameters, config: Architecture): Promise<Float32Array> {
  const session = await openSession(decodingGraph(config, parameters, ROWS), 1);
  t.after(() => session.release());
  return logits(openDecoder(config, session));
}

const rounded = (parameters: Parameters, format: NumberFormat): Parameters =>
  new Map([...parameters].map(([name, values]) => [name, widen(narrow(values, format).slice().buffer, format)]));

const nameOf = (config: Architecture) =>
  config === TINY ? "tied" : config === FREE ? "free" : config === OTHERWISE ? "otherwise" : "biases";

for (const [format, isParted, config] of [
  ["F32", false, TINY],
  ["F32", true, FREE],
  ["BF16", false, FREE],
  ["F16", true, TINY],
  ["F32", true, OTHERWISE],
  ["F32", false, { ...TINY, biases: ["queries", "keys", "values"] }],
] as const) {
  const how = `${format}, ${isParted ? "two files" : "one file"}, ${nameOf(config)}`;
  test(`a model read from its files says what it says from memory: ${how}`, async (t) => {
    const folder = temporaryFolder(t);
    const parameters = randomParameters(config, 5);
    writeWeights(folder, parameters, { format, isParted, config });
    const expected = await logitsFromMemory(t, rounded(parameters, format), config);
    const found = await logitsFromFiles(t, folder, config);
    const worst = Math.max(...found.map((value, i) => Math.abs(value - expected[i]!)));
    assert(worst < 1e-4, `logits differ by ${worst}`);
  });
}

test("float32 is read where it lies, behind links too; other numbers from a copy that is removed", (t) => {
  const folder = temporaryFolder(t);
  const parameters = randomParameters(TINY, 5);
  mkdirSync(join(folder, "blobs"));
  mkdirSync(join(folder, "snapshot"));
  writeWeights(join(folder, "blobs"), parameters, { format: "F32" });
  symlinkSync("../blobs/model.safetensors", join(folder, "snapshot", "model.safetensors"));
  const linked = openWeightFiles(join(folder, "snapshot"), TINY);
  assert.equal(linked.folder, join(folder, "blobs"));
  linked.dispose();
  assert(existsSync(join(folder, "blobs", "model.safetensors")));

  writeWeights(folder, parameters, { format: "BF16" });
  const copied = openWeightFiles(folder, TINY);
  assert.notEqual(dirname(copied.folder), folder);
  copied.dispose();
  assert(!existsSync(copied.folder));
});

test("weights that are missing, too many or of another shape are refused by name", (t) => {
  const folder = temporaryFolder(t);
  const parameters = new Map(randomParameters(TINY, 5));
  const refused = (message: RegExp, config = TINY) =>
    assert.throws(() => openWeightFiles(folder, config), { name: "ModelError", message });
  refused(/model\.safetensors/);
  writeWeights(folder, parameters, { format: "F32" });
  refused(/expected lm_head\.weight of shape \[24,16\], got nothing/, FREE);
  refused(/expected model\.embed_tokens\.weight of shape \[25,16\], got \[24,16\]/, { ...TINY, vocab_size: 25 });
  // What others store beside: a table that follows from the configuration, and a tied output matrix.
  parameters.set("model.layers.0.self_attn.rotary_emb.inv_freq", Float32Array.of(1));
  parameters.set("lm_head.weight", parameters.get("model.embed_tokens.weight")!);
  writeWeights(folder, parameters, { format: "F32" });
  openWeightFiles(folder, TINY);
  parameters.set("model.layers.0.self_attn.q_proj.bias", Float32Array.of(1));
  writeWeights(folder, parameters, { format: "F32" });
  refused(/model\.layers\.0\.self_attn\.q_proj\.bias is no parameter of this architecture/);
});
