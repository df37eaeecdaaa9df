import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { quantileSorted } from "simple-statistics";
import { random } from "../core/random.ts";
import { bootstrap, type Cell, chanceInterval, INTERVAL, mcnemar, trendWithin } from "./statistics.ts";

const near = (actual: number | null, expected: number, tolerance: number) =>
  assert(actual !== null && Math.abs(actual - expected) <= tolerance, `${actual} is not ${expected} ± ${tolerance}`);

test("McNemar's exact p: known answers", () => {
  near(mcnemar(1, 9), 22 / 1024, 1e-12);
  near(mcnemar(9, 1), 22 / 1024, 1e-12);
  near(mcnemar(0, 5), 2 / 32, 1e-12);
  near(mcnemar(3, 12), 0.03515625, 1e-12);
  assert.equal(mcnemar(0, 0), 1);
  assert.equal(mcnemar(4, 4), 1);
  // Normal approximation with continuity correction at 3,000 pairs, where 2^-n is far below a double's range.
  near(mcnemar(1550, 1450), 0.0707, 0.0005);
});

test("bootstrap: one task in every cell, no interval; equal values, an interval of width 0", () => {
  const cell = (seed: number, task: string, value: number): Cell => ({ seed, task, value });
  assert.deepEqual(bootstrap([]), {
    value: null,
    low: null,
    high: null,
    cells: 0,
    tasks: 0,
    seeds: 0,
    resampled: "tasks",
  });
  const single = bootstrap([cell(1, "a", 1), cell(2, "a", 0)]);
  assert.deepEqual([single.value, single.low, single.seeds], [0.5, null, 2]);
  const flat = bootstrap([cell(1, "a", 1), cell(1, "b", 1)]);
  assert.deepEqual([flat.value, flat.low, flat.high, flat.resampled], [1, 1, 1, "tasks"]);
  // No cell lies in seed 1 and task b at once: some draws hit nothing.
  const sparse = bootstrap([cell(1, "a", 1), cell(2, "b", 0)]);
  assert.deepEqual([sparse.value, sparse.low, sparse.high], [0.5, 0, 1]);
});

test("bootstrap over tasks gives the binomial's interval, and does not depend on the order of cells within it", () => {
  const cells = Array.from({ length: 400 }, (_, i) => ({ seed: 1, task: `t${i}`, value: Number(i < 120) }));
  const { value, low, high } = bootstrap(cells);
  const halfWidth = 1.96 * Math.sqrt((0.3 * 0.7) / 400);
  assert.equal(value, 0.3);
  near(low, 0.3 - halfWidth, 0.006);
  near(high, 0.3 + halfWidth, 0.006);
  assert.deepEqual(bootstrap(cells), bootstrap(cells));
});

test("seeds that differ widen the interval", () => {
  const cells = [1, 2, 3, 4].flatMap((seed) =>
    Array.from({ length: 200 }, (_, i) => ({ seed, task: `t${i}`, value: Number(i < seed * 40) })),
  );
  const both = bootstrap(cells);
  const tasksOnly = bootstrap(cells.map((cell) => ({ ...cell, seed: 1 })));
  assert.equal(both.resampled, "seeds and tasks");
  assert.equal(both.value, tasksOnly.value);
  assert(both.high! - both.low! > 1.5 * (tasksOnly.high! - tasksOnly.low!));
});

test("an interval of 95 % holds the truth in about 95 % of 300 simulated evaluations", () => {
  const draw = random("coverage of the bootstrap");
  let held = 0;
  for (let trial = 0; trial < 300; trial++) {
    const cells = Array.from({ length: 80 }, (_, i) => ({ seed: 1, task: `t${i}`, value: Number(draw.next() < 0.4) }));
    const { low, high } = bootstrap(cells, { resamples: 300 });
    if (low! <= 0.4 && 0.4 <= high!) held++;
  }
  assert(held >= 0.9 * 300 && held <= 0.98 * 300, `${held} of 300`);
});

test("any cells: the mean lies within their range, the interval too", () => {
  const cells = fc.array(
    fc.record({ seed: fc.nat(2), task: fc.constantFrom("a", "b", "c"), value: fc.integer({ min: -5, max: 5 }) }),
    { minLength: 1, maxLength: 12 },
  );
  fc.assert(
    fc.property(cells, (given) => {
      const { value, low, high } = bootstrap(given, { resamples: 50 });
      const [least, most] = [Math.min(...given.map((c) => c.value)), Math.max(...given.map((c) => c.value))];
      for (const number of [value, low ?? value, high ?? value])
        assert(number! >= least - 1e-9 && number! <= most + 1e-9);
      assert((low ?? 0) <= (high ?? 0));
    }),
    { numRuns: 50 },
  );
});

/** `+` won, `-` lost, in order of their places. */
const placed = (outcomes: string) => [...outcomes].map((outcome, index) => ({ index, won: outcome === "+" }));

test("trend within groups: known answer, signs, and nothing to say", () => {
  // Each group: statistic 1 · 1/2, variance 1/2 · 1/2 · 1/2 · 2.
  const rising = Array.from({ length: 8 }, () => placed("-+"));
  near(trendWithin(rising), (8 * 0.5) / Math.sqrt(8 * 0.25), 1e-12);
  near(trendWithin(Array.from({ length: 8 }, () => placed("+-"))), -(8 * 0.5) / Math.sqrt(8 * 0.25), 1e-12);
  near(trendWithin(Array.from({ length: 8 }, () => placed("+-+"))), 0, 1e-12);
  // Groups that were all won or all lost tell nothing, and neither does one place.
  const silent = [placed("+++"), placed("---"), placed("+"), [...placed("+"), ...placed("-")], []];
  near(trendWithin([...rising, ...silent]), trendWithin(rising)!, 1e-12);
  assert.equal(trendWithin([...rising.slice(0, 4), ...silent]), null);
  assert.equal(trendWithin([]), null);
});

