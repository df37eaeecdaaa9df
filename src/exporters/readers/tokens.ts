/** Rows of token ids: which of them the tools learn. */

import { jsonLines, type PlacedRow, parquetRows } from "./files.ts";
import { listOf, ReadError } from "./reader.ts";
import { trlConfig } from "./trl.ts";

export interface ReadTokens {
  readonly place: string;
  readonly ids: readonly number[];
  /** Of each id, whether it is learned. */
  readonly learned: readonly boolean[];
}

export type TokenReader = (folder: string, parquet: boolean) => AsyncIterable<ReadTokens>;

/** TRL and Together learn the ids whose label is not −100, and a label must be the id itself. */
export const readTrlTokens: TokenReader = async function* (folder) {
  trlConfig(folder, "sft.yaml");
  for await (const row of jsonLines(folder, "train.jsonl")) {
    expectColumns(row, ["input_ids", "labels"]);
    yield labelled(row);
  }
};

export const readTogetherTokens: TokenReader = async function* (folder) {
  for await (const placed of parquetRows(folder, "train.parquet")) {
    const { place, row } = placed;
    expectColumns(placed, ["input_ids", "labels", "attention_mask"]);
    const tokens = labelled(placed);
    const attention = numbers(row.attention_mask, place);
    if (attention.length !== tokens.ids.length || attention.includes(0))
      throw new ReadError(`${place}: attention_mask`);
    yield tokens;
  }
};

/** SkyRL learns the ids whose mask is 1. */
export const readSkyrlTokens: TokenReader = async function* (folder, parquet) {
  const rows = parquet ? parquetRows(folder, "train.parquet") : jsonLines(folder, "train.jsonl");
  for await (const placed of rows) {
    const { place, row } = placed;
    expectColumns(placed, ["input_ids", "loss_mask"]);
    const [ids, mask] = [numbers(row.input_ids, place), numbers(row.loss_mask, place)];
    if (mask.length !== ids.length || mask.some((value) => value !== 0 && value !== 1)) {
      throw new ReadError(`${place}: loss_mask: expected a 0 or 1 for each id`);
    }
    yield { place, ids, learned: mask.map((value) => value === 1) };
  }
};

/** A trainer may read a column that the export did not write: another mask, for example. */
function expectColumns({ place, row }: PlacedRow, names: readonly string[]): void {
  const other = Object.keys(row).find((name) => !names.includes(name));
  if (other !== undefined) throw new ReadError(`${place}: ${other}: expected no column but ${names.join(", ")}`);
}

function labelled({ place, row }: PlacedRow): ReadTokens {
  const [ids, labels] = [numbers(row.input_ids, place), numbers(row.labels, place)];
  if (labels.length !== ids.length || labels.some((label, index) => label !== -100 && label !== ids[index])) {
    throw new ReadError(`${place}: labels: expected the id or −100 for each id`);
  }
  return { place, ids, learned: labels.map((label) => label !== -100) };
}

function numbers(value: unknown, place: string): number[] {
  const list = ArrayBuffer.isView(value) ? [...(value as Int32Array)] : listOf(value, place);
  if (!list.every((entry) => Number.isInteger(entry))) throw new ReadError(`${place}: expected whole numbers`);
  return list as number[];
}
