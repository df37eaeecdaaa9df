/**
 * Calls in exported files, loaded by tools that render by templates of their own: what LLaMA-Factory (both) and ms-swift learn,
 * decoded, are the stored calls, thoughts and answers, turn by turn. (TRL, Axolotl and verl: histories.test.ts.)
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { before, test } from "node:test";
import type { Tool, ToolCall } from "../../src/core/message.ts";
import type { Demonstration, TrainingSet, WeightedMessage } from "../../src/core/training.ts";
import { exportSet } from "../../src/exporters/export.ts";
import { exporterNamed } from "../../src/exporters/registry.ts";
import { openChatTokenizer } from "../../src/tokenizers/chat-tokenizer.ts";
import { temporaryFolder } from "../temporary.ts";
import { type Loaded, loaded } from "./export-tools.ts";
import { skip, tinyCheckpoint } from "./real.ts";

const TOOLS: readonly Tool[] = [
  {
    name: "find",
    description: 'Finds "an" order.',
    parameters: { type: "object", properties: { order: { type: "integer" } } },
  },
  {
    name: "pay",
    description: "Pays.",
    parameters: { type: "object", properties: { amount: { type: "number" }, note: { type: "string" } } },
  },
];

interface Said {
  readonly content?: string;
  readonly reasoning?: string;
  readonly calls?: readonly (readonly [name: string, given: string])[];
  readonly isMasked?: boolean;
}

/** A conversation in which each call is answered. */
function conversation(turns: readonly Said[], system?: string): Demonstration {
  const source = "t1" as Demonstration["source"];
  let made = 0;
  const messages = turns.flatMap(({ content = "", reasoning, calls = [], isMasked }, step): WeightedMessage[] => {
    const toolCalls = calls.map(([name, given]): ToolCall => ({ id: `c${made++}`, name, arguments: given }));
    const message = {
      ...{ role: "assistant" as const, content },
      ...(reasoning !== undefined && { reasoning }),
      ...(calls.length > 0 && { toolCalls }),
    };
    const own: WeightedMessage = isMasked
      ? { ...message, weight: 0 }
      : { ...message, weight: 1, provenance: { trajectory: source, step, actor: "a", reason: "r" } };
    const answers = toolCalls.map(
      ({ id, name }): WeightedMessage => ({ role: "tool", content: `{"of": "${name}"}`, toolCallId: id, weight: 0 }),
    );
    return [own, ...answers, ...(calls.length === 0 && step < turns.length - 1 ? [user("Go on.")] : [])];
  });
  const rules: WeightedMessage[] = system === undefined ? [] : [{ role: "system", content: system, weight: 0 }];
  return { source, tools: TOOLS, messages: [...rules, user("Pay order 7."), ...messages] };
}

const user = (content: string): WeightedMessage => ({ role: "user", content, weight: 0 });

const find = ["find", '{"order": 7}'] as const;
const pay = ["pay", '{"amount": 8.50, "note": "say \\"é\\"\\nnow"}'] as const;
/** One call at a time; with a masked turn; several at once and words beside; thoughts. */
const single = conversation([{ calls: [find] }, { calls: [pay] }, { content: "Paid." }], "Be kind.");
const masked = conversation([{ calls: [find], isMasked: true }, { calls: [pay] }, { content: "Paid." }]);
const parallel = conversation([
  { content: "Let me see.", calls: [find, pay] },
  { calls: [find] },
  { content: "Paid." },
]);
const thoughtful = conversation([
  { reasoning: "I need it.", calls: [find] },
  { reasoning: "Now pay.", content: "Paying.", calls: [pay, find] },
  { reasoning: "All done.", content: "Paid." },
]);

/** Thoughts in the text, as LLaMA-Factory's reasoning templates have them; of two turns the last is learned. */
const inText = conversation([
  { content: "<think>\nI look first.\n</think>\n\nlook", isMasked: true },
  { content: "<think>\nNow I go.\n</think>\n\ngo" },
]);

