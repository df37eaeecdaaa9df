/**
 * The few statistics a report needs: bootstrap intervals over seeds and tasks, McNemar's exact test, a test for trend.
 * Pure functions of numbers. Random draws are seeded, so equal data give equal intervals.
 */
import { quantileSorted } from "simple-statistics";
import { random } from "../core/random.ts";

/** One measured value: of a rollout, or of a pair of rollouts. */
export interface Cell {
  readonly seed: number;
  readonly task: string;
  readonly value: number;
}

/** A mean and how sure it is. */
export interface Estimate {
  /** Mean over all cells; null if there are none. */
  readonly value: number | null;
  /** Bounds of the interval; null with fewer than two tasks. */
  readonly low: number | null;
  readonly high: number | null;
  readonly cells: number;
  readonly tasks: number;
  readonly seeds: number;
  /** What was drawn anew for the interval: one seed says nothing about other seeds. */
  readonly resampled: "tasks" | "seeds and tasks";
}

export interface BootstrapOptions {
  /** Share of draws inside the interval. */
  readonly level: number;
  readonly resamples: number;
  readonly seed: number;
}

/** How every interval of a report is made. */
export const INTERVAL: BootstrapOptions = { level: 0.95, resamples: 2000, seed: 1 };

/**
 * Percentile bootstrap of the mean. Seeds and tasks are drawn independently of each other, with replacement; a cell
 * counts as often as its seed times its task was drawn (Owen 2007, "The pigeonhole bootstrap"). So a task that is hard
 * in every seed stays one observation, and tasks that differ from seed to seed work too.
 */
export function bootstrap(cells: readonly Cell[], options: Partial<BootstrapOptions> = {}): Estimate {
  const { level, resamples, seed } = { ...INTERVAL, ...options };
  const tasks = indexOf(cells, ({ task }) => task);
  const seeds = indexOf(cells, (cell) => cell.seed);
  const resampled = seeds.size > 1 ? ("seeds and tasks" as const) : ("tasks" as const);
  const counts = { cells: cells.length, tasks: tasks.size, seeds: seeds.size, resampled };
  if (cells.length === 0) return { value: null, low: null, high: null, ...counts };
  const value = cells.reduce((sum, cell) => sum + cell.value, 0) / cells.length;
  if (tasks.size < 2) return { value, low: null, high: null, ...counts };

  const grid = gridOf(cells, seeds, tasks);
  const meanOf = isExact(grid, cells.length) ? meanByGrid(grid) : meanByCell(grid, cells);
  const generator = random("bootstrap", seed);
  const drawnSeeds = new Uint32Array(seeds.size);
  const drawnTasks = new Uint32Array(tasks.size);
  const means: number[] = [];
  while (means.length < resamples) {
    generator.integers(seeds.size, drawnSeeds);
    generator.integers(tasks.size, drawnTasks);
    const drawn = meanOf(drawnSeeds, drawnTasks);
    // A draw may miss every cell where seeds have few tasks of their own: it says nothing, draw again.
    if (!Number.isNaN(drawn)) means.push(drawn);
  }
  means.sort((a, b) => a - b);
  const bound = (share: number) => quantileSorted(means, share);
  return { value, low: bound((1 - level) / 2), high: bound((1 + level) / 2), ...counts };
}

/** The cells as sums and numbers by task and seed: place `task × seeds + seed`. */
interface Grid {
  readonly seeds: ReadonlyMap<number, number>;
  readonly tasks: ReadonlyMap<string, number>;
  readonly sums: Float64Array;
  readonly counts: Float64Array;
}

/** The mean of the cells of the seeds and tasks that were drawn; NaN where these have none. */
type MeanOf = (drawnSeeds: Uint32Array, drawnTasks: Uint32Array) => number;

function gridOf(cells: readonly Cell[], seeds: Grid["seeds"], tasks: Grid["tasks"]): Grid {
  const sums = new Float64Array(seeds.size * tasks.size);
  const counts = new Float64Array(seeds.size * tasks.size);
  for (const { seed, task, value } of cells) {
    const at = tasks.get(task)! * seeds.size + seeds.get(seed)!;
    sums[at]! += value;
    counts[at]! += 1;
  }
  return { seeds, tasks, sums, counts };
}

/** Whether every sum of a draw is a whole number that a double holds: then the order of adding changes nothing. */
function isExact({ seeds, tasks, sums }: Grid, cells: number): boolean {
  let largest = 1;
  for (const sum of sums) {
    if (!Number.isSafeInteger(sum)) return false;
    largest = Math.max(largest, Math.abs(sum));
  }
  return largest * cells * seeds.size * tasks.size <= Number.MAX_SAFE_INTEGER;
}

/** Wins and returns of most worlds are whole numbers: each task that is drawn is looked up once, whatever its cells. */
function meanByGrid({ seeds, tasks, sums, counts }: Grid): MeanOf {
  const [width, height] = [seeds.size, tasks.size];
  const isFull = counts.every((count) => count === 1);
  return (drawnSeeds, drawnTasks) => {
    const times = timesOf(drawnSeeds, width);
    let sum = 0;
    let weight = isFull ? width * height : 0;
    for (let seed = 0; seed < width; seed++) {
      const drawn = times[seed]!;
      if (drawn === 0) continue;
      let inSeed = 0;
      for (let i = 0; i < height; i++) inSeed += sums[drawnTasks[i]! * width + seed]!;
      sum += drawn * inSeed;
      if (isFull) continue;
      let cells = 0;
      for (let i = 0; i < height; i++) cells += counts[drawnTasks[i]! * width + seed]!;
      weight += drawn * cells;
    }
    return weight > 0 ? sum / weight : Number.NaN;
  };
}

