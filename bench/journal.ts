/**
 * What it costs to sync a paid answer to the disk before anybody hears it (src/endpoints/journal-file.ts), beside writing it
 * only: one answer after the other, and sixteen at a time, as a run asks. Medians and 95th percentiles of one answer. The
 * folder for temporary files is on the disk that is measured.
 */
import { appendFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { appendSynced } from "../src/endpoints/journal-file.ts";
import type { Findings } from "./parts/result.ts";

const ANSWERS = 480;
const AT_ONCE = 16;
/** As long as an answer of some sentences with its key and its usage. */
const CHARACTERS = 800;

const line = `${JSON.stringify({ key: "k".repeat(44), seed: 1, text: "t".repeat(CHARACTERS) })}\n`;

async function timed(write: (path: string) => Promise<void> | void, path: string): Promise<number> {
  const start = performance.now();
  await write(path);
  return performance.now() - start;
}

async function times(write: (path: string) => Promise<void> | void, path: string, atOnce: number): Promise<number[]> {
  const took: number[] = [];
  for (let done = 0; done < ANSWERS; done += atOnce)
    took.push(...(await Promise.all(Array.from({ length: atOnce }, () => timed(write, path)))));
  return took.sort((a, b) => a - b);
}

const at = (sorted: readonly number[], share: number) => sorted[Math.floor(share * (sorted.length - 1))]!;

export async function run(): Promise<Findings> {
  const folder = mkdtempSync(join(tmpdir(), "gleaner-bench-journal-"));
  const path = join(folder, "journal.jsonl");
  const plain = (file: string) => appendFileSync(file, line);
  const synced = (file: string) => appendSynced(file, line);
  try {
    // In turn, after a round that is not counted.
    await times(synced, path, AT_ONCE);
    const found = {
      "written, one by one": await times(plain, path, 1),
      "synced, one by one": await times(synced, path, 1),
      "synced, sixteen at a time": await times(synced, path, AT_ONCE),
    };
    const figures = Object.entries(found).map(([name, took]) => {
      return [name, { "median, ms": at(took, 0.5), "95th percentile, ms": at(took, 0.95) }] as const;
    });
    const [written, one] = [found["written, one by one"], found["synced, one by one"]];
    return {
      settings: { answers: ANSWERS, atOnce: AT_ONCE, characters: line.length },
      figures: Object.fromEntries(figures),
      ratios: { "synced ÷ written, of the median of one answer": at(one, 0.5) / at(written, 0.5) },
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
