import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";
import type { Worker } from "node:worker_threads";
import { temporaryFolder } from "../../test/tiny-model.ts";
import { initialize } from "./checkpoint.ts";
import { openGenerator } from "./generate.ts";
import type { Request } from "./scheduler.ts";
import { buildTokenizer, loadTokenizer } from "./tokenizer.ts";

const file = buildTokenizer(["open the red door with a key"]);
const { encode, bos, end, size } = loadTokenizer(file);

function untrained(test: { after(done: () => void): void }): string {
  const folder = join(temporaryFolder(test), "base");
  const config = {
    hidden_size: 16,
    intermediate_size: 32,
    num_hidden_layers: 1,
    num_attention_heads: 2,
    num_key_value_heads: 1,
    max_position_embeddings: 48,
    rope_theta: 10_000,
    rms_norm_eps: 1e-6,
    tie_word_embeddings: false,
  };
  initialize({ config, tokenizer: file, seed: 1, to: folder });
  return folder;
}

const request = (more: Partial<Request> = {}): Request => ({
  chunks: [[bos, ...encode("open the door"), end]],
  maxTokens: 6,
  temperature: 1,
  seed: 0,
  stop: end,
  ...more,
});

test("hundreds of requests at once get the answers they get alone", async (t) => {
  const folder = untrained(t);
  const requests = Array.from({ length: 300 }, (_, seed) =>
    request({ seed, chunks: [[bos, ...encode(seed % 2 ? "a red key" : "the door"), end]] }),
  );
  const crowded = await openGenerator(folder);
  const together = await Promise.all(requests.map((one) => crowded.generate(one)));
  await crowded.close();
  const single = await openGenerator(folder, { slots: 1 });
  for (const i of [0, 1, 77, 298]) assert.deepEqual(await single.generate(requests[i]!), together[i]);
  await single.close();
  assert(new Set(together.map(({ tokens }) => tokens.join())).size > 50);
  for (const { tokens, finishReason } of together) {
    assert(!tokens.includes(end));
    assert.equal(finishReason === "length", tokens.length === 6);
  }
});

test("answers are one of the choices, with or without the stop token at their end", async (t) => {
  const generator = await openGenerator(untrained(t));
  const choices = [encode("open door"), [...encode("open"), end], encode("key")];
  const seen = new Set<string>();
  for (let seed = 0; seed < 40; seed++) {
    const { tokens, finishReason } = await generator.generate(request({ choices, seed }));
    assert.equal(finishReason, "stop");
    seen.add(tokens.join());
  }
  assert.deepEqual([...seen].sort(), ["open door", "open", "key"].map((text) => encode(text).join()).sort());
  await generator.close();
});

test("a conversation that leaves no room for the answer is refused", async (t) => {
  const generator = await openGenerator(untrained(t));
  const chunks = [Array.from({ length: 44 }, () => bos)];
  await generator.generate(request({ chunks, maxTokens: 4 }));
  await assert.rejects(generator.generate(request({ chunks, maxTokens: 5 })), {
    name: "ContextFullError",
    message: /44 tokens.*up to 5.*48 tokens/,
  });
  await generator.generate(request({ chunks, maxTokens: 5, choices: [encode("open the door"), encode("key")] }));
  const long = encode("open the red door");
  await assert.rejects(generator.generate(request({ chunks, choices: [long] })), { name: "ContextFullError" });
  await generator.close();
});

test("malformed requests are refused", async (t) => {
  const generator = await openGenerator(untrained(t));
  const refused = (more: Partial<Request>, message: RegExp) =>
    assert.rejects(generator.generate(request(more)), { name: "ModelError", message });
  await refused({ chunks: [] }, /chunks/);
  await refused({ chunks: [[bos, size]] }, new RegExp(`chunks .* from 0 to ${size - 1}, got ${size}`));
  await refused({ choices: [] }, /choices/);
  await refused({ choices: [[end, 5]] }, /stop token only at their end/);
  await refused({ temperature: -1 }, /temperature/);
  await refused({ seed: 0.5 }, /seed/);
  await refused({ maxTokens: 0 }, /maxTokens/);
  await generator.close();
});

test("closing rejects what is not answered and everything after", async (t) => {
  const generator = await openGenerator(untrained(t));
  const pending = Array.from({ length: 50 }, (_, seed) => generator.generate(request({ seed, maxTokens: 30 })));
  const settled = Promise.allSettled(pending);
  await generator.close();
  assert((await settled).every((result) => result.status === "rejected" && /closed/.test(String(result.reason))));
  await assert.rejects(generator.generate(request()), /closed/);
});

test("a worker that dies rejects what is not answered and everything after", async (t) => {
  const started = once(process, "worker") as Promise<[Worker]>;
  const generator = await openGenerator(untrained(t));
  const [worker] = await started;
  const pending = Array.from({ length: 50 }, (_, seed) => generator.generate(request({ seed, maxTokens: 30 })));
  const settled = Promise.allSettled(pending);
  await worker.terminate();
  assert(
    (await settled).every((result) => result.status === "rejected" && /worker stopped/.test(String(result.reason))),
  );
  await assert.rejects(generator.generate(request()), { name: "ModelError", message: /worker stopped/ });
  await generator.close();
});

test("an unusable checkpoint fails to open, and says which", async (t) => {
  const folder = untrained(t);
  await assert.rejects(openGenerator(folder, { slots: 0 }), /slots/);
  writeFileSync(join(folder, "model.safetensors"), "");
  await assert.rejects(openGenerator(folder), { name: "ModelError", message: /model\.safetensors/ });
  await assert.rejects(openGenerator(join(folder, "nothing")), { name: "ModelError", message: /nothing/ });
});

test("an open generator does not keep the process alive, an unanswered request does", async (t) => {
  const folder = untrained(t);
  const script = join(folder, "..", "ask.ts");
  writeFileSync(
    script,
    `import { openGenerator } from ${JSON.stringify(join(import.meta.dirname, "generate.ts"))};
     const generator = await openGenerator(${JSON.stringify(folder)});
     generator.generate(${JSON.stringify(request())}).then(({ finishReason }) => console.log("answered", finishReason));`,
  );
  const flags = process.execArgv.filter((flag) => !flag.startsWith("--test"));
  const { stdout } = await promisify(execFile)(process.execPath, [...flags, script], { timeout: 60_000 });
  assert.match(stdout, /^answered (stop|length)\n$/);
});
