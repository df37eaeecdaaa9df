/**
 * What a folder of official files is good for: which files are there, their checksums, and for each of the two sets how
 * many products, goals and splits it gives, or why it cannot be loaded. Findings are data; printing them is others' work.
 */
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { pipeline } from "node:stream/promises";
import { CliError, messageOf } from "../../../core/errors.ts";
import type { GoalKind } from "../types.ts";
import { type DataFile, FILE_NAMES, findFile, type ProductSet, ROLES, SETS, sourceFiles } from "./files.ts";
import { type Ledger, ledgerWriter } from "./ledger.ts";
import { productsOf } from "./source.ts";
import { SPLITS, type Split, splitRange } from "./splits.ts";

/** The human goals of the full catalogue, for which the official splits were made. */
const OFFICIAL_HUMAN_GOALS = 12_087;

export interface DataFindings {
  readonly folder: string;
  /** Every official file, there or not. */
  readonly files: readonly FileFinding[];
  readonly sets: readonly SetFinding[];
}

export interface FileFinding {
  /** The official name, without `.gz`. */
  readonly name: string;
  /** null: neither the file nor its `.gz` is there. */
  readonly path: string | null;
  readonly bytes: number | null;
  /** Of the file as it is; null if it is not there, was not read or cannot be read. */
  readonly sha256: string | null;
}

export interface SetFinding {
  readonly set: ProductSet;
  /** null: it was not read, is not there, or cannot be loaded. */
  readonly counts: SetCounts | null;
  /** Why the set cannot be used, or not for everything; empty if all is well, or if its products are not there. */
  readonly problems: readonly string[];
}

export interface SetCounts {
  readonly products: number;
  /** How many products have a synthetic instruction. */
  readonly instructions: number;
  readonly goals: Readonly<Record<GoalKind, number>>;
  /** The splits that have goals. */
  readonly splits: Readonly<Record<GoalKind, readonly Split[]>>;
  /** True if the human goals are as many as those that the official splits were made for. */
  readonly hasOfficialHumanGoals: boolean;
}

/**
 * Looks at the folder. `read` false: only at names and sizes; otherwise every file is read, which takes minutes for the
 * full set. Problems of the files are findings; nothing is thrown for them.
 */
export async function inspectData(
  folder: string,
  { read = true }: { readonly read?: boolean } = {},
): Promise<DataFindings> {
  const names = new Set(SETS.flatMap((set) => ROLES.map((role) => FILE_NAMES[set][role])));
  const files: FileFinding[] = [];
  for (const name of names) files.push(await fileFinding(name, findFile(folder, name), read));
  const sets: SetFinding[] = [];
  for (const set of SETS) sets.push(await setFinding(folder, set, read));
  return { folder, files, sets };
}

async function fileFinding(name: string, file: DataFile | null, read: boolean): Promise<FileFinding> {
  const sha256 = file && read ? await sha256Of(file.path) : null;
  return { name, path: file?.path ?? null, bytes: file?.bytes ?? null, sha256 };
}

async function sha256Of(path: string): Promise<string | null> {
  const hash = createHash("sha256");
  try {
    await pipeline(createReadStream(path, { highWaterMark: 2 ** 20 }), hash);
    return hash.digest("hex");
  } catch {
    // Why it cannot be read is said where its set is read.
    return null;
  }
}

async function setFinding(folder: string, set: ProductSet, read: boolean): Promise<SetFinding> {
  if (!findFile(folder, FILE_NAMES[set].products)) return { set, counts: null, problems: [] };
  const problems: string[] = [];
  let counts: SetCounts | null = null;
  try {
    const files = sourceFiles(folder, set);
    const ledger = ledgerWriter();
    if (read) {
      for await (const product of productsOf(files, Number.POSITIVE_INFINITY)) ledger.add(product);
      counts = countsOf(ledger.finish());
    }
    if (!files.human) problems.push(`${FILE_NAMES[set].human} is missing, so there are no human goals`);
    else if (counts?.goals.human === 0) problems.push(`${files.human.path}: no instruction for any of these products`);
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    problems.push(messageOf(error));
  }
  return { set, counts, problems };
}

function countsOf({ first, synthetic, human }: Ledger): SetCounts {
  const goals = {
    synthetic: synthetic.combinations.reduce((sum, combinations) => sum + combinations, 0),
    human: human.counts.reduce((sum, count) => sum + count, 0),
  };
  const splitsWith = (count: number) =>
    SPLITS.filter((split) => splitRange(split, count).end > splitRange(split, count).start);
  return {
    products: first.length,
    instructions: synthetic.rows.length,
    goals,
    splits: { synthetic: splitsWith(goals.synthetic), human: splitsWith(goals.human) },
    hasOfficialHumanGoals: goals.human === OFFICIAL_HUMAN_GOALS,
  };
}