test("trend within groups: what only differs between groups is no trend", () => {
  // Easy tasks have two places, hard ones four: pooled, the later places look worse.
  const draw = random("composition");
  const group = (places: number, rate: number) =>
    Array.from({ length: places }, (_, index) => ({ index, won: draw.next() < rate }));
  const groups = Array.from({ length: 400 }, (_, i) => (i % 2 === 0 ? group(2, 0.8) : group(4, 0.2)));
  assert(Math.abs(trendWithin(groups)!) < 2.5);
});

test("trend within groups: z is standard normal where nothing rises", () => {
  const draw = random("null trend");
  const values = Array.from({ length: 300 }, () => {
    const groups = Array.from({ length: 40 }, () => {
      const rate = draw.next();
      return Array.from({ length: 6 }, (_, index) => ({ index: Math.max(0, index - 2), won: draw.next() < rate }));
    });
    return trendWithin(groups)!;
  });
  const average = values.reduce((sum, z) => sum + z, 0) / values.length;
  const deviation = Math.sqrt(values.reduce((sum, z) => sum + (z - average) ** 2, 0) / values.length);
  assert(Math.abs(average) < 0.2, `mean ${average}`);
  assert(deviation > 0.88 && deviation < 1.12, `standard deviation ${deviation}`);
});

/** The definition, word by word: every cell counts as often as its seed times its task was drawn. */
function bootstrapByCell(cells: readonly Cell[], resamples: number): { low: number; high: number } {
  const tasks = [...new Set(cells.map(({ task }) => task))];
  const seeds = [...new Set(cells.map(({ seed }) => seed))];
  const generator = random("bootstrap", INTERVAL.seed);
  const drawn = (count: number) => {
    const times = new Array<number>(count).fill(0);
    for (let i = 0; i < count; i++) times[generator.integer(count)]!++;
    return times;
  };
  const means: number[] = [];
  while (means.length < resamples) {
    const [seedTimes, taskTimes] = [drawn(seeds.length), drawn(tasks.length)];
    let [sum, weight] = [0, 0];
    for (const { seed, task, value } of cells) {
      const times = seedTimes[seeds.indexOf(seed)]! * taskTimes[tasks.indexOf(task)]!;
      sum += times * value;
      weight += times;
    }
    if (weight > 0) means.push(sum / weight);
  }
  means.sort((a, b) => a - b);
  const tail = (1 - INTERVAL.level) / 2;
  return { low: quantileSorted(means, tail), high: quantileSorted(means, 1 - tail) };
}

test("intervals are those of the definition to the last digit, whole numbers or not, all cells or some", () => {
  const value = fc.oneof(
    fc.integer({ min: -2, max: 2 }),
    fc.double({ min: -1, max: 1, noNaN: true }),
    fc.constant(1e15),
  );
  const wins = fc.constantFrom(0, 1);
  const cellsOf = (of: fc.Arbitrary<number>) =>
    fc.array(fc.record({ seed: fc.nat(2), task: fc.nat(6).map(String), value: of }), { minLength: 2, maxLength: 30 });
  fc.assert(
    fc.property(fc.oneof(cellsOf(wins), cellsOf(value)), (cells) => {
      const { low, high, tasks } = bootstrap(cells, { resamples: 50 });
      if (tasks < 2) assert.equal(low, null);
      else assert.deepEqual({ low, high }, bootstrapByCell(cells, 50));
    }),
  );
});

test("many integers at once are those that come one by one", () => {
  const [one, many] = [random("r", 7), random("r", 7)];
  for (const below of [1, 2, 3, 1000, 2 ** 31, 2 ** 32]) {
    const drawn = new Uint32Array(20);
    many.integers(below, drawn);
    assert.deepEqual(
      [...drawn],
      Array.from({ length: 20 }, () => one.integer(below)),
    );
    assert.equal(many.next(), one.next());
  }
  assert.throws(() => many.integers(0, new Uint32Array(1)), RangeError);
});

test("the interval of a chance: one try leaves nearly everything open, many close it; the known quantiles of Beta", () => {
  const rounded = (won: number, of: number) => {
    const { low, high } = chanceInterval({ won, of })!;
    return [low, high].map((bound) => Number(bound.toFixed(4)));
  };
  // Beta(2, 1) has the quantile √p, and Beta(1, 2) is its mirror.
  assert.deepEqual(
    rounded(1, 1),
    [Math.sqrt(0.025), Math.sqrt(0.975)].map((bound) => Number(bound.toFixed(4))),
  );
  assert.deepEqual(
    rounded(0, 1),
    [1 - Math.sqrt(0.975), 1 - Math.sqrt(0.025)].map((bound) => Number(bound.toFixed(4))),
  );
  // By numeric integration of the densities of Beta(4, 8) and Beta(501, 501).
  assert.deepEqual(rounded(3, 10), [0.1093, 0.6097]);
  assert.deepEqual(rounded(500, 1000), [0.4691, 0.5309]);
  assert.equal(chanceInterval({ won: 0, of: 0 }), null);
});
