/**
 * Conversations of 12 turns → token ids with labels, beside transformers' `apply_chat_template` with its mask of what the
 * assistant said, in one run: one thread each, CPU time. transformers gets the templates with TRL's marks, without which it
 * has no masks; ours are those that servers show. The token ids of both must be the same.
 */
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Tool } from "../src/core/message.ts";
import { type Random, random } from "../src/core/random.ts";
import type { Demonstration, WeightedMessage } from "../src/core/training.ts";
import { openChatTokenizer } from "../src/tokenizers/chat-tokenizer.ts";
import { templateMessage, templateTool } from "../src/tokenizers/message-values.ts";
import type { Row } from "../src/tokenizers/rows.ts";
import { askPython, skipWithoutTorch, torchPython } from "../test/python-torch.ts";
import { smollm2 } from "../test/smollm2.ts";
import { cpuMs } from "./parts/cpu-time.ts";
import { versionsOf } from "./parts/origin.ts";
import { type Findings, skipped } from "./parts/result.ts";

const CONVERSATIONS = Number(process.env.GLEANER_TEMPLATE_CONVERSATIONS ?? 10_000);
const TURNS = 12;
const WORDS = { said: 25, observed: 40 };
const TOOLS: readonly Tool[] = [
  {
    name: "act",
    description: "Does one action.",
    parameters: { type: "object", properties: { action: { type: "string" } }, required: ["action"] },
  },
];

/** Templates that render the beginning of a conversation as they render it within the whole. */
const ROWS = {
  "Qwen2.5, text": { template: "qwen2_5", calls: false },
  "Qwen2.5, a call a turn": { template: "qwen2_5", calls: true },
};

const VOWELS = [..."aeiou"];
const CONSONANTS = [..."bdfgklmnprstv"];

/** Words as an agent and its world use them: some thousand, of one to three syllables. */
function wordsOf(from: Random): string[] {
  const syllable = () => from.pick(CONSONANTS) + from.pick(VOWELS);
  return Array.from({ length: 3000 }, () => Array.from({ length: 1 + from.integer(3) }, syllable).join(""));
}

const provenance = { trajectory: "t", step: 0, actor: "expert", reason: "expert success" } as never;

function conversation(from: Random, words: readonly string[], hasCalls: boolean): Demonstration {
  const text = (count: number) => `${Array.from({ length: count }, () => from.pick(words)).join(" ")}.`;
  const turns = Array.from({ length: TURNS }, (_, turn): WeightedMessage[] => {
    const content = text(WORDS.said);
    if (!hasCalls) {
      return [
        { role: "user", content: text(WORDS.observed), weight: 0 },
        { role: "assistant", content, weight: 1, provenance },
      ];
    }
    const call = { id: `call-${turn}`, name: "act", arguments: JSON.stringify({ action: text(4) }) };
    return [
      { role: "assistant", content, toolCalls: [call], weight: 1, provenance },
      { role: "tool", content: text(WORDS.observed), toolCallId: call.id, weight: 0 },
    ];
  });
  const first: WeightedMessage[] = hasCalls ? [{ role: "user", content: text(WORDS.observed), weight: 0 }] : [];
  const messages: WeightedMessage[] = [
    { role: "system", content: text(WORDS.said), weight: 0 },
    ...first,
    ...turns.flat(),
  ];
  return { messages, source: "t" as never, ...(hasCalls && { tools: TOOLS }) };
}

interface Found {
  readonly ms: number;
  /** Of the ids of all conversations. */
  readonly digest: string;
  readonly tokens: number;
}

interface Ours extends Found {
  /** Tokens of each conversation, through the end of its last learned turn. */
  readonly lengths: readonly number[];
}

function ours(folder: string, conversations: readonly Demonstration[]): Ours {
  const tokenizer = openChatTokenizer(folder);
  tokenizer.demonstration(conversations[0]!);
  const digest = createHash("sha256");
  const lengths: number[] = [];
  let [ms, tokens] = [0, 0];
  for (const each of conversations) {
    const start = cpuMs();
    const { rows } = tokenizer.demonstration(each);
    ms += cpuMs() - start;
    if (rows.length !== 1) throw new Error(`expected one row of a conversation, got ${rows.length}`);
    const [{ inputIds }] = rows as readonly [Row];
    lengths.push(inputIds.length);
    digest.update(`${inputIds.join(",")}\n`);
    tokens += inputIds.length;
  }
  return { ms, digest: digest.digest("hex"), tokens, lengths };
}

/** `lengths`: so many tokens of each conversation are compared. */
function theirs(folder: string, template: string, conversations: readonly Demonstration[], lengths: readonly number[]) {
  const { tools } = conversations[0]!;
  const job = {
    ...{ folder, template: `${template}_training.jinja`, tools: tools?.map(templateTool) ?? null },
    ...{ lengths, conversations: conversations.map(({ messages }) => messages.map(templateMessage)) },
  };
  return askPython(join(import.meta.dirname, "python", "templates-reference.py"), job) as Found & {
    readonly versions: Record<string, string>;
  };
}

/** A folder with SmolLM2's tokens, which both read from tokenizer.json, and a template of TRL's. */
function folderFor(parent: string, template: string, templates: string): string {
  const folder = mkdtempSync(join(parent, "tokenizer-"));
  cpSync(join(smollm2(), "tokenizer.json"), join(folder, "tokenizer.json"));
  cpSync(join(templates, `${template}.jinja`), join(folder, "chat_template.jinja"));
  const ends = { bos_token: "<|im_start|>", eos_token: "<|im_end|>", pad_token: "<|im_end|>" };
  writeFileSync(
    join(folder, "tokenizer_config.json"),
    JSON.stringify({ tokenizer_class: "PreTrainedTokenizerFast", ...ends }),
  );
  return folder;
}

const trlTemplates = () =>
  execFileSync(torchPython(), [
    "-c",
    "import trl, pathlib; print(pathlib.Path(trl.__file__).parent / 'chat_templates')",
  ])
    .toString("utf8")
    .trim();

export async function run(): Promise<Findings> {
  const missing = skipWithoutTorch();
  if (missing) return skipped(missing);
  const parent = mkdtempSync(join(tmpdir(), "gleaner-bench-templates-"));
  const templates = trlTemplates();
  const figures: Record<string, Record<string, number>> = {};
  const ratios: Record<string, number> = {};
  const tokens: Record<string, number> = {};
  const versions = versionsOf("@huggingface/tokenizers");
  for (const [name, { template, calls }] of Object.entries(ROWS)) {
    const from = random(1, name);
    const words = wordsOf(from);
    const conversations = Array.from({ length: CONVERSATIONS }, () => conversation(from, words, calls));
    const folder = folderFor(parent, template, templates);
    const node = ours(folder, conversations);
    const python = theirs(folder, template, conversations, node.lengths);
    if (python.digest !== node.digest) throw new Error(`${name}: other token ids than transformers'`);
    figures[name] = {
      "gleaner, a conversation, ms": node.ms / CONVERSATIONS,
      "transformers, a conversation, ms": python.ms / CONVERSATIONS,
    };
    tokens[`tokens a conversation, ${name}`] = Math.round(node.tokens / CONVERSATIONS);
    Object.assign(versions, python.versions);
    ratios[`transformers ÷ gleaner, CPU time of ${name}`] = python.ms / node.ms;
  }
  rmSync(parent, { recursive: true });
  return {
    settings: { conversations: CONVERSATIONS, turns: TURNS, ...tokens },
    versions,
    figures,
    ratios,
  };
}
