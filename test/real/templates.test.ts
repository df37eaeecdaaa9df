/**
 * The chat templates that the pinned trl ships, over random conversations: what we accept has the rows, tokens and labels that
 * transformers' renderings give, and everything else is refused with a reason. Prints how much of each template is accepted; with
 * GLEANER_WRITE_TABLE=1 the table goes into docs/templates.md.
 */
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { CliError } from "../../src/core/errors.ts";
import { type Random, random } from "../../src/core/random.ts";
import type { WeightedMessage } from "../../src/core/training.ts";
import { type ChatTokenizer, openChatTokenizer } from "../../src/tokenizers/chat-tokenizer.ts";
import { COMPUTING_LIMITS } from "../../src/tokenizers/limits.ts";
import { templateMessage, templateTool } from "../../src/tokenizers/message-values.ts";
import { conversation, KINDS, type Kind, TOOLS } from "../chats.ts";
import { ask, skip } from "./real.ts";
import { shippedTemplates, templateFolder } from "./template-folders.ts";

const CHATS = Number(process.env.GLEANER_TEMPLATE_CHATS ?? 20);
/** A pattern of names; not together with the table. */
const ONLY = new RegExp(process.env.GLEANER_TEMPLATES ?? "");
const DATE = "2026-11-30";

interface Answer {
  readonly prompt: readonly number[] | null;
  readonly rows: readonly { readonly ids: readonly number[]; readonly labels: readonly number[] }[] | null;
  readonly error?: string;
}

interface Chat {
  readonly kind: Kind;
  readonly messages: readonly WeightedMessage[];
}

const learnedOf = (messages: readonly WeightedMessage[]) =>
  messages.flatMap(({ weight }, index) => (weight === 1 ? [index] : []));

function chatsOf(from: Random): Chat[] {
  return Array.from({ length: CHATS }, (_, index) => {
    const kind = KINDS[index % KINDS.length]!;
    return { kind, messages: conversation(from, kind) };
  });
}

/** Ours against theirs; returns the reason why ours refuses, or how many rows there are. */
function compared(name: string, tokenizer: ChatTokenizer, { kind, messages }: Chat, theirs: Answer): string | number {
  const tools = kind.includes("call") ? TOOLS : undefined;
  const where = `${name}, ${kind}: ${JSON.stringify(messages).slice(0, 1500)}`;
  const prompt = tried(() => tokenizer.prompt(messages.slice(0, -1), tools));
  if (typeof prompt !== "string") assert.deepEqual(prompt, theirs.prompt, `the prompt of ${where}`);
  const ours = tried(() => tokenizer.demonstration({ messages, source: "t1" as never, ...(tools && { tools }) }));
  if (typeof ours === "string") return ours;
  const rows = ours.rows.map(({ inputIds, labels }) => ({ ids: inputIds, labels }));
  assert.deepEqual(rows, theirs.rows, `${theirs.error ?? ""} ${where}`);
  return rows.length;
}

function tried<T>(act: () => T): T | string {
  try {
    return act();
  } catch (error) {
    assert(error instanceof CliError, String((error as Error).stack));
    return error.message;
  }
}

interface Result {
  readonly kind: Kind;
  /** Why it is refused, or how many rows it is. */
  readonly found: string | number;
}

/** Of one kind of conversations: the share that is one row, the share that is accepted, and the rows of each of those. */
function cell(results: readonly Result[], kind: Kind): string {
  const of = results.filter((each) => each.kind === kind);
  const rows = of.flatMap(({ found }) => (typeof found === "number" ? [found] : []));
  const percent = (count: number) => Math.round((100 * count) / of.length);
  if (rows.length === 0) return of.length === 0 ? "–" : "0";
  const mean = rows.reduce((sum, count) => sum + count, 0) / rows.length;
  const one = rows.filter((count) => count === 1).length;
  return one === rows.length ? `${percent(one)}` : `${percent(rows.length)} (${mean.toFixed(1)} rows)`;
}

