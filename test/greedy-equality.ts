/**
 * Our greedy completions of a checkpoint beside transformers'. The rule: equal token for token; where one differs, then only
 * because transformers itself finds both tokens equally likely but for rounding (`ROUNDING`), and what follows is another text.
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import type { Message } from "../src/core/policy.ts";
import { pretrainedModel } from "../src/policies/pretrained.ts";
import { openChatTokenizer } from "../src/tokenizers/chat-tokenizer.ts";
import { endOfTurn } from "../src/tokenizers/end-of-turn.ts";
import { askPython } from "./python-torch.ts";

/** Logits that differ by less are equal: float32 products added up in another order differ by about a tenth of it. */
const ROUNDING = 1e-3;

interface Greedy {
  readonly folder: string;
  readonly conversations: readonly (readonly Message[])[];
  /** Of the longest completion. */
  readonly tokens: number;
}

interface Answer {
  readonly completion: readonly number[];
  readonly margin: number | null;
}

/** Throws AssertionError for a token that breaks the rule. Returns how many completions are equal to the last token. */
export async function checkGreedy({ folder, conversations, tokens }: Greedy): Promise<number> {
  const model = await pretrainedModel({ folder, name: "greedy", slots: 8, context: 1024, tokenIds: true });
  // All at once: the batch must not change what anyone writes.
  const ours = await Promise.all(
    conversations.map((messages) => model.complete({ messages, temperature: 0, maxTokens: tokens, seed: 0 })),
  );
  await model.close();
  const rows = ours.map(({ tokenIds }) => tokenIds!);
  const stops = [endOfTurn(openChatTokenizer(folder))];
  const script = join(import.meta.dirname, "real", "greedy.py");
  const theirs = askPython(script, { folder, rows, tokens, stops }) as Answer[];
  assert.equal(theirs.length, rows.length);
  return theirs.filter(({ completion, margin }, index) => {
    if (margin === null) {
      assert.deepEqual(rows[index]!.completion, completion);
      return true;
    }
    assert(margin <= ROUNDING, `completion ${index} differs where transformers is sure: its logit is ${margin} higher`);
    return false;
  }).length;
}