interface Job {
  readonly target: string;
  /** The tool's own. */
  readonly template: string;
  readonly examples: readonly Demonstration[];
}

const JOBS: readonly Job[] = [
  ...["qwen", "qwen3_nothink", "llama3"].map((template) => ({
    target: "llamafactory",
    template,
    examples: [single, masked],
  })),
  { target: "llamafactory", template: "qwen3", examples: [inText] },
  { target: "llamafactory-v1", template: "qwen3_nothink", examples: [single, masked, parallel] },
  { target: "llamafactory-v1", template: "qwen3", examples: [thoughtful] },
  ...["qwen2_5", "qwen3_nothinking"].map((template) => ({
    target: "swift",
    template,
    examples: [single, masked, parallel],
  })),
];

const root = temporaryFolder();
let answers: readonly Loaded[] = [];

before(
  () => {
    if (skip) return;
    const model = tinyCheckpoint();
    const jobs = JOBS.map(({ target, template, examples }, index) => {
      const folder = join(root, String(index));
      const set: TrainingSet = { kind: "sft", examples };
      const origin = { run: "r", method: "m", trainingSet: "s" };
      exportSet({
        exporter: exporterNamed(target),
        set,
        options: { splitTurns: true, parquet: false },
        out: folder,
        origin,
      });
      return { tool: target, folder, model, template };
    });
    answers = loaded(jobs);
  },
  { timeout: 900_000 },
);

for (const [index, { target, template, examples }] of JOBS.entries()) {
  test(`${target}, ${template}: the learned turns are the stored calls and answers`, { skip }, () => {
    const answer = answers[index]!;
    if ("error" in answer) assert.fail(answer.error);
    if (examples[0] !== inText) assert.deepEqual(answer.rows.flat().map(saidIn), examples.flatMap(storedIn));
    else {
      // The thought before, which the template would take out, is read; the last one is learned.
      const read = openChatTokenizer(tinyCheckpoint()).decode(answer.tokens![0]!.ids);
      assert.match(read, /<think>\nI look first\.\n<\/think>\n\nlook<\|im_end\|>/);
      assert.deepEqual(answer.rows.flat(), ["<think>\nNow I go.\n</think>\n\ngo<|im_end|>\n"]);
    }
  });
}

interface Turn {
  readonly thought: string;
  readonly text: string;
  readonly calls: readonly unknown[];
}

function storedIn({ messages }: Demonstration): Turn[] {
  const learned = messages.filter(({ weight }) => weight === 1);
  return learned.map(({ content, reasoning = "", toolCalls = [] }) => ({
    ...{ thought: reasoning, text: content },
    calls: toolCalls.map(({ name, arguments: given }) => ({ name, arguments: JSON.parse(given) })),
  }));
}

/** A learned stretch: a thought, text, each call between tags (or alone, as Llama 3 has it), then the end of the turn. */
function saidIn(stretch: string): Turn {
  assert.match(stretch, /(<\|im_end\|>\n?|<\|eot_id\|>)$/);
  const turn = stretch.replace(/^<\|im_start\|>assistant\n/, "").replace(/(<\|im_end\|>\n?|<\|eot_id\|>)$/, "");
  const [, thought = "", rest = turn] = /^<think>\n(.*?)\n<\/think>\n\n(.*)$/s.exec(turn) ?? [];
  const bare = /^\{"name": .*\}$/s.test(rest) ? [callIn(rest)] : [];
  const tagged = [...rest.matchAll(/<tool_call>\n(.*?)\n<\/tool_call>/gs)].map(([, call]) => callIn(call!));
  const text = bare.length > 0 ? "" : rest.split("<tool_call>", 1)[0]!.trim();
  return { thought, text, calls: [...bare, ...tagged] };
}

function callIn(text: string) {
  const { name, arguments: given, parameters } = JSON.parse(text);
  return { name, arguments: given ?? parameters };
}
