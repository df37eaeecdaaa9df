/**
 * How fast WebShop is through the Environment interface, on episodes of random play and of the scripted shopper, in
 * each observation mode; what starting and 1,000 live sessions cost; and search in a generated catalogue as large as the
 * full one, beside scoring every product. Uses the official 1,000 products where they are (GLEANER_WEBSHOP_DATA, or
 * GLEANER_SHARED), otherwise as many generated ones.
 */
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import type { Benchmark } from "../src/core/environment.ts";
import { randomPolicy } from "../src/policies/random.ts";
import { generatedCatalogue } from "../src/worlds/webshop/generator/catalogue.ts";
import { type Observation, type WebshopOptions, webshop } from "../src/worlds/webshop/index.ts";
import type { Findings } from "./parts/result.ts";
import { recorded, stepsPerSecond } from "./parts/steps.ts";
import { searchFigures, searchTable } from "./webshop-search.ts";

/** What the original makes on the same kind of machine with 1,000 products (recorded; not run here). */
const ORIGINAL_STEPS_PER_SECOND = 25;
const STEPS = 20_000;
const SESSIONS = 1_000;
const FULL_CATALOGUE = 1_180_000;
const QUERIES = 1_000;
const MODES: readonly Observation[] = ["text", "text_rich", "html"];

export async function run(): Promise<Findings> {
  const { source, products } = sourceOfProducts();
  const start = performance.now();
  const benchmark = await webshop(source);
  const [task] = await benchmark.tasks("test");
  await (await benchmark.open()).reset(task!, 0);
  const startMs = performance.now() - start;
  const rates = await ratesOf(source, benchmark);
  const sessionMegabytes = await memoryOfSessions(benchmark);
  const { search, firstOpenSeconds, openSeconds } = await largeCatalogue();
  const { figures, ratios } = searchTable(search);
  return {
    settings: {
      products,
      steps: STEPS,
      sessions: SESSIONS,
      "the original's steps/s, recorded elsewhere": ORIGINAL_STEPS_PER_SECOND,
    },
    figures: {
      ...rates,
      "start, to the first page": { ms: startMs },
      [`${SESSIONS} live sessions`]: { MB: sessionMegabytes },
      ...figures,
      "opening the large shop": { "the first time, s": firstOpenSeconds, "again, s": openSeconds },
    },
    ratios: {
      ...Object.fromEntries(
        Object.entries(rates).map(([row, rate]) => [
          `${row}: stepping ÷ stepping and listing, steps/s`,
          rate["steps/s"] / rate["listing the actions, steps/s"],
        ]),
      ),
      ...ratios,
      "opening the large shop first ÷ again, wall time": firstOpenSeconds / openSeconds,
    },
  };
}

/** The options of the shop, and how the result names its products: never by their folder. */
function sourceOfProducts(): { readonly source: WebshopOptions; readonly products: string } {
  const given = process.env.GLEANER_WEBSHOP_DATA;
  if (given !== undefined) return { source: { data: given }, products: "of GLEANER_WEBSHOP_DATA" };
  const shared = resolve(process.env.GLEANER_SHARED ?? join(import.meta.dirname, "..", "..", "shared"), "webshop");
  if (existsSync(shared)) return { source: { data: shared }, products: "the official 1,000" };
  return { source: { generated: { products: 1_000 } }, products: "1,000 generated ones" };
}

async function ratesOf(source: WebshopOptions, benchmark: Benchmark) {
  const policies = { random: randomPolicy(), shopper: benchmark.expert! };
  const rows: Record<string, { "steps/s": number; "listing the actions, steps/s": number }> = {};
  for (const [name, policy] of Object.entries(policies)) {
    const episodes = await recorded(benchmark, policy, (await benchmark.tasks("test")).slice(0, 300));
    for (const observation of MODES) {
      const environment = await (await webshop({ ...source, observation })).open();
      const first = await stepsPerSecond(environment, episodes, { steps: STEPS, listing: false });
      const again = await stepsPerSecond(environment, episodes, { steps: STEPS, listing: false });
      const listing = await stepsPerSecond(environment, episodes, { steps: STEPS, listing: true });
      rows[`${name}, ${observation}`] = {
        "steps/s": Math.max(first, again),
        "listing the actions, steps/s": listing,
      };
    }
  }
  return rows;
}

/** What sessions in the middle of an episode hold beyond the shop, each with a snapshot. */
async function memoryOfSessions(benchmark: Benchmark): Promise<number> {
  const tasks = await benchmark.tasks("test");
  const before = heapMegabytes();
  const held: unknown[] = [];
  for (let i = 0; i < SESSIONS; i++) {
    const environment = await benchmark.open();
    await environment.reset(tasks[i % tasks.length]!, 0);
    const [search] = (await environment.actions())!;
    await environment.step(search!);
    held.push(environment, await environment.snapshot());
  }
  const after = heapMegabytes();
  return held.length === 0 ? 0 : after - before;
}

function heapMegabytes(): number {
  setFlagsFromString("--expose-gc");
  (runInNewContext("gc") as () => void)();
  return process.memoryUsage().heapUsed / 2 ** 20;
}

/** Search in the generated catalogue of the full one's size, and how long a shop of it takes to open the second time. */
async function largeCatalogue() {
  const catalogue = generatedCatalogue({ products: FULL_CATALOGUE, seed: 0 });
  const queries = Array.from({ length: QUERIES }, (_, i) =>
    queryOf(catalogue.product(Math.floor((i * FULL_CATALOGUE) / QUERIES))),
  );
  const search = await searchFigures(catalogue, queries);
  const cache = mkdtempSync(join(tmpdir(), "gleaner-bench-"));
  try {
    const first = await secondsToOpen(cache);
    const second = await secondsToOpen(cache);
    return { search, firstOpenSeconds: first, openSeconds: second };
  } finally {
    rmSync(cache, { recursive: true });
  }
}

/** What customers search for: the instruction where there is one, the title elsewhere. */
function queryOf({ instruction, title }: ReturnType<ReturnType<typeof generatedCatalogue>["product"]>): string {
  return (instruction?.text ?? title).toLowerCase();
}

async function secondsToOpen(cache: string): Promise<number> {
  const start = performance.now();
  const benchmark = await webshop({ generated: { products: FULL_CATALOGUE }, cache });
  const [task] = await benchmark.tasks("test");
  await (await benchmark.open()).reset(task!, 0);
  return (performance.now() - start) / 1000;
}