const SETTINGS: Readonly<Record<string, Readonly<Record<string, boolean | string>>>> = {
  "": {},
  "enable_thinking: false": { enable_thinking: false },
  "preserve_thinking: true": { preserve_thinking: true },
  "enable_thinking: false, preserve_thinking: true": { enable_thinking: false, preserve_thinking: true },
};

test("the templates that trl ships: tokens and labels of transformers, or a reason", { skip }, (t) => {
  const templates = Object.entries(shippedTemplates()).filter(([name]) => ONLY.test(name));
  const rows: string[] = [];
  const different: string[] = [];
  const reasons = new Map<string, number>();
  const accepted = new Set<string>();
  const jobs = templates.flatMap(([name, template]) => {
    const folder = templateFolder(t, template);
    const ways = Object.entries(SETTINGS).filter(([, given]) =>
      Object.keys(given).every((each) => template.includes(each)),
    );
    return ways.map(([way, variables]) => ({
      name,
      way,
      template,
      folder,
      variables,
      chats: chatsOf(random(1, name)),
    }));
  });
  const answers = ask<Answer[][]>(
    "render_templates.py",
    jobs.map(({ folder, variables, chats }) => ({
      ...{ folder, date: DATE, variables },
      chats: chats.map(({ kind, messages }) => ({
        messages: messages.map(templateMessage),
        tools: kind.includes("call") ? TOOLS.map(templateTool) : null,
        learned: learnedOf(messages),
      })),
    })),
  );
  for (const [index, { name, way, folder, variables, chats }] of jobs.entries()) {
    const tokenizer = openChatTokenizer(folder, COMPUTING_LIMITS, { variables, date: DATE });
    const results = chats.map((chat, at): Result => {
      try {
        return { ...chat, found: compared(name, tokenizer, chat, answers[index]![at]!) };
      } catch (error) {
        different.push((error as Error).message.slice(0, 2500));
        return { ...chat, found: "it is rendered or labelled otherwise" };
      }
    });
    for (const { kind, found } of results) {
      if (typeof found === "number") accepted.add(name);
      if (typeof found === "string") note(reasons, `${name}${way && `, ${way}`}, ${kind}: ${short(found)}`);
    }
    rows.push(`| ${name}${way && `, \`${way}\``} | ${KINDS.map((kind) => cell(results, kind)).join(" | ")} |`);
  }
  const head = `| template | ${KINDS.join(" | ")} |\n|---|${KINDS.map(() => "--:|").join("")}`;
  const table = `${head}\n${rows.join("\n")}\n`;
  t.diagnostic(`percent accepted, and rows a conversation where some are several:\n${table}`);
  if (process.env.GLEANER_WRITE_REASONS) {
    writeFileSync(
      process.env.GLEANER_WRITE_REASONS,
      [...reasons].map(([reason, count]) => `${count}\t${reason}`).join("\n"),
    );
  }
  assert.deepEqual(different.slice(0, 3), [], `${different.length} differ`);
  assert.deepEqual(
    [...accepted].sort(),
    templates.map(([name]) => name).sort(),
    "each template is accepted in some way",
  );
  if (process.env.GLEANER_WRITE_TABLE) writeTable(table);
});

const short = (reason: string) =>
  reason
    .replace(/^.*chat_template\.jinja: /, "")
    .replace(/message \d+/, "message")
    .slice(0, 110);
const note = (counts: Map<string, number>, what: string) => counts.set(what, (counts.get(what) ?? 0) + 1);

function writeTable(table: string): void {
  const page = join(import.meta.dirname, "..", "..", "docs", "templates.md");
  const text = readFileSync(page, "utf8");
  writeFileSync(page, text.replace(/(<!-- table -->\n)[\s\S]*?(<!-- end -->)/, `$1${table}$2`));
}
