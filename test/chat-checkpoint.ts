/** Small tokenizers and chat templates in checkpoint folders, for tests without Python and without a model. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Message } from "../src/core/message.ts";
import type { Demonstration, WeightedMessage } from "../src/core/training.ts";
import type { ChatTokenizer } from "../src/tokenizers/chat-tokenizer.ts";
import type { Row } from "../src/tokenizers/rows.ts";

const chatml = (assistant: string) =>
  `{% for m in messages %}{{ '<|im_start|>' + m.role + '\\n' }}{% if m.role == 'assistant' %}${assistant}{% else %}{{ m.content + '<|im_end|>' }}{% endif %}{{ '\\n' }}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}`;

/** Ways to write a conversation. The last four cannot be labelled exactly. */
export const TEMPLATES = {
  /** As Qwen 2.5 writes what can be called, calls and answers. */
  tools: `{% if tools %}{{ '<|im_start|>system\\n' + messages[0].content + '\\n<tools>' }}{% for tool in tools %}{{ '\\n' }}{{ tool | tojson }}{% endfor %}{{ '\\n</tools><|im_end|>\\n' }}{% endif %}{% for m in messages %}{% if m.role == 'assistant' and m.tool_calls %}{{ '<|im_start|>assistant' }}{% if m.content %}{{ '\\n' + m.content }}{% endif %}{% for call in m.tool_calls %}{{ '\\n<tool_call>\\n{"name": "' + call.function.name + '", "arguments": ' }}{{ call.function.arguments | tojson }}{{ '}\\n</tool_call>' }}{% endfor %}{{ '<|im_end|>\\n' }}{% elif m.role == 'tool' %}{{ '<|im_start|>user\\n<tool_response>\\n' + m.content + '\\n</tool_response><|im_end|>\\n' }}{% elif not (tools and loop.first) %}{{ '<|im_start|>' + m.role + '\\n' + m.content + '<|im_end|>\\n' }}{% endif %}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}`,
  chatml: chatml("{{ m.content + '<|im_end|>' }}"),
  generation: chatml("{% generation %}{{ m.content + '<|im_end|>' }}{% endgeneration %}"),
  llama3:
    "{{ bos_token }}{% for m in messages %}{{ '<|start_header_id|>' + m['role'] + '<|end_header_id|>\n\n' + m['content'] | trim + '<|eot_id|>' }}{% endfor %}{% if add_generation_prompt %}{{ '<|start_header_id|>assistant<|end_header_id|>\n\n' }}{% endif %}",
  /** Ends the whole conversation with a token of its own. */
  phi: "{% for m in messages %}{{ '<|' + m.role + '|>\n' + m.content + '<|im_end|>\n' }}{% endfor %}{% if add_generation_prompt %}{{ '<|assistant|>\n' }}{% else %}{{ eos_token }}{% endif %}",
  forgetsThoughts: chatml(
    "{{ (m.content if loop.last else m.content.split('</think>')[-1].lstrip()) + '<|im_end|>' }}",
  ),
  trimsEarlier: `{% for m in messages %}{{ '<|im_start|>' + m.role + '\\n' }}{% if loop.last %}{{ m.content }}{% else %}{{ m.content.strip() }}{% endif %}{{ '<|im_end|>\\n' }}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}`,
  endless:
    "{% for m in messages %}{{ m.role + ': ' + m.content + '\n' }}{% endfor %}{% if add_generation_prompt %}{{ 'assistant: ' }}{% endif %}",
  dated: "{{ strftime_now('%d %b %Y') }}{% for m in messages %}{{ m.content + '<|im_end|>' }}{% endfor %}",
} as const;

/** Takes a variable, as that of Qwen3: without thinking, every answer begins with an empty thought. */
export const THINKING = `{% set no_thought = '<think></think>' if enable_thinking is defined and enable_thinking is false else '' %}${chatml("{{ no_thought + m.content + '<|im_end|>' }}").replace(/\{% endif %\}$/, "{{ no_thought }}{% endif %}")}`;
/** The same, and it writes the day in two ways. */
export const DATED = `{{ '<|im_start|>system\n' + strftime_now('%d %b %Y') + ' ' + strftime_now('%Y-%m-%d') + '<|im_end|>\n' }}${THINKING}`;