/** Other numbers are added cell by cell, in the cells' order, so that rounding is always the same. */
function meanByCell({ seeds, tasks }: Grid, cells: readonly Cell[]): MeanOf {
  const taskOf = Uint32Array.from(cells, ({ task }) => tasks.get(task)!);
  const seedOf = Uint32Array.from(cells, ({ seed }) => seeds.get(seed)!);
  const values = Float64Array.from(cells, ({ value }) => value);
  return (drawnSeeds, drawnTasks) => {
    const seedTimes = timesOf(drawnSeeds, seeds.size);
    const taskTimes = timesOf(drawnTasks, tasks.size);
    let sum = 0;
    let weight = 0;
    for (let i = 0; i < values.length; i++) {
      const times = seedTimes[seedOf[i]!]! * taskTimes[taskOf[i]!]!;
      sum += times * values[i]!;
      weight += times;
    }
    return weight > 0 ? sum / weight : Number.NaN;
  };
}

/** How often each of `count` numbers was drawn. */
function timesOf(drawn: Uint32Array, count: number): Uint32Array {
  const times = new Uint32Array(count);
  for (const each of drawn) times[each]!++;
  return times;
}

/** A number for each key, from 0, in order of first appearance. */
function indexOf<K>(cells: readonly Cell[], keyOf: (cell: Cell) => K): ReadonlyMap<K, number> {
  const places = new Map<K, number>();
  for (const cell of cells) {
    const key = keyOf(cell);
    if (!places.has(key)) places.set(key, places.size);
  }
  return places;
}

/**
 * Exact two-sided p of McNemar's test: the chance of a split at least as uneven as `onlyA` : `onlyB` if the pairs that
 * differ were coin tosses. 1 if no pair differs.
 */
export function mcnemar(onlyA: number, onlyB: number): number {
  const tosses = onlyA + onlyB;
  // In logarithms, since 2^-tosses is 0 to a double beyond 1,074 tosses.
  let logTerm = -tosses * Math.LN2;
  let tail = Math.exp(logTerm);
  for (let heads = 1; heads <= Math.min(onlyA, onlyB); heads++) {
    logTerm += Math.log((tosses - heads + 1) / heads);
    tail += Math.exp(logTerm);
  }
  return Math.min(1, 2 * tail);
}

/** How many of so many were won. */
export interface Share {
  readonly won: number;
  readonly of: number;
}

/** One outcome and where it stands on a scale that begins at 0. */
export interface Placed {
  readonly index: number;
  readonly won: boolean;
}

/** Fewer groups that tell something make z meaningless. */
const FEWEST = 5;

/** |z| of a trend above which a report calls it rising or falling. */
export const CLEAR_TREND = 3;

/** Whether winning rises with depth; `unknown` where it cannot be told. */
export type Trend = "rising" | "falling" | "flat" | "unknown";

/** A z of `trendWithin` in a word. */
export function trendOf(z: number | null): Trend {
  if (z === null) return "unknown";
  if (Math.abs(z) <= CLEAR_TREND) return "flat";
  return z > 0 ? "rising" : "falling";
}

/**
 * z of Mantel's extension test (1963): whether winning rises with `index` inside the groups, however much the groups
 * differ. So a place that only hard tasks have looks no worse than it is. null where fewer than five groups hold both
 * wins and losses at different places.
 */
export function trendWithin(groups: readonly (readonly Placed[])[]): number | null {
  let statistic = 0;
  let variance = 0;
  let telling = 0;
  for (const group of groups) {
    const size = group.length;
    const rate = group.filter(({ won }) => won).length / size;
    const center = group.reduce((sum, { index }) => sum + index, 0) / size;
    const spread = group.reduce((sum, { index }) => sum + (index - center) ** 2, 0);
    if (!(rate * (1 - rate) * spread > 0)) continue;
    telling++;
    statistic += group.reduce((sum, { index, won }) => sum + (index - center) * Number(won), 0);
    variance += (rate * (1 - rate) * spread * size) / (size - 1);
  }
  return telling < FEWEST ? null : statistic / Math.sqrt(variance);
}

/**
 * The 95 % interval of a chance to win that was tried a few times: equal tails of the posterior, where every chance is as likely
 * beforehand. EEF's labels compare states by this posterior (docs/methods.md §2). null where nothing was tried.
 */
export function chanceInterval({ won, of }: Share): { readonly low: number; readonly high: number } | null {
  if (of === 0) return null;
  const outside = (1 - INTERVAL.level) / 2;
  return { low: betaQuantile(outside, won, of), high: betaQuantile(1 - outside, won, of) };
}

/** Halvings until a double cannot be told from the next. */
const HALVINGS = 60;

/** Where the posterior Beta(won + 1, of − won + 1) has `share` of its mass below. */
function betaQuantile(share: number, won: number, of: number): number {
  let [low, high] = [0, 1];
  for (let i = 0; i < HALVINGS; i++) {
    const middle = (low + high) / 2;
    if (chanceOfMore(won, of, middle) < share) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** The chance of more than `won` wins in `of + 1` tries, each won with probability `p`: the mass of the posterior below `p`. */
function chanceOfMore(won: number, of: number, p: number): number {
  const tries = of + 1;
  let logTerm = tries * Math.log1p(-p);
  let upTo = Math.exp(logTerm);
  for (let wins = 1; wins <= won; wins++) {
    logTerm += Math.log((tries - wins + 1) / wins) + Math.log(p) - Math.log1p(-p);
    upTo += Math.exp(logTerm);
  }
  return 1 - upTo;
}
