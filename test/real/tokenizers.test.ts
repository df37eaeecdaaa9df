/** Our tokens against transformers': a real pretrained tokenizer and every way of parting text that we say in other words. */
import assert from "node:assert/strict";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import fc from "fast-check";
import { CliError } from "../../src/core/errors.ts";
import type { Message } from "../../src/core/message.ts";
import { type Random, random } from "../../src/core/random.ts";
import { toolFormat } from "../../src/formats/tools.ts";
import { type TokenDifference, type TokenRow, tokenDifferences } from "../../src/students/served/trl/token-check.ts";
import { openChatTokenizer } from "../../src/tokenizers/chat-tokenizer.ts";
import { templateMessage, templateTool } from "../../src/tokenizers/message-values.ts";
import { workshop } from "../../src/worlds/workshop/index.ts";
import { TEMPLATES } from "../chat-checkpoint.ts";
import { anyJson } from "../json-texts.ts";
import { smollm2 } from "../smollm2.ts";
import { ask, python, SENTENCES, skip, tinyCheckpoint } from "./real.ts";

const STRINGS = 2000;
const CHATS = 200;
const ARGUMENTS = 500;

const WORDS = SENTENCES.flatMap((sentence) => sentence.split(" "));
/** What tokenizers are most often wrong about: numbers, white space, marks, scripts, and their own special tokens. */
const ODDITIES = [
  ...["¾", "½ cup", "x²", "Ⅷ", "٣٤", "一二三", "१२", "1,234.50", "0xFF", "①", "12345678"],
  ...[" ", "  ", "\n", "\n\n", "\t", "\r\n", "\u00a0", "\u0085", "\ufeff", "\u2028", "\u3000", "\u200b", " \n \n "],
  ...["don't", "I'LL", "we've", "it's'", "’s", "…", "—", "¿qué?", "$5.0", "[button]", "a_b", "<b>", "&amp;"],
  ...[
    "é",
    "e\u0301",
    "ñandú",
    "Ünïcode",
    "日本語です",
    "한국어",
    "Привет",
    "שלום",
    "مرحبا",
    "ไทย",
    "🙂",
    "👩‍👩‍👧",
    "𝔘𝔫𝔦",
  ],
  ...["<|im_start|>", "<|im_end|>", "<|im_end", "<|endoftext|>", "\u0000", "\u001c", "\ue000", "ﬁ", "Å", "İ", "ß"],
] as const;

function string(from: Random): string {
  const pieces = Array.from({ length: 1 + from.integer(12) }, () =>
    from.next() < 0.5 ? from.pick(WORDS) : from.pick(ODDITIES),
  );
  return pieces.map((piece) => (from.next() < 0.6 ? ` ${piece}` : piece)).join("");
}

function chat(from: Random): Message[] {
  const turns = Array.from({ length: 1 + from.integer(4) }, () => [
    { role: "user" as const, content: string(from) },
    { role: "assistant" as const, content: string(from) },
  ]).flat();
  const system = from.next() < 0.5 ? [{ role: "system" as const, content: string(from) }] : [];
  return [...system, ...turns.slice(0, turns.length - from.integer(2))];
}

/** Every string and chat of `seed` in this folder's tokens. */
function rowsOf(folder: string, seed: string): TokenRow[] {
  const tokenizer = openChatTokenizer(folder);
  const from = random(1, seed);
  const strings = Array.from({ length: STRINGS }, () => string(from));
  const chats = Array.from({ length: CHATS }, () => chat(from));
  return [
    ...strings.map((text) => ({ text, ids: tokenizer.encode(text) })),
    ...chats.map((messages) => ({ messages, ids: tokenizer.encode(tokenizer.render(messages, false)) })),
    ...chats.map((messages) => ({ messages, prompt: true, ids: tokenizer.prompt(messages) })),
  ];
}

/** Differences with the rows that they are of, to be read in a failure. */
const explained = (found: readonly TokenDifference[], rows: readonly TokenRow[]) =>
  found.map((difference) => ({ ...difference, of: JSON.stringify(rows[difference.row]).slice(0, 200) }));

const isolated = (Regex: string) => ({ type: "Split", pattern: { Regex }, behavior: "Isolated", invert: false });
const spaces = (behavior: string) => ({ type: "Split", pattern: { String: " " }, behavior, invert: false });
const bytes = (use_regex: boolean) => ({ type: "ByteLevel", add_prefix_space: false, trim_offsets: true, use_regex });
const LLAMA3 =
  "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";

/** Ways of parting text, over the same tokens. */
const PARTINGS: Readonly<Record<string, object>> = {
  "GPT-2": bytes(true),
  "Llama 3": sequence(isolated(LLAMA3), bytes(false)),
  Qwen: sequence(isolated(LLAMA3.replace("{1,3}", "")), bytes(false)),
  "digits apart": sequence({ type: "Digits", individual_digits: true }, bytes(true)),
  "digits together": sequence({ type: "Digits", individual_digits: false }, bytes(true)),
  punctuation: sequence({ type: "Punctuation", behavior: "Isolated" }, { type: "Whitespace" }, bytes(false)),
  "punctuation runs": sequence(
    { type: "Punctuation", behavior: "Contiguous" },
    { type: "WhitespaceSplit" },
    bytes(false),
  ),
  "spaces before": sequence(spaces("MergedWithNext"), bytes(false)),
  "spaces after": sequence(spaces("MergedWithPrevious"), bytes(false)),
  "spaces removed": sequence(spaces("Removed"), bytes(false)),
  "spaces together": sequence(spaces("Contiguous"), bytes(false)),
};

