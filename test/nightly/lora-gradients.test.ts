/** Adapters against torch and PEFT on SmolLM2-135M: every gradient, and the merged checkpoint. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { openChatTokenizer } from "../../src/tokenizers/chat-tokenizer.ts";
import { CONTEXT } from "../../src/tokenizers/labels.ts";
import { context, demonstration, learned, rowOf } from "../chat-checkpoint.ts";
import { assertEqualTorch } from "../real/lora.ts";
import { SENTENCES, skip } from "../real/real.ts";
import { smollm2 } from "../smollm2.ts";

const RULES = "You play a text game. Every turn, answer with one action, naming things as they were shown to you.";

test("gradients, losses and logits on SmolLM2-135M equal those of torch and PEFT", { skip }, async (t) => {
  const base = smollm2();
  const folder = mkdtempSync(join(tmpdir(), "gleaner-lora-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const tokenizer = openChatTokenizer(base);
  const exampleOf = (texts: readonly string[]) => {
    const turns = texts.flatMap((text, i) => [context("user", text), learned(`go to shelf ${i}`)]);
    const { inputIds, labels } = rowOf(tokenizer, demonstration(context("system", RULES), ...turns));
    return { tokens: inputIds, weights: labels.map((label) => (label === CONTEXT ? 0 : 1)) };
  };
  const batch = [exampleOf(SENTENCES.slice(0, 8)), exampleOf(SENTENCES.slice(8, 10))];
  const lora = { rank: 16, alpha: 32 };
  const [worst] = await assertEqualTorch([{ name: "SmolLM2", base, folder, lora, batch, pairs: [], threads: 2 }]);
  assert(worst! > 0);
  t.diagnostic(`${batch[0]!.tokens.length} tokens, worst relative error of a gradient: ${worst}`);
});
