/**
 * Large JSON arrays element by element: our two readers, JSON.parse of the whole, and the libraries that could stand in
 * their place. Those are not installed with gleaner; without them their rows are missing:
 *
 *     npm install --no-save stream-json @streamparser/json jsonparse
 *
 * Each reader runs in a process of its own, for its peak of memory; CPU time, since what else the machine does should not
 * count.
 */
import { spawnSync } from "node:child_process";
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { random } from "../src/core/random.ts";
import { versionsOf } from "./parts/origin.ts";
import type { Findings } from "./parts/result.ts";

const BYTES = 200_000_000;
const ROUNDS = 3;
const WORDS =
  "steel chair office ergonomic brown “large” \n table lamp usb charger for men women’s shoes 12 pack".split(" ");
const OURS = "src/files/array.ts";
const LIBRARIES = ["stream-json", "@streamparser/json", "jsonparse"];
/** A program that reads a file with the reader it is told; without arguments it prints their names. */
const READER = join(import.meta.dirname, "parts", "json-reader.ts");

/** Elements in the manner of WebShop's products, some 4 kB each. Returns how many. */
function writeArray(file: string): number {
  const draw = random("files", "bench");
  const words = (count: number) => Array.from({ length: count }, () => draw.pick(WORDS)).join(" ");
  const output = openSync(file, "w");
  let elements = 0;
  for (let bytes = 0; bytes < BYTES; elements++) {
    const options = Array.from({ length: 8 }, () => ({ is_available: true, value: words(2), price: 0, image: null }));
    const reviews = Array.from({ length: 4 }, () => ({ stars: 4, text: words(40), 'quote"d': "a\\b" }));
    const product = { asin: `B${elements}`, description: words(250), price: draw.next() * 100, options, reviews };
    bytes += writeSync(output, `${elements === 0 ? "[" : ","}\n${JSON.stringify(product)}`);
  }
  writeSync(output, "\n]\n");
  closeSync(output);
  return elements;
}

interface Cost {
  readonly elements: number;
  readonly cpuSeconds: number;
  readonly peakMegabytes: number;
}

/** What the program prints; undefined where the reader's library is not installed. */
function printed(options: readonly string[]): unknown {
  const flags = ["--disable-warning=ExperimentalWarning", READER, ...options];
  const { status, stdout } = spawnSync(process.execPath, flags, { encoding: "utf8" });
  return status === 0 ? JSON.parse(stdout) : undefined;
}

/** The least CPU time and the highest peak of all rounds. */
function costOf(reader: string, file: string, elements: number) {
  const costs = Array.from({ length: ROUNDS }, () => printed([reader, file]) as Cost | undefined);
  const read = costs.filter((cost) => cost !== undefined);
  if (read.length < ROUNDS) return undefined;
  for (const cost of read) {
    if (cost.elements !== elements) throw new Error(`${reader}: expected ${elements}, found ${cost.elements}`);
  }
  return {
    "CPU s": Math.min(...read.map(({ cpuSeconds }) => cpuSeconds)),
    "peak MB": Math.max(...read.map(({ peakMegabytes }) => peakMegabytes)),
  };
}

export async function run(): Promise<Findings> {
  const folder = mkdtempSync(join(tmpdir(), "gleaner-bench-files-"));
  try {
    const file = join(folder, "array.json");
    const elements = writeArray(file);
    const figures: Record<string, { readonly "CPU s": number; readonly "peak MB": number }> = {};
    const missing: string[] = [];
    for (const reader of printed([]) as readonly string[]) {
      const cost = costOf(reader, file, elements);
      if (cost) figures[reader] = cost;
      else missing.push(reader);
    }
    const ours = figures[OURS]!["CPU s"];
    const others = Object.entries(figures).filter(([reader]) => reader !== OURS);
    return {
      settings: { bytes: BYTES, elements, rounds: ROUNDS },
      versions: missing.length > 0 ? {} : versionsOf(...LIBRARIES),
      figures,
      ratios: Object.fromEntries(
        others.map(([reader, cost]) => [`${OURS} ÷ ${reader}, CPU time`, ours / cost["CPU s"]]),
      ),
      ...(missing.length > 0 && { missing: `${missing.join(", ")}: not installed` }),
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
