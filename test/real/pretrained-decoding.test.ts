/** What a tiny checkpoint writes greedily: the same as under transformers. */
import assert from "node:assert/strict";
import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import type { Message } from "../../src/core/message.ts";
import { checkGreedy } from "../greedy-equality.ts";
import { temporaryFolder } from "../temporary.ts";
import { SENTENCES, skip, tinyCheckpoint } from "./real.ts";

const CONVERSATIONS = SENTENCES.slice(0, 12).map((sentence, index): Message[] => {
  const turns = Array.from({ length: index % 4 }, (_, turn): Message[] => [
    { role: "user", content: SENTENCES[turn]! },
    { role: "assistant", content: `go to shelf ${turn}` },
  ]).flat();
  return [...turns, { role: "user", content: sentence }];
});

const GREEDY = { conversations: CONVERSATIONS, tokens: 24, generate: CONVERSATIONS.length };

test("greedy completions of a tiny checkpoint are those of transformers", { skip }, async () => {
  const [found] = await checkGreedy([{ folder: tinyCheckpoint(), ...GREEDY }]);
  assert(found!.tokens > 5 * CONVERSATIONS.length);
});

test("so are those of one whose positions are stretched, as Llama 3.1 stretches them", { skip }, async () => {
  const folder = join(temporaryFolder(), "stretched");
  cpSync(tinyCheckpoint(), folder, { recursive: true });
  const path = join(folder, "config.json");
  const { rope_parameters: _, ...config } = JSON.parse(readFileSync(path, "utf8"));
  const rope_scaling = {
    ...{ rope_type: "llama3", factor: 8, low_freq_factor: 1, high_freq_factor: 4 },
    original_max_position_embeddings: 64,
  };
  writeFileSync(path, JSON.stringify({ ...config, rope_theta: 10_000, rope_scaling }));
  await checkGreedy([{ folder, ...GREEDY }]);
});
