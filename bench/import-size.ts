/**
 * How time and memory of `gleaner import` grow with the size of a log: many small records, and records of 15 kB. Each log is
 * imported into a new project without a world (`--env none`) and with the workshop, as lines, with the format given; and tried
 * without a world as one object with a list (`--dry-run`, format recognised). Each command runs in a process of its own; its
 * peak of memory is the kernel's (`VmHWM`).
 *
 * GLEANER_IMPORT_RECORDS: numbers of small records (default 10000,100000; 1000000 takes a quarter of an hour). GLEANER_IMPORT_GB: sizes
 * of the logs of large records (default 0.25,1; 5 takes half an hour). TMPDIR needs room for three times the largest.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Findings } from "./parts/result.ts";
import { type Kind, writeSizedLog } from "./parts/size-log.ts";
import type { Took } from "./parts/took.ts";

const WORK = join(import.meta.dirname, "parts", "size-work.ts");
const THOUGHT_BYTES = 15_000;
/** Bytes around the thought of a record. */
const AROUND = 550;
const numbers = (name: string, usual: string) => (process.env[name] ?? usual).split(",").map(Number);
const RECORDS = numbers("GLEANER_IMPORT_RECORDS", "10000,100000");
const GIGABYTES = numbers("GLEANER_IMPORT_GB", "0.25,1");
const FORMATS: Readonly<Record<Kind, string>> = { none: "messages", workshop: "gleaner" };

interface Size {
  readonly name: string;
  readonly records: number;
  readonly thoughtBytes: number;
}

/** Throws where the command fails. */
function took(command: readonly string[], folder: string): Took {
  const result = join(folder, "result.json");
  const flags = ["--disable-warning=ExperimentalWarning", WORK, result, ...command];
  const { status, stderr } = spawnSync(process.execPath, flags, { encoding: "utf8" });
  const found = status === 0 ? (JSON.parse(readFileSync(result, "utf8")) as Took & { code: number }) : undefined;
  if (found?.code === 0) return found;
  throw new Error(`${command.join(" ")}: ${stderr}`);
}

function measuredOf({ records, thoughtBytes }: Size, kind: Kind, isWrapped: boolean): Readonly<Record<string, number>> {
  const folder = mkdtempSync(join(tmpdir(), "gleaner-bench-import-size-"));
  try {
    const log = join(folder, "log.json");
    writeSizedLog(log, { kind, isWrapped, records, thoughtBytes });
    const into = isWrapped
      ? ["--dry-run"]
      : ["--format", FORMATS[kind], "--out", "logs", "--project", join(folder, "p")];
    const cost = took(["import", log, "--env", kind, ...into], folder);
    return {
      "log, MB": statSync(log).size / 1e6,
      "CPU s": cost["CPU s"],
      "clock, s": cost["clock, s"],
      "peak MB": cost["peak MB"],
      "CPU time of a record, ms": (1000 * cost["CPU s"]) / records,
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

export async function run(): Promise<Findings> {
  const sizes: readonly Size[] = [
    ...RECORDS.map((records) => ({ name: `${records} small records`, records, thoughtBytes: 0 })),
    ...GIGABYTES.map((size) => ({
      ...{ name: `${size} GB of records of 15 kB`, thoughtBytes: THOUGHT_BYTES },
      records: Math.round((size * 1e9) / (THOUGHT_BYTES + AROUND)),
    })),
  ];
  const figures: Record<string, Readonly<Record<string, number>>> = {};
  for (const size of sizes) {
    for (const [what, kind, isWrapped] of WAYS) {
      figures[`${size.name}, ${what}`] = measuredOf(size, kind, isWrapped);
      console.error(`${size.name}, ${what}: ${JSON.stringify(figures[`${size.name}, ${what}`])}`);
    }
  }
  return { settings: { "small records": RECORDS.join(", "), gigabytes: GIGABYTES.join(", ") }, figures, ratios: {} };
}

const WAYS = [
  ["without a world", "none", false],
  ["workshop", "workshop", false],
  ["a list, dry run", "none", true],
] as const;
