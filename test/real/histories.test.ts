/**
 * What TRL, Axolotl and verl show a model, by their own code, with the chat templates of the day: where an export with the
 * model's tokenizer is written, each row has the tokens that a server's prompt and the stored message have, and exactly that
 * message is learned.
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { before, test } from "node:test";
import { CliError } from "../../src/core/errors.ts";
import { random } from "../../src/core/random.ts";
import type { Demonstration, TrainingSet } from "../../src/core/training.ts";
import { checkExport } from "../../src/exporters/check.ts";
import { exportSet } from "../../src/exporters/export.ts";
import { expressible } from "../../src/exporters/expressible.ts";
import { exporterNamed } from "../../src/exporters/registry.ts";
import { type ChatTokenizer, openChatTokenizer } from "../../src/tokenizers/chat-tokenizer.ts";
import { conversation, KINDS, TOOLS } from "../chats.ts";
import { temporaryFolder } from "../temporary.ts";
import { type Loaded, type LoadedRow, loaded } from "./export-tools.ts";
import { skip } from "./real.ts";
import { shippedTemplates, templateFolder } from "./template-folders.ts";

const TEMPLATES = [
  ...["qwen2_5", "qwen3", "qwen3_instruct_2507", "qwen3_5_think", "qwen3_6", "qwen3_8", "llama3", "llama3_1", "gemma3"],
  ...["gemma4_v5", "glm4moe", "deepseekv3", "phi3_5", "lfm2_2_5_v2", "nemotron_3_nano", "cohere2"],
];
const TARGETS = ["trl", "axolotl", "verl"];

interface Job {
  readonly template: string;
  readonly target: string;
  readonly folder: string;
  readonly model: string;
  readonly rows: readonly Demonstration[];
}

const root = temporaryFolder();
const jobs: Job[] = [];
const refused: string[] = [];
let answers: readonly Loaded[] = [];

/** Two conversations of each kind. */
function setFor(template: string): TrainingSet {
  const from = random(17, template);
  const examples = KINDS.flatMap((kind) =>
    [0, 1].map(() => ({
      source: "t1" as Demonstration["source"],
      messages: conversation(from, kind),
      ...(kind.includes("call") && { tools: TOOLS }),
    })),
  );
  return { kind: "sft", examples };
}

before(
  async (t) => {
    if (skip) return;
    const shipped = shippedTemplates();
    for (const template of TEMPLATES) {
      const model = templateFolder(t as never, shipped[template]!);
      for (const target of TARGETS) await exported({ template, target, model });
    }
    answers = loaded(jobs.map(({ target, folder, model }) => ({ tool: target, folder, model })));
  },
  { timeout: 1_800_000 },
);

async function exported({ template, target, model }: Omit<Job, "folder" | "rows">): Promise<void> {
  const [exporter, set, tokenizer] = [exporterNamed(target), setFor(template), openChatTokenizer(model)];
  const options = { splitTurns: true, parquet: false, leaveOut: true, tokenizer };
  const folder = join(root, `${template}-${target}`);
  const origin = { run: "r", method: "m", trainingSet: "s" };
  try {
    const { manifest } = exportSet({ exporter, set, options, out: folder, origin });
    assert.equal(manifest.shown, "proven");
    assert.deepEqual((await checkExport({ folder, manifest, set, tokenizer })).differences, []);
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    refused.push(`${template}, ${target}: ${error.message}`);
    return;
  }
  const taken = expressible(exporter, set, options).set;
  assert(taken.kind === "sft");
  jobs.push({ template, target, folder, model, rows: taken.examples });
}

/** A row's tokens, and which are learned. TRL also learns what a template writes behind the end of the last turn. */
function expectedOf(row: Demonstration, tokenizer: ChatTokenizer, target: string): LoadedRow {
  const { inputIds, labels } = tokenizer.demonstration(row);
  const last = labels.findLastIndex((label) => label >= 0);
  const learned = labels.map((label, at) => label >= 0 || (target === "trl" && at > last));
  return { ids: inputIds, learned };
}

/** The text of a row, learned stretches in brackets. */
const shownText = ({ ids, learned }: LoadedRow, tokenizer: ChatTokenizer): string =>
  ids
    .map((id, at) => (learned[at] ? `⟦${tokenizer.decode([id])}⟧` : tokenizer.decode([id])))
    .join("")
    .replaceAll("⟧⟦", "");

function firstDifference(theirs: string, ours: string): string {
  let at = 0;
  while (theirs[at] === ours[at]) at++;
  const around = (text: string) => JSON.stringify(text.slice(Math.max(0, at - 60), at + 60));
  return `tool ${around(theirs)}\n  ours ${around(ours)}`;
}

test("what is proven is what the tools show and learn", { skip }, (t) => {
  const different: string[] = [];
  for (const [index, { template, target, model, rows }] of jobs.entries()) {
    const answer = answers[index]!;
    if ("error" in answer) {
      different.push(`${template}, ${target}: ${answer.error.trim().split("\n").at(-1)}`);
      continue;
    }
    assert.equal(answer.tokens!.length, rows.length);
    const tokenizer = openChatTokenizer(model);
    for (const [at, row] of rows.entries()) {
      const expected = expectedOf(row, tokenizer, target);
      const [theirs, ours] = [answer.tokens![at]!, expected].map((tokens) => shownText(tokens, tokenizer));
      if (theirs !== ours) different.push(`${template}, ${target}:\n  ${firstDifference(theirs!, ours!)}`);
    }
  }
  t.diagnostic(
    `${jobs.length} exports, ${jobs.reduce((sum, { rows }) => sum + rows.length, 0)} rows; refused: ${refused.join("\n")}`,
  );
  t.diagnostic(different.slice(0, 400).join("\n"));
  assert.equal(different.length, 0);
});
