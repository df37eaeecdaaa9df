import assert from "node:assert/strict";
import { test } from "node:test";
import {
  chatCheckpoint,
  context,
  demonstration,
  learned,
  TEMPLATES,
  tokenizerJson,
} from "../../../test/chat-checkpoint.ts";
import { TrainerError } from "../../core/errors.ts";
import type { Preference, TrainingSet } from "../../core/training.ts";
import { openChatTokenizer } from "../../tokenizers/chat-tokenizer.ts";
import { trainable } from "./trainable.ts";

const plain = demonstration(context("user", "a"), learned("go"));
const broken = demonstration(context("user", "a"), learned("\ngo"));
const sft = (...examples: (typeof plain)[]): TrainingSet => ({ kind: "sft", examples });

test("where line breaks run together, examples that begin with one are left out by name, and only those", (t) => {
  // Llama 3 parts text so that "assistant\n" and "\ngo" share a token.
  const tokenizer = openChatTokenizer(
    chatCheckpoint(t, { template: TEMPLATES.chatml, tokenizer: tokenizerJson({ parting: "llama3" }) }),
  );
  // What is only read may begin as it likes, and a space does not run into the line break.
  const others = [
    demonstration(context("user", "\na"), context("assistant", "\nb"), learned("c")),
    demonstration(learned(" go")),
  ];
  const { set, leftOut } = trainable(sft(plain, broken, ...others, broken), tokenizer);
  assert.deepEqual(set.examples, [plain, ...others]);
  assert.deepEqual(
    leftOut.map(({ sources }) => sources),
    [["t1"], ["t1"]],
  );
  assert.match(leftOut[0]!.reason, /^message 1: at its beginning the whole has other tokens/);
  const pair = (answer: string): Preference => ({
    ...{ prompt: [{ role: "user", content: "a" }], chosen: [learned(answer)], rejected: [learned("no")] },
    sources: ["won", "lost"] as never,
  });
  const pairs = trainable({ kind: "dpo", examples: [pair("go"), pair("\ngo")], beta: 0.1 }, tokenizer);
  assert.deepEqual([pairs.set.examples.length, pairs.leftOut[0]!.sources], [1, ["won", "lost"]]);
  assert.throws(
    () => trainable(sft(broken), tokenizer),
    (error) =>
      error instanceof TrainerError && /no example can be trained exactly; the first \(t1\)/.test(error.message),
  );
});

test("where they do not run together nothing is left out; what no example can be is left to whoever makes rows", (t) => {
  const gpt2 = openChatTokenizer(
    chatCheckpoint(t, { template: TEMPLATES.llama3, tokenizer: tokenizerJson({ parting: "llama3" }) }),
  );
  assert.deepEqual(trainable(sft(plain, broken), gpt2), { set: sft(plain, broken), leftOut: [] });
  const endless = openChatTokenizer(chatCheckpoint(t, { template: TEMPLATES.endless }));
  assert.deepEqual(trainable(sft(broken), endless).leftOut, []);
});

test("where the template takes one call in a turn, examples with several are left out by name, and only those", (t) => {
  const refusing = TEMPLATES.tools.replace(
    "{% for call in m.tool_calls %}",
    "{% if m.tool_calls | length != 1 %}{{ raise_exception('single tool-calls only') }}{% endif %}{% for call in m.tool_calls %}",
  );
  const calls = [1, 2].map((n) => ({ id: `c${n}`, name: "act", arguments: `{"n":${n}}` }));
  const answer = (n: number) => ({ ...context("tool", `r${n}`), toolCallId: `c${n}` });
  const tools = [{ name: "act", description: "Do it.", parameters: { type: "object" } }];
  const calling = (count: number) => ({
    ...demonstration(
      context("system", "Help."),
      context("user", "a"),
      { ...context("assistant", ""), toolCalls: calls.slice(0, count) },
      ...[1, 2].slice(0, count).map(answer),
      learned("done"),
    ),
    tools,
  });
  const tokenizer = openChatTokenizer(chatCheckpoint(t, { template: refusing }));
  const { set, leftOut } = trainable(sft(plain, calling(1), calling(2)), tokenizer);
  assert.deepEqual(set.examples, [plain, calling(1)]);
  assert.deepEqual(leftOut.length, 1);
  assert.match(leftOut[0]!.reason, /expected a template that can render this conversation \(single tool-calls only\)/);
  const taking = openChatTokenizer(chatCheckpoint(t, { template: TEMPLATES.tools }));
  assert.deepEqual(trainable(sft(calling(2)), taking).leftOut, []);
});
