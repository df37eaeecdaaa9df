/**
 * What each target's tool would train of one example: its files are written, and read back by the tool's own rule, as `--check`
 * does with a whole export. So it is the tool that says what is learned, and not we who wrote the file.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { writing } from "../core/disk.ts";
import { CliError } from "../core/errors.ts";
import type { Tool } from "../core/message.ts";
import type { Demonstration, Preference, TrainingSet } from "../core/training.ts";
import type { ChatTokenizer } from "../tokenizers/chat-tokenizer.ts";
import { checkExport } from "./check.ts";
import { comparable } from "./comparable.ts";
import { decisionsOf, type WeighedTurn } from "./decisions.ts";
import type { Exporter } from "./exporter.ts";
import { expectOptions, expressible } from "./expressible.ts";
import { ReadError, type ReadExample } from "./readers/reader.ts";
import { EXPORTERS, exporterNamed, textReaderOf } from "./registry.ts";
import { writeExport } from "./write.ts";

export interface ToldTool {
  /** The exporter's name. */
  readonly target: string;
  /** By message of the conversation (of a preference: of the better one, then of the worse one); null: it refuses the example. */
  readonly learned: readonly boolean[] | null;
  /** Why it refuses it; null: it takes it. */
  readonly refusal: string | null;
}

/** The names that `toolOn` takes, in the order in which they are listed. */
export const toolNames = (): string[] => EXPORTERS.map(({ name }) => name);

export interface ToolOptions {
  /** Of a preference's set. */
  readonly beta?: number;
  /** The student's own, where it has one with a chat template; asked for only if the tool takes one. */
  readonly tokenizer?: () => ChatTokenizer | undefined;
}

/** `target`: an exporter's name. Throws CliError for another, and StoreError where the disk refuses the files. */
export async function toolOn(
  target: string,
  example: Demonstration | Preference,
  { beta = 0.1, tokenizer }: ToolOptions = {},
): Promise<ToldTool> {
  const exporter = exporterNamed(target);
  const set = ("messages" in example
    ? { kind: "sft", examples: [example] }
    : { kind: "dpo", examples: [example], beta }) as unknown as TrainingSet;
  const takesTokenizer = exporter.tokenizer === "needed" || exporter.rendering === "template";
  const own = takesTokenizer ? tokenizer?.() : undefined;
  const parent = tmpdir();
  const folder = writing(parent, () => mkdtempSync(join(parent, "gleaner-row-")));
  try {
    return { target, ...(await saidOf(exporter, set, join(folder, target), own)) };
  } catch (error) {
    if (!(error instanceof CliError || error instanceof ReadError)) throw error;
    return { target, learned: null, refusal: withoutName(error.message) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Throws CliError and ReadError where the tool refuses the example. `out`: where its files are written. */
async function saidOf(
  exporter: Exporter,
  set: TrainingSet,
  out: string,
  tokenizer: ChatTokenizer | undefined,
): Promise<Omit<ToldTool, "target">> {
  const target = exporter.name;
  const options = { splitTurns: false, parquet: false, ...(tokenizer && { tokenizer }) };
  expectOptions(exporter, set.kind, options);
  const taken = expressible(exporter, set, options).set;
  const about = {
    target,
    run: "",
    method: "",
    trainingSet: "",
    splitTurns: false,
    parquet: exporter.parquet === "always",
  };
  const manifest = writeExport(out, exporter.files(taken, options), about as Parameters<typeof writeExport>[2]);
  const read = textReaderOf(target);
  if (read && exporter.tokenizer !== "needed")
    return { learned: await learnedOf(set, read(out), exporter), refusal: null };
  const { differences } = await checkExport({ folder: out, manifest, set, ...(tokenizer && { tokenizer }) });
  const problem = differences[0] && `${differences[0].place}: ${differences[0].what}`;
  return { learned: problem === undefined ? storedMask(set) : null, refusal: problem ?? null };
}

/** There is only one example here: its number and its trajectory say nothing. */
const withoutName = (message: string) => message.replace(/^example 0 \([^)]*\): /, "");

const storedMask = (set: TrainingSet): boolean[] =>
  storedTurns(set).flatMap((turns) => turns.map(({ weight }) => weight > 0));

function storedTurns({ examples: [example] }: TrainingSet): readonly (readonly WeighedTurn[])[] {
  if ("messages" in example!) return [example.messages];
  const { prompt, chosen, rejected } = example!;
  const context = prompt.map((message) => ({ ...message, weight: 0 }));
  return [
    [...context, ...chosen],
    [...context, ...rejected],
  ];
}

/** A message is learned if the tool learns it behind the same messages, in whichever row that is. */
async function learnedOf(
  set: TrainingSet,
  rows: AsyncIterable<ReadExample>,
  { expresses }: Exporter,
): Promise<boolean[]> {
  const [example] = set.examples;
  const keys = (turns: readonly WeighedTurn[], tools: readonly Tool[] | undefined) => [
    ...decisionsOf(comparable(turns, expresses.calls), tools),
  ];
  const learned = new Set<string>();
  for await (const row of rows) {
    const sides = row.kind === "sft" ? [row.turns] : [row.chosen, row.rejected];
    for (const [side, turns] of sides.entries()) {
      for (const { conversation, weight } of keys(turns, row.tools))
        if (weight > 0) learned.add(`${side} ${conversation}`);
    }
  }
  return storedTurns(set).flatMap((turns, side) =>
    keys(turns, example!.tools).map(({ conversation }) => learned.has(`${side} ${conversation}`)),
  );
}
