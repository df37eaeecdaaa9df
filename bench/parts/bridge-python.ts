/**
 * Python worlds over the bridge, many episodes at once. The processor time is that of this process and of the worlds'
 * together. Beside it stands the same loop inside Python, in the same processes, one episode after the other.
 */
import { join } from "node:path";
import type { Benchmark, Environment } from "../../src/core/environment.ts";
import { random } from "../../src/core/random.ts";
import type { Task } from "../../src/core/task.ts";
import { type EnvironmentSpec, openBenchmark } from "../../src/worlds/open.ts";
import { installMinigrid, MINIGRID_VERSIONS } from "../python/minigrid.ts";
import { cpuMs } from "./cpu-time.ts";
import type { Findings } from "./result.ts";
import type { Episode } from "./steps.ts";

const WORLDS = join(import.meta.dirname, "..", "python", "bridge-worlds.py");
/** Episodes that are played at once; they share one process, or have one each. */
const AT_ONCE = 16;
const ROUNDS = 5;
const TRIVIAL = { episodes: 160, steps: 50 };
const BABYAI = { episodes: 48, steps: 40 };

export async function pythonBridge(): Promise<Findings> {
  const python = await installMinigrid();
  const babyai = { name: `${WORLDS}:TimedBabyAI`, python, options: { train: BABYAI.episodes } };
  const trivial = { name: `${WORLDS}:TimedTrivial`, maxSteps: TRIVIAL.steps };
  const timed = async (spec: EnvironmentSpec, together: number, size: typeof TRIVIAL) =>
    timesOf(await openBenchmark({ ...spec, together }), size);
  const [bare, bareEach] = [await timed(trivial, AT_ONCE, TRIVIAL), await timed(trivial, 1, TRIVIAL)];
  const [grid, gridEach] = [await timed(babyai, AT_ONCE, BABYAI), await timed(babyai, 1, BABYAI)];
  const row = ({ bridge, inside, steps, seconds }: Times) => ({
    "by the clock, steps/s": steps / seconds,
    "of one core, steps/s": (steps / bridge) * 1000,
    "inside Python, of one core, steps/s": (steps / inside) * 1000,
  });
  return {
    settings: { "episodes at once": AT_ONCE, rounds: ROUNDS, "steps of BabyAI": grid.steps, "other steps": bare.steps },
    versions: MINIGRID_VERSIONS,
    figures: {
      "a world that does nothing, one process": row(bare),
      "a world that does nothing, a process each": row(bareEach),
      "BabyAI, one process": row(grid),
      "BabyAI, a process each": row(gridEach),
    },
    ratios: {
      "over the bridge ÷ inside Python, processor time of BabyAI, one process": grid.bridge / grid.inside,
      "over the bridge ÷ inside Python, processor time of BabyAI, a process each": gridEach.bridge / gridEach.inside,
    },
  };
}

/** Of one round, the best of each. */
interface Times {
  readonly steps: number;
  readonly seconds: number;
  /** Processor time in ms, of all processes. */
  readonly bridge: number;
  readonly inside: number;
}

async function timesOf(benchmark: Benchmark, size: typeof TRIVIAL): Promise<Times> {
  const worlds = await Promise.all(Array.from({ length: AT_ONCE }, () => benchmark.open()));
  const tasks = (await benchmark.tasks("train")).slice(0, size.episodes);
  for (const world of worlds) await world.reset(tasks[0]!, 0);
  const episodes: Episode[] = [];
  for (let index = 0; index < size.episodes; index++) {
    episodes.push(await walked(worlds[0]!, tasks[index % tasks.length]!, size.steps));
  }
  const shares = worlds.map((_, place) => episodes.filter((_, index) => index % AT_ONCE === place));
  const steps = episodes.reduce((sum, { actions }) => sum + actions.length, 0);
  const best = {
    seconds: Number.POSITIVE_INFINITY,
    bridge: Number.POSITIVE_INFINITY,
    inside: Number.POSITIVE_INFINITY,
  };
  const keep = (name: keyof typeof best, value: number) => {
    best[name] = Math.min(best[name], value);
  };
  try {
    // In turn, best of each: what else the machine does hits both alike.
    for (let round = 0; round < ROUNDS; round++) {
      const [before, began, ours] = [await pythonMs(worlds), performance.now(), cpuMs()];
      await Promise.all(worlds.map((world, place) => play(world, shares[place]!)));
      const [spent, ended] = [cpuMs() - ours, performance.now()];
      keep("bridge", spent + (await pythonMs(worlds)) - before);
      keep("seconds", (ended - began) / 1000);
      const inside = await Promise.all(worlds.map((world, place) => insidePython(world, shares[place]!)));
      keep(
        "inside",
        inside.reduce((sum, ms) => sum + ms, 0),
      );
    }
  } finally {
    await Promise.all(worlds.map((world) => world.close()));
  }
  return { steps, ...best };
}

/** What random play does; in a world that lists no actions, the same again and again. */
async function walked(world: Environment, task: Task, steps: number): Promise<Episode> {
  const draw = random("bench bridge", task.id);
  await world.reset(task, 0);
  const listed = (await world.actions()) ?? ["go"];
  const actions: string[] = [];
  while (actions.length < steps) {
    actions.push(draw.pick(listed));
    if ((await world.step(actions.at(-1)!)).terminated) break;
  }
  return { task, actions };
}

async function play(world: Environment, episodes: readonly Episode[]): Promise<void> {
  for (const { task, actions } of episodes) {
    await world.reset(task, 0);
    for (const action of actions) await world.step(action);
  }
}

/** Milliseconds of processor time that the worlds' processes have had. Several worlds may share one. */
async function pythonMs(worlds: readonly Environment[]): Promise<number> {
  const told = await Promise.all(worlds.map((world) => toldBy(world, "time")));
  const byProcess = new Map(told.map((text) => text.split(" ") as [string, string]));
  return [...byProcess.values()].reduce((sum, seconds) => sum + Number(seconds) * 1000, 0);
}

const insidePython = async (world: Environment, episodes: readonly Episode[]) =>
  Number(await toldBy(world, JSON.stringify(episodes.map(({ task, actions }) => [task.data, actions])))) * 1000;

const toldBy = async (world: Environment, action: string) => (await world.step(action)).observation;
