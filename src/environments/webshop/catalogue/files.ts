/**
 * The official files in a folder: which of the two sets (1,000 products, or all 1.18 million) is there, under which
 * spelling, plain or gzipped. Only looks at names and sizes; reading is for members.ts.
 *
 * Names: princeton-nlp/WebShop at 64fa2a5, web_agent_site/utils.py and setup.sh.
 */
import { statSync } from "node:fs";
import { join } from "node:path";
import { CliError } from "../../../core/errors.ts";

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

/** `name` or `name.gz` in the folder, the plain one first; null if neither is there. */
export function findFile(folder: string, name: string): DataFile | null {
  for (const path of [join(folder, name), join(folder, `${name}.gz`)]) {
    const found = statSync(path, { throwIfNoEntry: false });
    if (found?.isFile()) return { path, bytes: found.size, modifiedMs: found.mtimeMs };
  }
  return null;
}

/**
 * Which files make the catalogue of `products` products: a number (the first so many), "all" (all of the full set), or
 * undefined: what is there, and the 1,000 where both sets are, as in the original. A number up to 1,000 prefers the small
 * set. Attributes are taken from the other set's file where the own one is missing. Throws CliError naming what is missing.
 */
export function sourceFiles(folder: string, products?: number | "all"): SourceFiles {
  const set = chooseSet(folder, products);
  const other: ProductSet = set === "all" ? "1000" : "all";
  const instructions =
    findFile(folder, FILE_NAMES[set].instructions) ?? findFile(folder, FILE_NAMES[other].instructions);
  if (!instructions) throw new CliError(`${folder}: expected ${FILE_NAMES[set].instructions} or the same with .gz`);
  return {
    set,
    products: findFile(folder, FILE_NAMES[set].products)!,
    instructions,
    human: findFile(folder, FILE_NAMES[set].human),
  };
}

function chooseSet(folder: string, products: number | "all" | undefined): ProductSet {
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
  throw new CliError(`${folder}: expected WebShop's ${names}, or the same with .gz${instead}`);
}
