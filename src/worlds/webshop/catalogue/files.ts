/**
 * The official files in a folder: which of the two sets (1,000 products, or all 1.18 million) is there, under which
 * spelling, plain or gzipped. Only looks at names and sizes; reading is for members.ts.
 *
 * Names: princeton-nlp/WebShop at 64fa2a5, web_agent_site/utils.py and setup.sh.
 */
import { type Stats, statSync } from "node:fs";
import { join } from "node:path";
import { CliError, messageOf } from "../../../core/errors.ts";

export const ROLES = ["products", "instructions", "human"] as const;
/** Products; attributes and synthetic instructions; what people asked for. */
export type FileRole = (typeof ROLES)[number];

export const SETS = ["1000", "all"] as const;
/** The two sets of products that are published. */
export type ProductSet = (typeof SETS)[number];

/** The names without `.gz`. People's instructions are one file for both sets. */
export const FILE_NAMES: Readonly<Record<ProductSet, Readonly<Record<FileRole, string>>>> = {
  "1000": {
    products: "items_shuffle_1000.json",
    instructions: "items_ins_v2_1000.json",
    human: "items_human_ins.json",
  },
  all: { products: "items_shuffle.json", instructions: "items_ins_v2.json", human: "items_human_ins.json" },
};

export interface DataFile {
  readonly path: string;
  readonly bytes: number;
  readonly modifiedMs: number;
}

/** The files that one catalogue is read from. */
export interface SourceFiles {
  readonly set: ProductSet;
  readonly products: DataFile;
  readonly instructions: DataFile;
  /** null: no human instructions. The original needs the file even for synthetic goals; it is not read for them. */
  readonly human: DataFile | null;
}

/** `name` or `name.gz` in the folder, the plain one first; null if neither is there. Throws CliError for a closed folder. */
export function findFile(folder: string, name: string): DataFile | null {
  for (const path of [join(folder, name), join(folder, `${name}.gz`)]) {
    const found = statOf(path);
    if (found?.isFile()) return { path, bytes: found.size, modifiedMs: found.mtimeMs };
  }
  return null;
}

function statOf(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch (error) {
    throw new CliError(`${path}: cannot be read: ${messageOf(error)}`, { cause: error });
  }
}

/**
 * The set that the catalogue of `products` products is read from: a number (the first so many; the small set if that is
 * enough and there), "all" (all of the full set), or undefined: what is there, and the 1,000 where both are, as in the
 * original. Throws CliError naming what is missing.
 */
export function chooseSet(folder: string, products?: number | "all"): ProductSet {
  const isNumber = typeof products === "number";
  if (isNumber && !(Number.isInteger(products) && products > 0)) {
    throw new CliError(`expected a whole number of products above 0, or "all", got ${products}`);
  }
  const isThere = (set: ProductSet) => findFile(folder, FILE_NAMES[set].products) !== null;
  const needsAll = products === "all" || (isNumber && products > 1000);
  const wanted: readonly ProductSet[] = needsAll ? ["all"] : SETS;
  const found = wanted.find(isThere);
  if (found) return found;
  const names = wanted.map((set) => FILE_NAMES[set].products).join(" or ");
  const instead = needsAll && isThere("1000") ? "; the folder has the 1,000 products only" : "";
  throw new CliError(`${folder}: expected WebShop's files ${names}, plain or as .gz${instead}`);
}

/**
 * The files of a set. The small set also takes its attributes from the full set's file, which holds them too. Throws
 * CliError naming what is missing.
 */
export function sourceFiles(folder: string, set: ProductSet): SourceFiles {
  const products = findFile(folder, FILE_NAMES[set].products);
  if (!products) throw new CliError(`${folder}: expected ${FILE_NAMES[set].products}, plain or as .gz`);
  const own = findFile(folder, FILE_NAMES[set].instructions);
  const instructions = own ?? (set === "1000" ? findFile(folder, FILE_NAMES.all.instructions) : null);
  if (!instructions) throw new CliError(`${folder}: expected ${FILE_NAMES[set].instructions}, plain or as .gz`);
  return { set, products, instructions, human: findFile(folder, FILE_NAMES[set].human) };
}
