/**
 * One real step of TRL for each of seven families: tiny random checkpoints of their architectures with their chat templates. The
 * learned stretches that TRL collated are the stored decisions, turn by turn, in the family's spelling; and what stands before
 * each of them is, token for token, what `transformers serve` gives its model when it is asked at that turn. That server drops
 * earlier thoughts, and text beside earlier calls: the conversations are such that the templates drop them, too.
 */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { before, test } from "node:test";
import type { Message } from "../../src/core/message.ts";
import type { Demonstration, WeightedMessage } from "../../src/core/training.ts";
import { chatMessage, chatTool } from "../../src/formats/chat-message.ts";
import { DEFAULT_TRL_SETTINGS } from "../../src/students/served/trl/settings.ts";
import { rowsOf } from "../../src/students/shared/rows.ts";
import { openTokenizerWith } from "../../src/tokenizers/chat-tokenizer.ts";
import { datedTemplate } from "../../src/tokenizers/dated-template.ts";
import type { TemplateVariables } from "../../src/tokenizers/template-variables.ts";
import { context } from "../chat-checkpoint.ts";
import { temporaryFolder } from "../temporary.ts";
import { ask, skip } from "./real.ts";
import { shippedTemplates, templateFolder } from "./template-folders.ts";

const SOURCE = "t1" as Demonstration["source"];
const said = (message: Omit<Message, "role">, weight: 0 | 1 = 1): WeightedMessage => ({
  ...{ role: "assistant" as const, ...message },
  ...(weight === 1
    ? { weight, provenance: { trajectory: SOURCE, step: 0, actor: "expert/e", reason: "expert success" } }
    : { weight }),
});
const called = (id: string, name: string, given: string, weight: 0 | 1 = 1) =>
  said({ content: "", toolCalls: [{ id, name, arguments: given }] }, weight);
const result = (id: string, content: string): WeightedMessage => ({ ...context("tool", content), toolCallId: id });

/** Calls, the first of them masked, then answers. */
const CALLS: Demonstration = {
  source: SOURCE,
  tools: [
    {
      name: "find",
      description: "Finds an order.",
      parameters: { type: "object", properties: { order: { type: "integer" } } },
    },
    { name: "pay", description: "Pays.", parameters: { type: "object", properties: { amount: { type: "number" } } } },
  ],
  messages: [
    context("system", "Be kind."),
    context("user", "Pay order 7."),
    called("call00000", "find", '{"order": 8}', 0),
    result("call00000", "There is none."),
    called("call00001", "find", '{"order": 7}'),
    result("call00001", "It costs 20.0."),
    called("call00002", "pay", '{"amount":20.0,"e":1e-7,"sure":true,"id":12345678901234567890}'),
    result("call00002", "Paid."),
    said({ content: "It is paid." }),
    context("user", "Thanks!"),
    said({ content: "You are welcome." }),
  ],
};
/** Thoughts; the one in the middle is masked. */
const THOUGHTS: Demonstration = {
  source: SOURCE,
  messages: [
    context("user", "Where is the mug?"),
    said({ reasoning: "Mugs are on shelves.", content: "On the shelf." }),
    context("user", "Where is the pot?"),
    said({ reasoning: "No idea.", content: "Who knows." }, 0),
    context("user", "Where is the key?"),
    said({ reasoning: "Keys are in doors.", content: "In the door." }),
  ],
};

interface Family {
  readonly template: string;
  /** What its config.json says beside its sizes. */
  readonly architecture: Readonly<Record<string, unknown>>;
  readonly variables?: TemplateVariables;
  readonly examples: readonly Demonstration[];
  /** In how many rows these are learned. */
  readonly rows: number;
  /** What the model is to write at each learned turn, in the spelling of its family. */
  readonly learned: readonly string[];
}

const [QWEN_END, DEEPSEEK_END] = ["<|im_end|>", "<｜end▁of▁sentence｜>"];
const HEADS = { num_key_value_heads: 2, head_dim: 8 };
const EXPERTS = { n_routed_experts: 4, num_experts_per_tok: 2, n_group: 1, topk_group: 1, moe_intermediate_size: 16 };
const LINEAR = {
  ...{ linear_key_head_dim: 8, linear_value_head_dim: 8, linear_num_key_heads: 2, linear_num_value_heads: 4 },
  layer_types: ["linear_attention", "full_attention"],
};
const MAMBA = {
  ...{ num_hidden_layers: 3, hybrid_override_pattern: "M*-" },
  ...{ mamba_num_heads: 4, mamba_head_dim: 8, ssm_state_size: 8, n_groups: 1, chunk_size: 32 },
};
const LATENT = { q_lora_rank: 16, kv_lora_rank: 16, qk_rope_head_dim: 8, qk_nope_head_dim: 8, v_head_dim: 8 };
const PAID = '"amount": 20.0, "e": 1e-07, "sure": true, "id": 12345678901234567890';