function sequence(...pretokenizers: readonly object[]): object {
  return { type: "Sequence", pretokenizers };
}

test(`${STRINGS} strings and ${CHATS} chats have transformers' tokens, however text is parted`, { skip }, (t) => {
  const jobs = Object.entries(PARTINGS).map(([name, pre_tokenizer]) => {
    const folder = mkdtempSync(join(tmpdir(), "gleaner-parting-"));
    t.after(() => rmSync(folder, { recursive: true }));
    const tokenizer = JSON.parse(readFileSync(join(tinyCheckpoint(), "tokenizer.json"), "utf8"));
    const normalizer = name === "Qwen" ? { type: "NFC" } : null;
    writeFileSync(join(folder, "tokenizer.json"), JSON.stringify({ ...tokenizer, normalizer, pre_tokenizer }));
    for (const file of ["tokenizer_config.json", "chat_template.jinja"]) {
      cpSync(join(tinyCheckpoint(), file), join(folder, file));
    }
    return { name, folder, rows: rowsOf(folder, name) };
  });
  const found = ask<TokenDifference[][]>(
    "check_many.py",
    jobs.map(({ folder, rows }) => ({ folder, rows })),
  );
  assert.equal(found.length, jobs.length);
  for (const [index, { name, rows }] of jobs.entries()) assert.deepEqual(explained(found[index]!, rows), [], name);
});

test(`${STRINGS} strings and ${CHATS} chats have transformers' tokens with SmolLM2's tokenizer`, { skip }, async () => {
  const folder = smollm2();
  const rows = rowsOf(folder, "smollm2");
  assert.deepEqual(explained(await tokenDifferences({ python, folder, rows }), rows), []);
});

test("a row that differs is named, with where and both texts", { skip }, async () => {
  const folder = tinyCheckpoint();
  const tokenizer = openChatTokenizer(folder);
  const ids = tokenizer.encode("the mug");
  const rows = [
    { text: "the mug", ids },
    { text: "the mug 1", ids },
  ];
  const found = await tokenDifferences({ python, folder, rows });
  assert.deepEqual(found, [{ row: 1, position: ids.length, expected: "the mug 1", found: "the mug" }]);
});

test("conversations with tool calls: the tokens of transformers, as a template like Qwen's writes them", {
  skip,
}, async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "gleaner-tools-"));
  t.after(() => rmSync(folder, { recursive: true }));
  cpSync(tinyCheckpoint(), folder, { recursive: true });
  writeFileSync(join(folder, "chat_template.jinja"), TEMPLATES.tools);
  const tokenizer = openChatTokenizer(folder);
  const { tools } = toolFormat(workshop());
  const rows = ['say "é" \\ </tool_call>', "go to shelf 1", "¾\n日本"].flatMap((action, index): TokenRow[] => {
    const toolCalls = [
      { id: "call00000", name: "act", arguments: JSON.stringify({ action, sure: true, times: [1, 2.5] }) },
    ];
    const messages: Message[] = [
      { role: "system", content: "Play." },
      { role: "user", content: "A door." },
      { role: "assistant", content: index === 0 ? "" : "So.", toolCalls },
      { role: "tool", content: "Nothing happens.", toolCallId: "call00000" },
    ];
    const shown = { messages: messages.map(templateMessage), tools: tools!.map(templateTool) };
    return [{ ...shown, prompt: true, ids: tokenizer.prompt(messages, tools) }];
  });
  assert.deepEqual(await tokenDifferences({ python, folder, rows }), []);
});

/** Prints each argument as the template's own language does. */
const PRINTS = TEMPLATES.tools.replace(
  "{{ call.function.arguments | tojson }}",
  "{% for name, value in call.function.arguments.items() %}{{ name ~ '=' }}{{ value }}{{ ';' }}{% endfor %}",
);

test(`${ARGUMENTS} calls with any JSON as arguments have transformers' tokens, written as JSON or printed`, {
  skip,
}, (t) => {
  assert.notEqual(PRINTS, TEMPLATES.tools);
  const tools = [{ name: "act", description: "Act.", parameters: {} }];
  const given = fc.sample(fc.tuple(anyJson, anyJson), { numRuns: ARGUMENTS, seed: 17 });
  const jobs = [TEMPLATES.tools, PRINTS].map((template) => {
    const folder = mkdtempSync(join(tmpdir(), "gleaner-arguments-"));
    t.after(() => rmSync(folder, { recursive: true }));
    cpSync(tinyCheckpoint(), folder, { recursive: true });
    writeFileSync(join(folder, "chat_template.jinja"), template);
    const tokenizer = openChatTokenizer(folder);
    const rows = given.flatMap(([first, second]): TokenRow[] => {
      const call = { id: "call00000", name: "act", arguments: `{"2": ${first}, "1":${second}}` };
      const messages: Message[] = [
        { role: "user", content: "A door." },
        { role: "assistant", content: "", toolCalls: [call] },
        { role: "tool", content: "Nothing happens.", toolCallId: call.id },
      ];
      try {
        const ids = tokenizer.prompt(messages, tools);
        return [{ messages: messages.map(templateMessage), tools: tools.map(templateTool), prompt: true, ids }];
      } catch (error) {
        assert(error instanceof CliError, String(error));
        return [];
      }
    });
    t.diagnostic(`${rows.length} of ${given.length} are accepted`);
    assert(rows.length > given.length / 2, `${rows.length} of ${given.length}`);
    return { folder, rows };
  });
  const found = ask<TokenDifference[][]>("check_many.py", jobs);
  assert.equal(found.length, jobs.length);
  for (const [index, { rows }] of jobs.entries()) assert.deepEqual(explained(found[index]!, rows), []);
});
