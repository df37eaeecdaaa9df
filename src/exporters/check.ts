/**
 * Proves an export against the stored training set: the decisions that the tool would learn from the files are the stored
 * ones, each as often and with the weight that is stored; so no observation and no masked turn is learned, and nothing is
 * missing. Knows the files only through the readers.
 */
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { CliError } from "../core/errors.ts";
import type { Demonstration, Preference, TrainingSet, WeightedMessage } from "../core/training.ts";
import type { ChatTokenizer } from "../tokenizers/chat-tokenizer.ts";
import { compareTexts } from "./check-texts.ts";
import { compareTokens } from "./check-tokens.ts";
import type { Difference } from "./decisions.ts";
import { withoutLeftOut } from "./export.ts";
import type { Exporter } from "./exporter.ts";
import { expectRendered } from "./expressible.ts";
import { MANIFEST, type Manifest } from "./manifest.ts";
import { ReadError, type ReadExample, type ReadTurn } from "./readers/reader.ts";
import { exporterNamed, textReaderOf, tokenReaderOf } from "./registry.ts";
import { problemOfText, type Shown, shownBy } from "./rendering.ts";
import { digestOf } from "./write.ts";

export interface CheckOptions {
  readonly folder: string;
  readonly manifest: Manifest;
  /** As it is stored. */
  readonly set: TrainingSet;
  /** Needed for files of token ids. */
  readonly tokenizer?: ChatTokenizer;
}

export interface CheckReport {
  /** What is known of the text that the model is shown before each learned turn. */
  readonly shown: Shown;
  /** Messages that are learned, as stored; of preferences on both sides. */
  readonly learned: number;
  readonly differences: readonly Difference[];
}

/** Throws CliError for a target that nobody reads back, or if the tokenizer is missing. */
export async function checkExport(options: CheckOptions): Promise<CheckReport> {
  const { folder, manifest, tokenizer } = options;
  const set = withoutLeftOut(options.set, manifest);
  const changed = changedFiles(folder, manifest);
  // Reading a damaged Parquet file can fail in ways that nobody can catch.
  const isReadable = !changed.some(({ place }) => place.endsWith(".parquet"));
  const taught = isReadable ? await contents({ ...options, set }) : [];
  const { rendering } = exporterNamed(manifest.target);
  const shown = tokenizer ? "proven" : (manifest.shown ?? shownBy(rendering, false));
  return { learned: learnedMessages(set), shown, differences: [...changed, ...taught] };
}

async function contents({ folder, manifest, set, tokenizer }: CheckOptions): Promise<readonly Difference[]> {
  const { target, parquet } = manifest;
  const readTokens = target === "together" && !parquet ? undefined : tokenReaderOf(target);
  const readTexts = textReaderOf(target);
  try {
    if (readTokens) {
      if (!tokenizer)
        throw new CliError(`the files hold token ids: expected --tokenizer with the tokenizer folder of the export`);
      return await compareTokens(set, tokenizer, readTokens(folder, parquet));
    }
    if (!readTexts) throw new CliError(`target ${target}: its files cannot be read back`);
    const exporter = exporterNamed(target);
    const { expresses } = exporter;
    const differences = await compareTexts(set, readTexts(folder), expresses.calls);
    if (!tokenizer || differences.length > 0) return differences;
    return await otherTexts(exporter, readTexts(folder), tokenizer);
  } catch (error) {
    if (error instanceof ReadError) return [{ place: "files", what: error.message }];
    throw error;
  }
}

/** Rows before whose learned messages the tool would show the model something else than a server does. */
async function otherTexts(exporter: Exporter, rows: AsyncIterable<ReadExample>, tokenizer: ChatTokenizer) {
  expectRendered(exporter);
  const differences: Difference[] = [];
  for await (const row of rows) {
    const what = problemOfText(exporter, rowAsStored(row), { splitTurns: false, parquet: false, tokenizer });
    if (what !== undefined) differences.push({ place: row.place, what });
  }
  return differences;
}

/** What was read, as a training set has it. Why it is learned is no matter of its text. */
function rowAsStored(row: ReadExample): Demonstration | Preference {
  const source = "" as Demonstration["source"];
  const tools = row.tools && { tools: row.tools };
  const messages = (turns: readonly ReadTurn[]) =>
    turns.map(({ weight, ...turn }) => ({ ...turn, weight: weight > 0 ? 1 : 0 }) as WeightedMessage);
  if (row.kind === "sft") return { source, ...tools, messages: messages(row.turns) };
  const [chosen, rejected] = [messages(row.chosen), messages(row.rejected)];
  return {
    sources: [source, source],
    ...tools,
    prompt: chosen.slice(0, -1),
    chosen: chosen.slice(-1),
    rejected: rejected.slice(-1),
  };
}

/** Files that are not, byte for byte, what was written. */
function changedFiles(folder: string, { files }: Manifest): Difference[] {
  const names = new Set([MANIFEST, ...files.map(({ name }) => name)]);
  const added = readdirSync(folder).filter((name) => !names.has(name));
  return [
    ...files.flatMap(({ name, sha256 }) => {
      if (!existsSync(join(folder, name))) return [{ place: name, what: "the file is gone" }];
      const isSame = digestOf(join(folder, name)).sha256 === sha256;
      return isSame ? [] : [{ place: name, what: "the file was changed since it was written" }];
    }),
    ...added.map((name) => ({ place: name, what: "the export did not write this file" })),
  ];
}

/** Messages that are learned. */
export function learnedMessages(set: TrainingSet): number {
  const learned = (messages: readonly { readonly weight: number }[]) =>
    messages.filter(({ weight }) => weight > 0).length;
  if (set.kind === "sft") return set.examples.reduce((sum, { messages }) => sum + learned(messages), 0);
  return set.examples.reduce((sum, { chosen, rejected }) => sum + learned(chosen) + learned(rejected), 0);
}