const FAMILIES: readonly Family[] = [
  {
    template: "qwen3",
    architecture: { model_type: "qwen3", ...HEADS },
    examples: [CALLS, THOUGHTS],
    rows: 3,
    learned: [
      `<tool_call>\n{"name": "find", "arguments": {"order": 7}}\n</tool_call>${QWEN_END}`,
      `<tool_call>\n{"name": "pay", "arguments": {${PAID}}}\n</tool_call>${QWEN_END}`,
      `It is paid.${QWEN_END}`,
      `You are welcome.${QWEN_END}`,
      `<think>\nMugs are on shelves.\n</think>\n\nOn the shelf.${QWEN_END}`,
      `<think>\nKeys are in doors.\n</think>\n\nIn the door.${QWEN_END}`,
    ],
  },
  {
    template: "qwen3_6",
    architecture: { model_type: "qwen3_5_text", ...HEADS, ...LINEAR },
    variables: { enable_thinking: false },
    examples: [CALLS],
    rows: 2,
    learned: [
      `<tool_call>\n<function=find>\n<parameter=order>\n7\n</parameter>\n</function>\n</tool_call>${QWEN_END}`,
      `<tool_call>\n<function=pay>\n<parameter=amount>\n20.0\n</parameter>\n<parameter=e>\n1e-07\n</parameter>\n<parameter=sure>\ntrue\n</parameter>\n<parameter=id>\n12345678901234567890\n</parameter>\n</function>\n</tool_call>${QWEN_END}`,
      `It is paid.${QWEN_END}`,
      `You are welcome.${QWEN_END}`,
    ],
  },
  {
    template: "glm4moe",
    architecture: { model_type: "glm4_moe", ...HEADS, ...EXPERTS },
    variables: { enable_thinking: false },
    examples: [CALLS],
    rows: 1,
    learned: [
      "\n<tool_call>find\n<arg_key>order</arg_key>\n<arg_value>7</arg_value>\n</tool_call><|observation|>",
      "\n<tool_call>pay\n<arg_key>amount</arg_key>\n<arg_value>20.0</arg_value>\n<arg_key>e</arg_key>\n<arg_value>1e-07</arg_value>\n<arg_key>sure</arg_key>\n<arg_value>true</arg_value>\n<arg_key>id</arg_key>\n<arg_value>12345678901234567890</arg_value>\n</tool_call><|observation|>",
      "\nIt is paid.<|user|>",
      "\nYou are welcome.<|user|>",
    ],
  },
  {
    template: "nemotron_3_nano",
    architecture: { model_type: "nemotron_h", ...HEADS, ...MAMBA },
    variables: { enable_thinking: false },
    examples: [CALLS],
    rows: 1,
    learned: [
      `\n<tool_call>\n<function=find>\n<parameter=order>\n7\n</parameter>\n</function>\n</tool_call>\n${QWEN_END}`,
      `\n<tool_call>\n<function=pay>\n<parameter=amount>\n20.0\n</parameter>\n<parameter=e>\n1e-07\n</parameter>\n<parameter=sure>\nTrue\n</parameter>\n<parameter=id>\n12345678901234567890\n</parameter>\n</function>\n</tool_call>\n${QWEN_END}`,
      `It is paid.${QWEN_END}`,
      `You are welcome.${QWEN_END}`,
    ],
  },
  {
    template: "deepseekv3",
    architecture: { model_type: "deepseek_v3", num_key_value_heads: 4, ...LATENT, ...EXPERTS },
    examples: [THOUGHTS],
    rows: 2,
    learned: [
      `Mugs are on shelves.\n</think>\n\nOn the shelf.${DEEPSEEK_END}`,
      `Keys are in doors.\n</think>\n\nIn the door.${DEEPSEEK_END}`,
    ],
  },
  {
    template: "gptoss",
    architecture: { model_type: "gpt_oss", ...HEADS, num_local_experts: 4, num_experts_per_tok: 2 },
    examples: [CALLS, THOUGHTS],
    rows: 4,
    learned: [
      ' to=functions.find<|channel|>commentary json<|message|>{"order": 7}<|call|>',
      ` to=functions.pay<|channel|>commentary json<|message|>{${PAID}}<|call|>`,
      "<|channel|>final<|message|>It is paid.<|return|>",
      "<|channel|>final<|message|>You are welcome.<|return|>",
      "<|channel|>analysis<|message|>Mugs are on shelves.<|end|><|start|>assistant<|channel|>final<|message|>On the shelf.<|return|>",
      "<|channel|>analysis<|message|>Keys are in doors.<|end|><|start|>assistant<|channel|>final<|message|>In the door.<|return|>",
    ],
  },
  {
    template: "llama3_2",
    architecture: { model_type: "llama", ...HEADS },
    variables: { date_string: "04 Jul 2026" },
    examples: [CALLS],
    rows: 1,
    learned: [
      '{"name": "find", "parameters": {"order": 7}}<|eot_id|>',
      `{"name": "pay", "parameters": {${PAID}}}<|eot_id|>`,
      "It is paid.<|eot_id|>",
      "You are welcome.<|eot_id|>",
    ],
  },
];

