/** What `export` and `dataset --to` share: the flags that say how a set is written for another tool, and how it is told. */
import { join } from "node:path";
import type { Command } from "commander";
import type { TrainingSet } from "../core/training.ts";
import { type CheckReport, learnedMessages } from "../exporters/check.ts";
import type { Exported } from "../exporters/export.ts";
import type { ExportOptions } from "../exporters/exporter.ts";
import { learnable } from "../exporters/learnable.ts";
import { exporterNamed } from "../exporters/registry.ts";
import { unproven } from "../exporters/rendering.ts";
import { openTokenizerWith } from "../tokenizers/chat-tokenizer.ts";
import type { TemplateVariables } from "../tokenizers/template-variables.ts";
import { table } from "./table.ts";
import { printable } from "./terminal.ts";

export interface TargetFlags {
  readonly tokenizer?: string;
  readonly splitTurns?: boolean;
  readonly parquet?: boolean;
  readonly leaveOut?: boolean;
}

/** Each flag, and the member that holds it. */
export const TARGET_FLAGS = [
  { key: "tokenizer", flag: "--tokenizer" },
  { key: "splitTurns", flag: "--split-turns" },
  { key: "parquet", flag: "--parquet" },
  { key: "leaveOut", flag: "--leave-out" },
] as const;

/** Gives a command the flags. */
export const targetOptions = (command: Command): Command =>
  command
    .option("--tokenizer <dir>", "checkpoint folder of the model: makes token ids, or proves what the tool shows it")
    .option("--split-turns", "write several rows for an example where one row would teach something else")
    .option("--parquet", "write Parquet instead of JSON lines (together, skyrl)")
    .option("--leave-out", "leave out, and count, the examples that the tool's files cannot express");

/** Throws CliError for a folder that is no checkpoint. */
export const targetOptionsOf = (
  { tokenizer, splitTurns = false, parquet = false, leaveOut = false }: TargetFlags,
  template?: TemplateVariables,
): ExportOptions => ({
  ...{ splitTurns, parquet, leaveOut },
  ...(tokenizer !== undefined && { tokenizer: openTokenizerWith(tokenizer, template) }),
});

/** What was written, and what was not. */
export function exportedLines(exported: Exported, out: string): string[] {
  const { manifest, set, cost } = exported;
  const rows = manifest.files.map(({ name, rows, bytes }) => [join(out, name), rows ?? "", bytes]);
  const split = cost
    ? [
        `split: ${cost.rows} rows instead of ${cost.examples}; an epoch reads ${cost.reading.toFixed(1)} times as much text`,
      ]
    : [];
  return [
    table(["file", "rows", "bytes"], rows),
    `learned turns ${learnedMessages(set)}, masked turns ${maskedMessages(set)}`,
    ...leftOutLines(manifest),
    ...split,
    ...severalRows(exported),
  ];
}

/** Of files of token ids: that a conversation took several rows, and how many. */
function severalRows({ manifest, set, cost }: Exported): string[] {
  if (cost || exporterNamed(manifest.target).rendering !== "ids") return [];
  const rows = manifest.files.reduce((sum, file) => sum + (file.rows ?? 0), 0);
  const examples = set.examples.length;
  if (rows <= examples) return [];
  const each = (rows / examples).toFixed(1);
  return [
    `${rows} rows for ${count(examples)} (${each} rows an example): the chat template shows earlier turns otherwise later`,
  ];
}

/** Of each reason how many examples are not in the files. */
export const leftOutLines = ({ leftOut = [] }: Exported["manifest"]): string[] =>
  leftOut.map(({ reason, examples }) => `left out: ${count(examples.length)}: ${printable(reason)}`);

const count = (examples: number) => (examples === 1 ? "1 example" : `${examples} examples`);

/** What a check without differences proves, and what it does not. */
export function provenLines(folder: string, manifest: Exported["manifest"], { learned, shown }: CheckReport): string[] {
  const { name, tool } = exporterNamed(manifest.target);
  const open = unproven(shown, tool);
  const proven =
    open === undefined
      ? `${name} learns exactly the ${learned} stored turns and nothing else`
      : `the files teach the ${learned} stored turns and no others`;
  return [`${printable(folder)}: ${proven}`, ...(open === undefined ? [] : [open]), ...leftOutLines(manifest)];
}

/** The policy's own messages that are context only. */
function maskedMessages(set: TrainingSet): number {
  const exported = learnable(set);
  const conversations =
    exported.kind === "sft"
      ? exported.examples.map(({ messages }) => messages)
      : exported.examples.flatMap(({ chosen, rejected }) => [chosen, rejected]);
  return conversations.flat().filter(({ role, weight }) => role === "assistant" && weight === 0).length;
}
