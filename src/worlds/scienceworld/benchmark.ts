/**
 * ScienceWorld as a Benchmark: science experiments in a text house, 30 tasks in 7,207 variations (Wang et al. 2022, arXiv
 * 2203.07540). The world is the original simulator, in JVMs of its own; see pool.ts and episode.ts.
 */
import { readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import type { Benchmark } from "../../core/environment.ts";
import { CliError, EnvironmentError } from "../../core/errors.ts";
import type { Task } from "../../core/task.ts";
import { expectedOneOf, unknownName } from "../../core/wording.ts";
import { compactRendering } from "./compact.ts";
import { newEpisode, type Start } from "./episode.ts";
import { EXTRAS, type Extra } from "./extras.ts";
import { installedFolder, NEWEST, readRelease, scienceworldCache } from "./files.ts";
import { goldExpert } from "./gold.ts";
import { describeTasks } from "./install.ts";
import { prepareRuntime, type Runtime, type StartOptions, startRuntime } from "./java.ts";
import { notesOf } from "./notes.ts";
import { newPool, type Pool } from "./pool.ts";
import { instructionsFor } from "./prompt.ts";
import { SCORINGS, type Scoring } from "./scoring.ts";
import {
  checkSimplifications,
  idOf,
  keyOf,
  kindOf,
  readSimplifications,
  SPLITS,
  type Split,
  STEP_LIMITS,
  type StepLimits,
  splitOf,
  TASK_KINDS,
  type TaskKind,
  variationsOf,
} from "./tasks.ts";

/** Which tasks are played, and how the simulator is run. */
export interface ScienceWorldOptions {
  /** Release of the simulator. Default 1.2.3. */
  readonly version?: string;
  /** Where it was installed. Default: gleaner's folder in the user's cache. */
  readonly cache?: string;
  /** `none` (default), `easy`, or the simulator's names with commas between. */
  readonly simplifications?: string;
  /** Only these tasks, by any of their names. Default: all 30. */
  readonly tasks?: readonly string[];
  /** At most this many, ≥ 1, variations of each task in a split, the first ones. */
  readonly variations?: number;
  /** One limit of steps for all tasks, ≥ 1, in place of `stepLimits`. */
  readonly maxSteps?: number;
  /** Limits by task: `own` (default) leaves room for the gold paths; `eto` is shorter, and own where ETO has none. */
  readonly stepLimits?: StepLimits;
  /** What a return is: the score at the end (`final`, the default) or the highest one reached (`best`). */
  readonly scoring?: Scoring;
  /** What `info` tells besides score and moves. */
  readonly info?: readonly Extra[];
  /** JVMs at most; ≥ 1. Default: the number of cores. */
  readonly processes?: number;
  /** Heap of each JVM, in MiB. Default 512. */
  readonly heapMb?: number;
  /** Milliseconds to wait for the simulator's answer at most. Default 60,000. */
  readonly timeoutMs?: number;
  /** Saved states kept in each JVM. Default 400, about 140 MB. */
  readonly states?: number;
  /** Told what a user should know and no error tells. Default: a warning of the process. */
  readonly onNotice?: (text: string) => void;
}

/** A gold path is found by trying: some take half a minute. */
const GOLD_PATIENCE = 10;

/** Throws CliError for options out of range and for what is not installed. */
export async function scienceworld(options: ScienceWorldOptions = {}): Promise<Benchmark> {
  const { scoring = "final", info = [], maxSteps, stepLimits = "own", cache = scienceworldCache() } = options;
  checkOptions(options);
  const simplifications = readSimplifications(options.simplifications ?? "none");
  const kinds = [...new Set(options.tasks?.map(kindOf) ?? TASK_KINDS)];
  for (const known of kinds) checkSimplifications(known, simplifications);
  const release = readRelease(options.version ?? NEWEST);
  const runtime = await prepareRuntime(cache, installedFolder(cache, release));
  await describeTasks(runtime);
  const pool = poolFor(runtime, options);
  const instructionOf = readDescriptions(runtime.descriptions);

  const taskOf = (known: TaskKind, variation: number): Task => ({
    id: idOf(known, variation),
    split: splitOf(known, variation),
    category: known.name,
    instruction: instructionOf(known, variation),
    data: { task: known.name, variation },
  });
  const limitOf = (known: TaskKind) =>
    maxSteps ?? (stepLimits === "eto" ? known.etoMaxSteps : undefined) ?? known.maxSteps;
  const startOf = (task: Task): Start => ({ ...startIn(task), simplifications });

  return {
    name: "scienceworld",
    splits: SPLITS,
    maxSteps: Math.max(...kinds.map(limitOf)),
    stepLimit: (task) => limitOf(kindOf(startIn(task).task)),
    successReturn: 100,
    instructions: instructionsFor(simplifications),
    compact: compactRendering,
    expert: goldExpert((task) => askGoldPath(pool, startOf(task))),
    notes: notesOf({ release, simplifications, scoring, limits: maxSteps ?? stepLimits, kinds }),
    async tasks(split) {
      if (!isSplit(split)) throw new CliError(unknownName("split", split, SPLITS));
      return kinds.flatMap((known) => {
        const { first, count } = variationsOf(known, split);
        const wanted = Math.min(count, options.variations ?? count);
        return Array.from({ length: wanted }, (_, index) => taskOf(known, first + index));
      });
    },
    async task(id) {
      const { kind, variation } = keyOf(id);
      return taskOf(kind, variation);
    },
    open: async () => newEpisode({ pool, startOf, scoring, extras: info }),
  };
}

const isSplit = (split: string): split is Split => (SPLITS as readonly string[]).includes(split);

function checkOptions(options: ScienceWorldOptions): void {
  for (const name of ["variations", "maxSteps", "processes", "heapMb", "timeoutMs", "states"] as const) {
    const value = options[name];
    if (value !== undefined && !(Number.isInteger(value) && value >= 1))
      throw new CliError(`${name}: expected an integer ≥ 1, got ${value}`);
  }
  const check = (name: string, value: string | undefined, known: readonly string[]) => {
    if (value === undefined || known.includes(value)) return;
    throw new CliError(`${name}: ${expectedOneOf(known, value)}`);
  };
  check("scoring", options.scoring, SCORINGS);
  check("stepLimits", options.stepLimits, STEP_LIMITS);
  for (const extra of options.info ?? []) check("info", extra, EXTRAS);
}

/** What the task's data say. Throws EnvironmentError for a task of another benchmark. */
function startIn({ id, data }: Task): Omit<Start, "simplifications"> {
  const { task, variation } = (data ?? {}) as { readonly task?: unknown; readonly variation?: unknown };
  if (typeof task === "string" && Number.isInteger(variation)) return { task, variation: variation as number };
  throw new EnvironmentError(`task ${id}: expected { task, variation } as its data, got ${JSON.stringify(data)}`);
}

async function askGoldPath(pool: Pool, start: Start): Promise<readonly string[]> {
  const { actions } = await pool.ask<{ actions: readonly string[] }>({ op: "gold", ...start }, GOLD_PATIENCE);
  return actions;
}

/** Reads the file when it is first asked, since many uses need no task's text. */
function readDescriptions(file: string): (known: TaskKind, variation: number) => string {
  let descriptions: Readonly<Record<string, readonly string[]>> | undefined;
  return ({ name }, variation) => {
    descriptions ??= JSON.parse(readFileSync(file, "utf8")) as Readonly<Record<string, readonly string[]>>;
    const description = descriptions[name]?.[variation];
    if (description === undefined)
      throw new CliError(`${file}: it lacks task ${name}, variation ${variation}; remove the file`);
    return description;
  };
}

/** Benchmarks with equal settings share their JVMs: the cores are the process's, and an experiment opens one for each seed. */
const POOLS = new Map<string, Pool>();

function poolFor(runtime: Runtime, options: ScienceWorldOptions): Pool {
  const { processes = availableParallelism(), states = 400 } = options;
  const start: StartOptions = { heapMb: options.heapMb ?? 512, timeoutMs: options.timeoutMs ?? 60_000 };
  const settings = JSON.stringify([runtime, start, processes, states]);
  const { onNotice = (text) => process.emitWarning(text) } = options;
  const pool =
    POOLS.get(settings) ?? newPool({ start: () => startRuntime(runtime, start), processes, states, onNotice });
  POOLS.set(settings, pool);
  return pool;
}