interface Answer {
  readonly rows: readonly { readonly ids: readonly number[]; readonly labels: readonly number[] }[];
  readonly texts: readonly (readonly string[])[];
  readonly losses: readonly number[];
  readonly changed: boolean;
  readonly prompts: readonly (readonly number[])[];
}

const DATE = "2026-07-04";
const root = temporaryFolder();
let answers: readonly Answer[] = [];

before(
  (t) => {
    if (skip) return;
    const shipped = shippedTemplates();
    const cases = FAMILIES.map(({ template, architecture, variables, examples }) => {
      const model = templateFolder(t as never, shipped[template]!);
      // gpt-oss writes today's date: a server is handed the template with the day in it.
      writeFileSync(join(model, "chat_template.jinja"), datedTemplate(model, true, DATE));
      const settings = {
        ...DEFAULT_TRL_SETTINGS,
        ...{ steps: 1, batch: examples.length, deviceBatch: 4, learningRate: 1e-2, warmup: 0, loraRank: 0 },
        ...(variables && { template: variables }),
      };
      const tokenizer = openTokenizerWith(model, variables);
      const rows = join(root, `${template}.jsonl`);
      const lines = [...rowsOf({ kind: "sft", examples }, tokenizer, 4096)].map((row) => `${JSON.stringify(row)}\n`);
      writeFileSync(rows, lines.join(""));
      const places = { from: model, rows, work: join(root, `${template}-work`), to: join(root, `${template}-new`) };
      const requests = examples.flatMap(({ messages, tools }) =>
        learnedIn(messages).map((at) => ({
          ...{ model, messages: messages.slice(0, at).map(chatMessage), max_tokens: 1, temperature: 0 },
          ...(tools && { tools: tools.map(chatTool) }),
          ...(variables && { chat_template_kwargs: variables }),
        })),
      );
      return {
        model,
        architecture,
        training: { kind: "sft", settings, seed: 1, reportBatch: true, ...places },
        requests,
      };
    });
    answers = ask<Answer[]>("family_steps.py", { cases });
  },
  { timeout: 900_000 },
);

function learnedIn(messages: readonly WeightedMessage[]): number[] {
  return messages.flatMap(({ weight }, at) => (weight === 1 ? [at] : []));
}

/** Where learned stretches begin. */
const startsIn = (labels: readonly number[]) =>
  labels.flatMap((label, at) => (label >= 0 && !(labels[at - 1]! >= 0) ? [at] : []));

/** What was read before a turn, and what is learned there. Rows are shuffled, so turns are put into an order of their own. */
const inOrder = (turns: readonly (readonly [read: readonly number[], written: string])[]) =>
  turns.map((turn) => JSON.stringify(turn)).sort();

for (const [index, { template, rows, learned }] of FAMILIES.entries()) {
  test(`${template}: TRL learns the stored decisions behind the prompts that a server shows`, { skip }, () => {
    const { rows: collated, texts, losses, changed, prompts } = answers[index]!;
    const turns = collated.flatMap(({ ids, labels }, row) =>
      startsIn(labels).map((start, at) => [ids.slice(0, start), texts[row]![at]!] as const),
    );
    assert.deepEqual(texts.flat().toSorted(), learned.toSorted());
    assert.deepEqual(inOrder(turns), inOrder(learned.map((text, at) => [prompts[at]!, text] as const)));
    assert.equal(prompts.length, learned.length);
    assert.equal(collated.filter(({ labels }) => startsIn(labels).length > 0).length, rows);
    assert(losses.length === 1 && losses[0]! > 0 && changed, `${losses}`);
  });
}
