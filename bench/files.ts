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

const BYTES = 200_000_000;
const ROUNDS = 3;
const WORDS =
  "steel chair office ergonomic brown “large” \n table lamp usb charger for men women’s shoes 12 pack".split(" ");
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
  readonly reader: string;
  readonly elements: number;
  readonly cpuSeconds: number;
  readonly peakMegabytes: number;
}

function run(options: readonly string[]): unknown {
  const flags = ["--disable-warning=ExperimentalWarning", READER, ...options];
  const { status, stdout } = spawnSync(process.execPath, flags, { encoding: "utf8" });
  return status === 0 ? JSON.parse(stdout) : undefined;
}

/** Prints a table and one JSON line. */
export async function bench(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "gleaner-bench-files-"));
  try {
    const file = join(folder, "array.json");
    const elements = writeArray(file);
    const rows = [];
    for (const reader of run([]) as readonly string[]) {
      const costs = Array.from({ length: ROUNDS }, () => run([reader, file]) as Cost | undefined);
      const [first] = costs;
      if (!first) continue;
      if (first.elements !== elements) throw new Error(`${reader}: expected ${elements}, found ${first.elements}`);
      rows.push({
        reader,
        "CPU s": Number(Math.min(...costs.map((cost) => cost!.cpuSeconds)).toFixed(2)),
        "peak MB": Math.max(...costs.map((cost) => cost!.peakMegabytes)),
      });
    }
    console.table(rows);
    console.log(JSON.stringify({ bench: "files", bytes: BYTES, elements, rows }));
  } finally {
    rmSync(folder, { recursive: true });
  }
}
