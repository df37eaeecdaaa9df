/**
 * The viewer on a large project: how long each of its resources takes, how soon its page shows something, and how much memory its
 * server has. GLEANER_VIEWER_TRAJECTORIES: how many trajectories (default 100,000, of 20 steps each); with `--quick` a tenth of both
 * these and the requests. What takes more than the limits is called out. Then the same beside Inspect's
 * viewer, on episodes of its own.
 */
import type { Findings } from "./parts/result.ts";
import { askEverything } from "./parts/viewer-asked.ts";
import { besideInspect } from "./parts/viewer-beside.ts";

const isQuick = process.env.GLEANER_BENCH_QUICK !== undefined;
const TRAJECTORIES = Number(process.env.GLEANER_VIEWER_TRAJECTORIES ?? (isQuick ? 10_000 : 100_000));
const REQUESTS = isQuick ? 50 : 500;

const MOST_P95_MS = 50;
const MOST_FIRST_PAINT_MS = 1_000;
const MOST_MEMORY_MB = 300;

const LIMITS: Readonly<Record<string, number>> = {
  "p95, ms": MOST_P95_MS,
  "first paint, ms": MOST_FIRST_PAINT_MS,
  "peak, MB": MOST_MEMORY_MB,
};

export async function run(): Promise<Findings> {
  const findings = await askEverything({ trajectories: TRAJECTORIES, requests: REQUESTS });
  for (const [name, figures] of Object.entries(findings.figures)) {
    for (const [figure, value] of Object.entries(figures)) {
      const most = LIMITS[figure];
      if (most === undefined || value === null || value <= most) continue;
      console.error(`${name}: ${figure} ${value.toFixed(1)}, expected at most ${most}`);
      process.exitCode = 1;
    }
  }
  const beside = await besideInspect();
  const both = <Member extends "settings" | "versions" | "figures" | "ratios">(member: Member) =>
    ({ ...findings[member], ...beside[member] }) as NonNullable<Findings[Member]>;
  const all = {
    settings: both("settings"),
    versions: both("versions"),
    figures: both("figures"),
    ratios: both("ratios"),
  };
  const missing = [findings.missing, beside.missing].filter(Boolean).join("; ");
  return missing ? { ...all, missing } : all;
}
