/** What a tiny checkpoint writes greedily: the same as under transformers. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Message } from "../../src/core/policy.ts";
import { checkGreedy } from "../greedy-equality.ts";
import { SENTENCES, skip, tinyCheckpoint } from "./real.ts";

test("greedy completions of a tiny checkpoint are those of transformers", { skip }, async () => {
  const conversations = SENTENCES.slice(0, 12).map((sentence, index): Message[] => {
    const turns = Array.from({ length: index % 4 }, (_, turn): Message[] => [
      { role: "user", content: SENTENCES[turn]! },
      { role: "assistant", content: `go to shelf ${turn}` },
    ]).flat();
    return [...turns, { role: "user", content: sentence }];
  });
  const folder = tinyCheckpoint();
  const { tokens } = await checkGreedy({ folder, conversations, tokens: 24, generate: conversations.length });
  assert(tokens > 5 * conversations.length);
});
