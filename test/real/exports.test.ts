/**
 * Exported files loaded by the tools themselves: the tokens that TRL, Axolotl, LLaMA-Factory (both), ms-swift, verl and
 * tinker-cookbook learn, decoded, are the learned messages and nothing else. Where a setting is taken away, the tool learns
 * what our reader of its files says it would.
 */
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { before, test } from "node:test";
import type { TrainingSet } from "../../src/core/training.ts";
import { exportSet } from "../../src/exporters/export.ts";
import { exporterNamed, textReaderOf } from "../../src/exporters/registry.ts";
import { openChatTokenizer } from "../../src/tokenizers/chat-tokenizer.ts";
import { EXPORT_SETS } from "../export-sets.ts";
import { temporaryFolder } from "../temporary.ts";
import { type Loaded, loaded } from "./export-tools.ts";
import { skip, tinyCheckpoint } from "./real.ts";

interface Job {
  readonly name: string;
  readonly target: string;
  readonly set: keyof typeof EXPORT_SETS;
  /** A setting that is taken out of a file after the export. */
  readonly without?: { readonly file: string; readonly text: string };
}

const JOBS: readonly Job[] = [
  ...["trl", "trl-tokenized", "axolotl", "llamafactory", "llamafactory-v1", "swift", "tinker", "verl"].map(
    (target) => ({ name: target, target, set: "sft" as const }),
  ),
  ...["trl", "axolotl", "llamafactory", "swift"].map((target) => ({
    name: `${target}, a preference between answers`,
    target,
    set: "answers" as const,
  })),
  { name: "swift, a preference between trajectories", target: "swift", set: "trajectories" },
  { name: "llamafactory, every turn", target: "llamafactory", set: "whole" },
  {
    name: "axolotl without its marks",
    target: "axolotl",
    set: "sft",
    without: { file: "sft.yaml", text: "    message_field_training: train\n    roles_to_train: []\n" },
  },
  {
    name: "llamafactory without mask_history",
    target: "llamafactory",
    set: "sft",
    without: { file: "sft.yaml", text: "mask_history: true\n" },
  },
];

const root = temporaryFolder();
const folderOf = ({ name }: Job) => join(root, name.replaceAll(/\W/g, "-"));

let answers: readonly Loaded[] = [];

before(
  () => {
    if (skip) return;
    const model = tinyCheckpoint();
    for (const job of JOBS) exported(job, model);
    answers = loaded(JOBS.map((job) => ({ tool: job.target.replace("-tokenized", ""), folder: folderOf(job), model })));
  },
  { timeout: 900_000 },
);

function exported(job: Job, model: string): void {
  const { target, set, without } = job;
  const tokenizer = target === "trl-tokenized" ? { tokenizer: openChatTokenizer(model) } : {};
  exportSet({
    exporter: exporterNamed(target),
    set: EXPORT_SETS[set],
    options: { splitTurns: true, parquet: false, ...tokenizer },
    out: folderOf(job),
    origin: { run: "r", method: "m", seed: 1, iteration: 1, trainingSet: "s" },
  });
  if (!without) return;
  const path = join(folderOf(job), without.file);
  const text = readFileSync(path, "utf8");
  assert(text.includes(without.text));
  writeFileSync(path, text.replace(without.text, ""));
}

for (const [index, job] of JOBS.entries()) {
  test(`${job.name}: the tool learns what it should`, { skip }, async () => {
    const answer = answers[index]!;
    if ("error" in answer) assert.fail(answer.error);
    const learned = answer.rows.flat().map(said);
    const expected = job.without ? await readBack(job) : storedIn(EXPORT_SETS[job.set]);
    assert.deepEqual(learned, expected);
  });
}

/** A learned stretch without what the templates put around a message. */
const said = (stretch: string): string =>
  stretch
    .replace(/^<\|im_start\|>assistant\n/, "")
    .replace(/(<\|im_end\|>\n?|\n\n(User:)?)$/, "")
    .trim();

function storedIn(set: TrainingSet): string[] {
  const conversations =
    set.kind === "sft"
      ? set.examples.map(({ messages }) => messages)
      : set.examples.flatMap((e) => [e.chosen, e.rejected]);
  return conversations.flatMap((messages) =>
    messages.flatMap(({ content, weight }) => (weight === 1 ? [content] : [])),
  );
}

async function readBack(job: Job): Promise<string[]> {
  const learned: string[] = [];
  for await (const row of textReaderOf(job.target)!(folderOf(job))) {
    assert(row.kind === "sft");
    learned.push(...row.turns.flatMap(({ content, weight }) => (weight > 0 ? [content] : [])));
  }
  return learned;
}
