/**
 * ScienceWorld through the Environment interface, in one JVM: steps, with and without listing actions; saving and restoring a
 * state beside reaching it again by replay; what a second JVM costs to start, and memory. Needs the installed simulator.
 */
import { existsSync, readFileSync } from "node:fs";
import type { Environment, Snapshot } from "../src/core/environment.ts";
import { messageOf } from "../src/core/errors.ts";
import { random } from "../src/core/random.ts";
import type { Task } from "../src/core/task.ts";
import { newEpisode } from "../src/worlds/scienceworld/episode.ts";
import { installedFolder, NEWEST, scienceworldCache } from "../src/worlds/scienceworld/files.ts";
import { javaVersion, prepareRuntime, program, type Runtime, startRuntime } from "../src/worlds/scienceworld/java.ts";
import { newPool, type Pool } from "../src/worlds/scienceworld/pool.ts";
import { idOf, TASK_KINDS } from "../src/worlds/scienceworld/tasks.ts";
import { type Findings, skipped } from "./parts/result.ts";

const STEPS = 30;
const STATES = 48;
const TIMES = 200;
const REPLAYS = 5;
const HEAP_MB = 512;

/** Skipped with the reason where Java or the simulator is missing. */
export async function run(): Promise<Findings> {
  let runtime: Runtime;
  try {
    runtime = await prepareRuntime(scienceworldCache(), installedFolder(scienceworldCache(), NEWEST));
  } catch (error) {
    return skipped(messageOf(error));
  }
  const first = world(runtime);
  const walks = await walksThrough(first);
  const rates = await ratesOf(first, walks);
  const states = await statesOf(first, world(runtime), walks);
  const used = megabytesOf(first.pool.hosts[0]!.jvm.pid!);
  await first.pool.close();
  const start = await startOf(runtime);
  return {
    settings: { "steps a walk": STEPS, walks: walks.length, "saved states": STATES, "heap, MB": HEAP_MB },
    versions: { scienceworld: NEWEST, java: await javaVersion(program("java")) },
    figures: {
      steps: { "steps/s": rates.plain },
      "steps, the actions listed before each": { "steps/s": rates.listing },
      "loading a task": { ms: rates.loadMs },
      "saving a state": { ms: states.save },
      "restoring a state": { ms: states.restore },
      [`replaying ${STEPS} steps`]: { ms: states.replay },
      "a further JVM": { ...start, [`after use, ${STATES} saved states, MB`]: used },
    },
    ratios: {
      "stepping ÷ stepping and listing, steps/s": rates.plain / rates.listing,
      "replay ÷ restore, wall time": states.replay / states.restore,
    },
  };
}

interface World {
  readonly pool: Pool;
  open(): Environment;
}

/** A pool of one JVM. */
function world(runtime: Runtime): World {
  const pool = newPool({
    start: () => startRuntime(runtime, { heapMb: HEAP_MB, timeoutMs: 60_000 }),
    processes: 1,
    states: 4 * STATES,
    onNotice: console.log,
  });
  const start = ({ data }: Task) => ({ ...(data as { task: string; variation: number }), simplifications: "easy" });
  return { pool, open: () => newEpisode({ pool, startOf: start, scoring: "final", extras: [] }) };
}

interface Walk {
  readonly task: Task;
  readonly actions: readonly string[];
}

/** Random listed actions in every task, none that could end it: what the JVM has to compute whoever plays. */
async function walksThrough({ open }: World): Promise<Walk[]> {
  const environment = open();
  const walks: Walk[] = [];
  for (const kind of TASK_KINDS) {
    const id = idOf(kind, 0);
    const task: Task = { id, split: "train", category: "", instruction: "", data: { task: kind.name, variation: 0 } };
    const draw = random("bench scienceworld", id);
    const actions: string[] = [];
    await environment.reset(task, 0);
    for (let step = 0; step < STEPS; step++) {
      const listed = (await environment.actions())!.filter((action) => !/^(?:focus|wait)/.test(action));
      const action = draw.pick(draw.pick([...Map.groupBy(listed, (each) => each.split(" ")[0]).values()]));
      await environment.step(action);
      actions.push(action);
    }
    walks.push({ task, actions });
  }
  await environment.close();
  return walks;
}

async function ratesOf({ open }: World, walks: readonly Walk[]) {
  const environment = open();
  const loads: number[] = [];
  const times = { plain: 0, listing: 0 };
  for (const kind of ["plain", "listing"] as const) {
    for (const { task, actions } of walks) {
      loads.push(await milliseconds(() => environment.reset(task, 0)));
      times[kind] += await milliseconds(async () => {
        for (const action of actions) {
          if (kind === "listing") await environment.actions();
          await environment.step(action);
        }
      });
    }
  }
  await environment.close();
  const rate = (ms: number) => (1000 * STEPS * walks.length) / ms;
  return { plain: rate(times.plain), listing: rate(times.listing), loadMs: median(loads) };
}

/** Milliseconds: saving and restoring after 30 actions in one JVM; reaching the same states by replay in another. */
async function statesOf(first: World, second: World, walks: readonly Walk[]) {
  const [environment, elsewhere] = [first.open(), second.open()];
  const saves: number[] = [];
  const saved: { task: Task; snapshot: Snapshot }[] = [];
  for (let index = 0; index < STATES; index++) {
    const { task, actions } = walks[index % walks.length]!;
    await environment.reset(task, 0);
    for (const action of actions) await environment.step(action);
    // Both rounds through the tasks must save states of their own.
    if (index >= walks.length) await environment.step("inventory");
    let snapshot: Snapshot | undefined;
    saves.push(await milliseconds(async () => (snapshot = await environment.snapshot())));
    saved.push({ task, snapshot: snapshot! });
  }
  const restores: number[] = [];
  for (let index = 0; index < TIMES; index++) {
    const { task, snapshot } = saved[(7 * index) % STATES]!;
    restores.push(await milliseconds(() => environment.restore(task, snapshot)));
  }
  const replays: number[] = [];
  // The first ones warm the other JVM up.
  for (const { task, snapshot } of [...saved.slice(0, walks.length), ...saved.slice(0, REPLAYS * 5)]) {
    replays.push(await milliseconds(() => elsewhere.restore(task, snapshot)));
  }
  await second.pool.close();
  return { save: median(saves), restore: median(restores), replay: median(replays.slice(walks.length)) };
}

/** What a further JVM costs, the shim compiled and the archive of classes made. */
async function startOf(runtime: Runtime) {
  const begin = performance.now();
  const jvm = startRuntime(runtime, { heapMb: HEAP_MB, timeoutMs: 60_000 });
  await jvm.ready;
  const seconds = (performance.now() - begin) / 1000;
  const cpu = cpuSeconds(jvm.pid!);
  const megabytes = megabytesOf(jvm.pid!);
  await jvm.close();
  return { "start, s": seconds, "start, CPU s": cpu, "at start, MB": megabytes };
}

/** Seconds of CPU time a process has used; null where there is no /proc. */
function cpuSeconds(pid: number): number | null {
  const file = `/proc/${pid}/stat`;
  if (!existsSync(file)) return null;
  // The second field, the name in brackets, may contain blanks.
  const fields = readFileSync(file, "utf8").split(") ")[1]!.split(" ");
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

function megabytesOf(pid: number): number | null {
  const file = `/proc/${pid}/status`;
  if (!existsSync(file)) return null;
  return Math.round(Number(/VmRSS:\s+(\d+)/.exec(readFileSync(file, "utf8"))?.[1]) / 1024);
}

async function milliseconds(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

const median = (values: readonly number[]) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!;
