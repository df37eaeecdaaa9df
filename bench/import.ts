/**
 * Importing logs with these sources and with those of another clone, in turn: GLEANER_BEFORE names its folder, with its
 * packages installed. Two logs of the workshop: many small records, and fewer of 15 kB, which is nearly all one thought.
 * Each import runs in a process of its own; the least of all rounds counts.
 *
 * By the clock a busy machine or a slow disk says little. CPU time counts the threads that compile and collect garbage, too.
 */
import { spawnSync } from "node:child_process";
import { closeSync, mkdtempSync, openSync, rmSync, statSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { random } from "../src/core/random.ts";
import type { Findings } from "./parts/result.ts";
import type { Took } from "./parts/took.ts";

const ROOT = join(import.meta.dirname, "..");
const WORK = join(import.meta.dirname, "parts", "import-work.ts");
const ROUNDS = 3;
const LOGS = {
  small: { records: 20_000, thoughtBytes: 0 },
  large: { records: 10_000, thoughtBytes: 15_000 },
} as const;
/** Letters of the words that thoughts are made of; so many different words. */
const LETTERS = "etaoinshrdlucmfwypvbgk".split("");
const WORDS = 4_000;

/** One action in each record, so that time goes into records and not into the world. */
function writeLog(file: string, { records, thoughtBytes }: (typeof LOGS)[keyof typeof LOGS]): void {
  const draw = random("import", "bench");
  const word = () => Array.from({ length: 1 + draw.integer(8) }, () => draw.pick(LETTERS)).join("");
  const words = Array.from({ length: WORDS }, word);
  const output = openSync(file, "w");
  for (let index = 0; index < records; index++) {
    const task = `workshop/train/front-${1 + (index % 6)}-${index}`;
    const thought: string[] = [];
    for (let bytes = 0; bytes < thoughtBytes; bytes += thought.at(-1)!.length + 1) thought.push(draw.pick(words));
    const step = { action: "take saw", ...(thoughtBytes > 0 && { thought: thought.join(" ") }) };
    writeSync(output, `${JSON.stringify({ task, steps: [step] })}\n`);
  }
  closeSync(output);
}

/** Throws where the import fails or stores another number of records. */
function took(clone: string, log: string, records: number): Took {
  const folder = mkdtempSync(join(tmpdir(), "gleaner-bench-import-"));
  try {
    const flags = ["--disable-warning=ExperimentalWarning", WORK, clone, log, folder];
    const { status, stdout, stderr } = spawnSync(process.execPath, flags, { encoding: "utf8" });
    if (status !== 0) throw new Error(stderr);
    const found = JSON.parse(stdout) as Took;
    if (found.done !== records) throw new Error(`expected ${records} records, imported ${found.done}`);
    return found;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

type Figures = Record<string, number>;

function figuresOf(rounds: readonly Took[], log: string): Figures {
  const least = (figure: "CPU s" | "clock, s") => Math.min(...rounds.map((round) => round[figure]));
  const { done } = rounds[0]!;
  const [cpu, clock] = [least("CPU s"), least("clock, s")];
  return {
    "CPU s": cpu,
    "clock, s": clock,
    "peak MB": Math.max(...rounds.map((round) => round["peak MB"])),
    "of CPU time, records/s": done / cpu,
    "of CPU time, MB/s": statSync(log).size / 1e6 / cpu,
    "by the clock, records/s": done / clock,
  };
}

export async function run(): Promise<Findings> {
  const before = process.env.GLEANER_BEFORE;
  const sides = [...(before === undefined ? [] : [["before", before] as const]), ["now", ROOT] as const];
  const figures: Record<string, Figures> = {};
  const ratios: Record<string, number> = {};
  const folder = mkdtempSync(join(tmpdir(), "gleaner-bench-import-"));
  try {
    for (const [name, size] of Object.entries(LOGS)) {
      const log = join(folder, `${name}.jsonl`);
      writeLog(log, size);
      const rounds = Array.from({ length: ROUNDS }, () =>
        sides.map(([side, clone]) => ({ side, took: took(clone, log, size.records) })),
      ).flat();
      for (const [side] of sides) {
        const ofSide = rounds.filter((round) => round.side === side).map((round) => round.took);
        figures[`${name} records, ${side}`] = figuresOf(ofSide, log);
      }
      const [then, now] = [figures[`${name} records, before`], figures[`${name} records, now`]!];
      if (then) {
        ratios[`before ÷ now, ${name} records, CPU time`] = then["CPU s"]! / now["CPU s"]!;
        ratios[`before ÷ now, ${name} records, time by the clock`] = then["clock, s"]! / now["clock, s"]!;
      }
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
  const settings = { rounds: ROUNDS, "small records": LOGS.small.records, "large records": LOGS.large.records };
  const missing = before === undefined ? { missing: "GLEANER_BEFORE: expected the folder of another clone" } : {};
  return { settings, figures, ratios, ...missing };
}
