/** Demonstrations as token ids with a label for each, by the tokenizer of the model that will be trained. */
import { CliError, messageOf } from "../core/errors.ts";
import type { Demonstration, TrainingSet } from "../core/training.ts";
import type { LabelledTokens } from "../tokenizers/labels.ts";
import { type ExportOptions, nameOf, type Row } from "./exporter.ts";

/** `make` of every demonstration's rows, one at a time. Throws CliError naming the example that the tokenizer refuses. */
export function* tokenRows(
  { examples }: Extract<TrainingSet, { kind: "sft" }>,
  { tokenizer }: ExportOptions,
  make: (tokens: LabelledTokens) => Row,
): Iterable<Row> {
  for (const [index, example] of examples.entries()) {
    for (const row of labelled(example, index, tokenizer!)) yield make(row);
  }
}

function labelled(example: Demonstration, index: number, tokenizer: NonNullable<ExportOptions["tokenizer"]>) {
  try {
    return tokenizer.demonstration(example).rows;
  } catch (error) {
    if (error instanceof CliError) throw new CliError(`${nameOf(example, index)}: ${messageOf(error)}`);
    throw error;
  }
}
