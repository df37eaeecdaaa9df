/**
 * Our greedy completions of checkpoints beside transformers'. The rule: every token is the one that transformers finds most
 * likely after the same tokens, or one whose logit is below the highest by no more than `ROUNDING`: such a tie depends on the
 * order in which float32 products are added up. Of completions without a tie, `generate` gives the same ones.
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import type { Message } from "../src/core/message.ts";
import { pretrainedModel } from "../src/students/pretrained/model.ts";
import { openChatTokenizer } from "../src/tokenizers/chat-tokenizer.ts";
import { endsOfTurn } from "../src/tokenizers/end-of-turn.ts";
import { askPython } from "./python-torch.ts";

/** Of logits. Those of two programs differ by about a hundredth of it. */
const ROUNDING = 1e-3;

export interface Greedy {
  readonly folder: string;
  readonly conversations: readonly (readonly Message[])[];
  /** Of the longest completion. */
  readonly tokens: number;
  /** How many are also compared with what `generate` writes; it is slow. */
  readonly generate: number;
}

interface Answer {
  readonly margins: readonly number[];
  readonly generated: readonly number[] | null;
}

export interface Equality {
  /** Tokens compared, and those among them that a tie decided. */
  readonly tokens: number;
  readonly ties: number;
}

/** Throws AssertionError for a token that breaks the rule, in any of `cases`; one process answers for all. */
export async function checkGreedy(cases: readonly Greedy[]): Promise<Equality[]> {
  const questions = [];
  for (const one of cases) questions.push(await questionOf(one));
  const script = join(import.meta.dirname, "real", "greedy.py");
  const answers = askPython(script, questions) as Answer[][];
  return questions.map((question, index) => compared(question, answers[index]!));
}

type Question = Awaited<ReturnType<typeof questionOf>>;

async function questionOf({ folder, conversations, tokens, generate }: Greedy) {
  const model = await pretrainedModel({ folder, name: "greedy", slots: 8, context: 1024, tokenIds: true });
  // All at once: the batch must not change what anyone writes.
  const ours = await Promise.all(
    conversations.map((messages) => model.complete({ messages, temperature: 0, maxTokens: tokens, seed: 0 })),
  );
  await model.close();
  const rows = ours.map(({ tokenIds }) => tokenIds!);
  const stops = endsOfTurn(openChatTokenizer(folder));
  return { folder, rows, tokens, stops, generate };
}

function compared({ folder, rows }: Question, answers: readonly Answer[]): Equality {
  assert.equal(answers.length, rows.length);
  let ties = 0;
  for (const [index, { margins, generated }] of answers.entries()) {
    const { completion } = rows[index]!;
    assert.equal(margins.length, completion.length);
    for (const [place, margin] of margins.entries()) {
      assert(
        margin <= ROUNDING,
        `${folder}, completion ${index}, token ${place}: transformers' own has a logit higher by ${margin}`,
      );
    }
    const tied = margins.filter((margin) => margin > 0).length;
    if (generated && tied === 0) assert.deepEqual(generated, completion, `${folder}, completion ${index}`);
    ties += tied;
  }
  return { tokens: rows.reduce((sum, { completion }) => sum + completion.length, 0), ties };
}
