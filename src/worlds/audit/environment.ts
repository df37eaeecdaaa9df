/** The audit of an environment as a config names it, in each way that it can be put back. */
import { WAYS, type Way } from "../../core/audit.ts";
import { actionOfCall } from "../../core/calls.ts";
import type { Benchmark, Environment } from "../../core/environment.ts";
import { CliError, EnvironmentError } from "../../core/errors.ts";
import { unknownName } from "../../core/wording.ts";
import { type EnvironmentSpec, environmentNamed, openBenchmark, resolveEnvironment } from "../open.ts";
import { type Audit, type AuditOptions, audited } from "./audit.ts";
import type { OpenedWay } from "./fault.ts";

export interface AuditSettings
  extends Partial<Pick<AuditOptions, "split" | "walks" | "steps" | "seed" | "words" | "along" | "say">> {
  /**
   * Only the way back that `spec` uses is tried: it is told before anything is walked, undefined for a world that saves no
   * states, and may be refused by throwing. Absent: each way that the world offers is tried.
   */
  readonly itsWay?: (way: Way | undefined) => void;
}

/** Throws CliError for an environment that cannot be opened or has no such split, EnvironmentError for one that breaks. */
export async function auditEnvironment(given: EnvironmentSpec, settings: AuditSettings = {}): Promise<Audit> {
  const spec = resolveEnvironment(given);
  const benchmark = await openBenchmark(spec);
  const { split = benchmark.splits[0]!, walks = 10, steps = 30, seed = 0, itsWay, ...others } = settings;
  if (!benchmark.splits.includes(split)) throw new CliError(unknownName("split", split, benchmark.splits));
  if ((await benchmark.tasks(split)).length === 0) throw new CliError(`split ${split}: expected tasks, found none`);
  const ways = itsWay ? await onlyWay(spec, benchmark) : await waysOf(spec, benchmark);
  itsWay?.(ways[0]?.way);
  const { otherOrder } = environmentNamed(spec.name) ?? {};
  const other = otherOrder && (await openBenchmark({ ...spec, ...otherOrder }));
  return audited({
    ...{ benchmark, split, walks, steps, seed },
    words: wordsFor(benchmark),
    ...others,
    ways,
    openOther: other && (() => other.open()),
  });
}

/** What text games know, and a call of each tool without arguments. */
function wordsFor({ tools = [] }: Benchmark): readonly string[] {
  if (tools.length > 0) return tools.map(({ name }) => actionOfCall({ name, arguments: "{}" }));
  return ["look", "inventory", "wait", "help", ...["north", "east", "south", "west"].map((way) => `go ${way}`)];
}

/** Those that its option `restore` chooses among; a world without that option has one. */
async function waysOf(spec: EnvironmentSpec, benchmark: Benchmark): Promise<OpenedWay[]> {
  if (!environmentNamed(spec.name)?.ways) return onlyWay(spec, benchmark);
  const ways: OpenedWay[] = [];
  for (const way of WAYS) {
    const opened = await openedIn(spec, way);
    if (opened) ways.push({ way, open: () => opened.open() });
  }
  return ways;
}

/** undefined: this world cannot be put back so. */
async function openedIn(spec: EnvironmentSpec, way: Way): Promise<Benchmark | undefined> {
  if (!environmentNamed(spec.name)?.ways?.includes(way)) return undefined;
  try {
    return await openBenchmark({ ...spec, restore: way });
  } catch (error) {
    if (error instanceof CliError) return undefined;
    throw error;
  }
}

/** None for a world that saves no states. */
async function onlyWay(spec: EnvironmentSpec, benchmark: Benchmark): Promise<OpenedWay[]> {
  const way = await wayOf(spec, benchmark);
  return way ? [{ way, open: () => benchmark.open() }] : [];
}

/**
 * The way back that `spec` uses; undefined in a world that saves no states. Throws EnvironmentError where the world does not
 * begin its first task.
 */
async function wayOf({ name, restore }: EnvironmentSpec, benchmark: Benchmark): Promise<Way | undefined> {
  const entry = environmentNamed(name);
  if (restore === "none") return undefined;
  if (entry?.ways && restore !== undefined) return restore as Way;
  const world = await benchmark.open();
  try {
    const [task] = await benchmark.tasks(benchmark.splits[0]!);
    await world.reset(task!, 0);
    return entry?.way ?? (await savedAs(world));
  } finally {
    await world.close();
  }
}

async function savedAs(world: Environment): Promise<Way | undefined> {
  try {
    return (await world.snapshot()).kind;
  } catch (error) {
    if (!(error instanceof EnvironmentError)) throw error;
    return undefined;
  }
}