const SPECIAL = [
  "<|pad|>",
  "<|im_start|>",
  "<|im_end|>",
  "<|begin_of_text|>",
  "<|start_header_id|>",
  "<|end_header_id|>",
  "<|eot_id|>",
  "<|endoftext|>",
];

/** GPT-2's printable stand-ins for the 256 bytes. */
function byteAlphabet(): string[] {
  const printable = (byte: number) => (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || byte >= 174;
  let next = 256;
  return Array.from({ length: 256 }, (_, byte) => String.fromCodePoint(printable(byte) ? byte : next++));
}

/** `Ċ` is a newline, `Ġ` a space. The first would join two lines, the last a space and the first byte of ¾. */
const MERGES = ["Ċ Ċ", "t h", "th e", "Ġ the", "o n", "a n", "e r", "Ġ g", "o k", "Ġg o", "Ġ Â"];

/** Llama 3's way of parting text: line ends stay together, whatever follows. */
const LLAMA3 = {
  type: "Split",
  pattern: {
    Regex:
      "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+",
  },
  behavior: "Isolated",
  invert: false,
};

export interface TokenizerParts {
  /** How text is parted before it becomes bytes: as GPT-2 does unless told otherwise. */
  readonly parting?: "gpt2" | "llama3";
  /** Pre-tokenizers in front of that. */
  readonly before?: readonly object[];
}

/** A byte-level tokenizer.json of few tokens. */
export function tokenizerJson({ parting = "gpt2", before = [] }: TokenizerParts = {}): object {
  const tokens = [...SPECIAL, ...byteAlphabet(), ...MERGES.map((merge) => merge.replace(" ", ""))];
  const byteLevel = { type: "ByteLevel", add_prefix_space: false, trim_offsets: true, use_regex: parting === "gpt2" };
  const parts = parting === "gpt2" ? [...before, byteLevel] : [...before, LLAMA3, byteLevel];
  return {
    version: "1.0",
    added_tokens: SPECIAL.map((content, id) => ({
      ...{ id, content, special: true, single_word: false, lstrip: false, rstrip: false, normalized: false },
    })),
    normalizer: null,
    pre_tokenizer: { type: "Sequence", pretokenizers: parts },
    post_processor: null,
    decoder: { type: "ByteLevel", add_prefix_space: true, trim_offsets: true, use_regex: true },
    model: {
      type: "BPE",
      vocab: Object.fromEntries(tokens.map((token, id) => [token, id])),
      merges: MERGES.map((merge) => merge.split(" ")),
    },
  };
}

export interface CheckpointParts {
  readonly template: string;
  readonly tokenizer?: object;
  /** In tokenizer_config.json instead of a file of its own. */
  readonly isInConfig?: boolean;
}

/** A folder with a tokenizer and a template, removed after the test. */
export function chatCheckpoint(t: { after(end: () => void): void }, parts: CheckpointParts): string {
  const folder = mkdtempSync(join(tmpdir(), "gleaner-chat-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const write = (name: string, content: object) => writeFileSync(join(folder, name), JSON.stringify(content));
  write("tokenizer.json", parts.tokenizer ?? tokenizerJson());
  const config = { bos_token: "<|begin_of_text|>", eos_token: { content: "<|endoftext|>" }, pad_token: "<|pad|>" };
  write("tokenizer_config.json", { ...config, ...(parts.isInConfig && { chat_template: parts.template }) });
  if (!parts.isInConfig) writeFileSync(join(folder, "chat_template.jinja"), parts.template);
  return folder;
}

const provenance = { trajectory: "t1", step: 0, actor: "expert/e", reason: "expert success" } as never;

/** A message that is learned. */
export const learned = (content: string): WeightedMessage => ({ role: "assistant", content, weight: 1, provenance });

/** A message that is only read. */
export const context = (role: Message["role"], content: string): WeightedMessage => ({ role, content, weight: 0 });

/** The row of a demonstration that is one. */
export function rowOf(tokenizer: ChatTokenizer, example: Demonstration): Row {
  const { rows } = tokenizer.demonstration(example);
  assert.equal(rows.length, 1);
  return rows[0]!;
}

/** The messages as a demonstration from the trajectory `t1`. */
export const demonstration = (...messages: readonly WeightedMessage[]): Demonstration => ({
  messages,
  source: "t1" as Demonstration["source"],
});
