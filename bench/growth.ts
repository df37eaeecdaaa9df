/**
 * How time and memory grow with the number of records: adding to the store, importing, reporting, comparing two runs, and
 * listing a run's trajectories page by page, from a thousand to a million. Each work on each size runs in a process of its
 * own. The exponent is the slope of a line through the logarithms (least squares): 1 is linear, 2 quadratic. It is fitted to
 * CPU time, since what else the machine does should not count.
 *
 * GLEANER_GROWTH_MOST: the largest size (default a million, some twenty minutes). GLEANER_BEFORE names the folder of another
 * clone, with its packages installed: import, report and compare are then measured there too, at one size.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { WORKS, type Work } from "./parts/growth-work.ts";
import type { Findings } from "./parts/result.ts";
import type { Took } from "./parts/took.ts";

const ROOT = join(import.meta.dirname, "..");
const WORK = join(import.meta.dirname, "parts", "growth-work.ts");
const MOST = Number(process.env.GLEANER_GROWTH_MOST ?? 1_000_000);
const SIZES = [1_000, 10_000, 100_000, 1_000_000].filter((size) => size <= MOST);
/** Above it, a work is called out. */
const MOST_EXPONENT = 1.05;
/** Of the comparison with another clone: the size at which the report was found slow. */
const BEFORE_SIZE = Math.min(MOST, 120_000);
/** Works that other clones have, in an order in which they can be done. */
const SHARED_WORKS: readonly Work[] = ["insert", "report", "compare", "import"];

/** Runs a work in a process of its own. Throws where it fails. */
function took(clone: string, work: Work, folder: string, size: number): Took {
  const flags = ["--disable-warning=ExperimentalWarning", WORK, clone, work, folder, String(size)];
  const { status, stdout, stderr } = spawnSync(process.execPath, flags, { encoding: "utf8" });
  if (status !== 0) throw new Error(`${work} of ${size}: ${stderr}`);
  const found = JSON.parse(stdout) as Took;
  console.error(`${work} of ${size}: ${found["CPU s"].toFixed(2)} CPU s, ${found["peak MB"].toFixed(0)} MB`);
  return found;
}

/** All works on a project of this size, which is then removed. */
function worksOn(clone: string, works: readonly Work[], size: number): ReadonlyMap<Work, Took> {
  const folder = mkdtempSync(join(tmpdir(), "gleaner-bench-growth-"));
  try {
    return new Map(works.map((work) => [work, took(clone, work, folder, size)]));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The slope of the line through (ln x, ln y) with the least squares. */
export function exponentOf(points: readonly { readonly x: number; readonly y: number }[]): number {
  const logs = points.map(({ x, y }) => ({ x: Math.log(x), y: Math.log(y) }));
  const mean = (of: "x" | "y") => logs.reduce((sum, point) => sum + point[of], 0) / logs.length;
  const center = { x: mean("x"), y: mean("y") };
  const covariance = logs.reduce((sum, { x, y }) => sum + (x - center.x) * (y - center.y), 0);
  return covariance / logs.reduce((sum, { x }) => sum + (x - center.x) ** 2, 0);
}

function beforeAndNow(figures: Record<string, Record<string, number>>): Record<string, number> {
  const before = process.env.GLEANER_BEFORE;
  if (before === undefined) return {};
  const sides = [
    { side: "now", found: worksOn(ROOT, SHARED_WORKS, BEFORE_SIZE) },
    { side: "before", found: worksOn(before, SHARED_WORKS, BEFORE_SIZE) },
  ];
  for (const { side, found } of sides) {
    for (const [work, { done: _, ...cost }] of found) figures[`${work} of ${BEFORE_SIZE}, ${side}`] = cost;
  }
  const [now, then] = sides;
  return Object.fromEntries(
    SHARED_WORKS.flatMap((work) =>
      (["CPU s", "peak MB"] as const).map((figure) => [
        `before ÷ now, ${work} of ${BEFORE_SIZE}, ${figure}`,
        then!.found.get(work)![figure] / now!.found.get(work)![figure],
      ]),
    ),
  );
}

export async function run(): Promise<Findings> {
  if (SIZES.length < 2) throw new Error(`GLEANER_GROWTH_MOST: expected at least 10000, got ${MOST}`);
  const bySize = SIZES.map((size) => ({ size, found: worksOn(ROOT, WORKS, size) }));
  const figures: Record<string, Record<string, number>> = {};
  for (const work of WORKS) {
    const points = bySize.map(({ size, found }) => ({ x: size, took: found.get(work)! }));
    for (const { x, took } of points) {
      const { done: _, ...cost } = took;
      figures[`${work} of ${x}`] = cost;
    }
    const of = (figure: "CPU s" | "peak MB") => points.map(({ x, took }) => ({ x, y: took[figure] }));
    const time = of("CPU s");
    const exponents = {
      "CPU time, exponent": exponentOf(time),
      "CPU time of the last two sizes, exponent": exponentOf(time.slice(-2)),
      "peak of memory, exponent": exponentOf(of("peak MB")),
    };
    figures[work] = exponents;
    if (exponents["CPU time, exponent"] <= MOST_EXPONENT) continue;
    console.error(`${work}: an exponent of ${exponents["CPU time, exponent"].toFixed(2)}, expected ${MOST_EXPONENT}`);
    process.exitCode = 1;
  }
  const ratios = beforeAndNow(figures);
  return { settings: { sizes: SIZES.join(", "), "most exponent": MOST_EXPONENT }, figures, ratios };
}
