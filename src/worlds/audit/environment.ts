/** The audit of an environment as a config names it, in each way that it can be put back. */
import type { Benchmark } from "../../core/environment.ts";
import { CliError } from "../../core/errors.ts";
import { type EnvironmentSpec, openBenchmark, resolveEnvironment } from "../open.ts";
import { type Audit, type AuditOptions, audited } from "./audit.ts";
import type { OpenedWay } from "./fault.ts";

export type AuditSettings = Partial<Pick<AuditOptions, "split" | "walks" | "steps" | "seed" | "words" | "say">>;

/** Any seed but the usual one. */
const OTHER_HASHES = 1;

/** Throws CliError for an environment that cannot be opened. */
export async function auditEnvironment(given: EnvironmentSpec, settings: AuditSettings = {}): Promise<Audit> {
  const spec = resolveEnvironment(given);
  const benchmark = await openBenchmark(spec);
  const { split = benchmark.splits[0]!, walks = 10, steps = 30, seed = 0, words = ["look"], say } = settings;
  const isPython = spec.name === "python";
  const other = isPython ? await openBenchmark({ ...spec, hashSeed: OTHER_HASHES }) : undefined;
  return audited({
    ...{ benchmark, split, walks, steps, seed, words },
    ways: isPython ? await pythonWays(spec) : [{ way: await wayOf(benchmark), open: () => benchmark.open() }],
    openOther: other && (() => other.open()),
    ...(say && { say }),
  });
}

/** A class without snapshots of its own has two ways. */
async function pythonWays(spec: EnvironmentSpec): Promise<OpenedWay[]> {
  const ways: OpenedWay[] = [];
  for (const way of ["state", "copy", "replay"] as const) {
    const benchmark = await openBenchmark({ ...spec, restore: way }).catch((error: unknown) => {
      if (way === "state" && error instanceof CliError) return undefined;
      throw error;
    });
    if (benchmark) ways.push({ way, open: () => benchmark.open() });
  }
  return ways;
}

/** Other worlds have one, which their snapshots say. */
async function wayOf(benchmark: Benchmark): Promise<OpenedWay["way"]> {
  const world = await benchmark.open();
  try {
    const [task] = await benchmark.tasks(benchmark.splits[0]!);
    await world.reset(task!, 0);
    return (await world.snapshot()).kind;
  } finally {
    await world.close();
  }
}
