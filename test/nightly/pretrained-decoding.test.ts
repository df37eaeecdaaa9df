/** What SmolLM2-135M writes greedily: the same as under transformers, 50 prompts, 64 tokens each. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Message } from "../../src/core/message.ts";
import { checkGreedy } from "../greedy-equality.ts";
import { SENTENCES, skip } from "../real/real.ts";
import { smollm2 } from "../smollm2.ts";

const PROMPTS = 50;
const TOPICS = ["cats", "Paris", "the moon", "bread", "rivers", "glass", "bees", "ships", "¾ of a cup", "日本"];

/** Questions, games of some turns, and both with and without a system message. */
function conversation(index: number): Message[] {
  const topic = TOPICS[index % TOPICS.length]!;
  const question: Message = { role: "user", content: `Tell me ${index + 2} facts about ${topic}.` };
  if (index % 3 === 0) return [question];
  const turns = Array.from({ length: index % 5 }, (_, turn): Message[] => [
    { role: "user", content: SENTENCES[(3 * (index + turn)) % SENTENCES.length]! },
    { role: "assistant", content: `Thought: ${topic}?\nAction: go to shelf ${turn}` },
  ]).flat();
  const system: Message = { role: "system", content: `You play a text game about ${topic}.` };
  return index % 2 === 0 ? [system, ...turns, question] : [...turns, question];
}

test(`${PROMPTS} greedy completions of SmolLM2-135M are those of transformers`, { skip }, async (t) => {
  const conversations = Array.from({ length: PROMPTS }, (_, index) => conversation(index));
  const found = await checkGreedy([{ folder: smollm2(), conversations, tokens: 64, generate: 5 }]);
  const { tokens, ties } = found[0]!;
  t.diagnostic(`${tokens} tokens, ${ties} of them decided by a tie`);
  assert(tokens > 20 * PROMPTS);
});
