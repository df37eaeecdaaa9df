/**
 * How far a world can be trusted to be put back into an earlier state: random walks are done again in every way that could
 * come out otherwise. What differs is told with the first step at which it does and with both texts.
 */
import type { Benchmark, Environment } from "../../core/environment.ts";
import { random } from "../../core/random.ts";
import type { Restore } from "../python/environment.ts";
import type { Fault, OpenedWay } from "./fault.ts";
import { notRepeated } from "./repeats.ts";
import { notRestored } from "./restores.ts";
import { type Walk, walked } from "./walk.ts";

/** A way to put the world back, and the first fault found on it. */
export interface WayBack {
  readonly way: Restore;
  readonly fault: Fault | undefined;
}

export interface Audit {
  readonly walks: number;
  readonly steps: number;
  /** What makes the same actions lead elsewhere; at most one for each walk. */
  readonly repeats: readonly Fault[];
  readonly ways: readonly WayBack[];
  /** The fastest way without a fault; `none` if there is none. */
  readonly restore: Restore | "none";
  /** What surprises and is no fault. */
  readonly notes: readonly string[];
}

export interface AuditOptions {
  readonly benchmark: Benchmark;
  /** The ways back that the world offers, the fastest first. */
  readonly ways: readonly OpenedWay[];
  readonly openOther?: (() => Promise<Environment>) | undefined;
  readonly split: string;
  /** How many walks, each on a task of its own where there are as many. */
  readonly walks: number;
  /** Longest walk. */
  readonly steps: number;
  readonly seed: number;
  /** What is said in worlds that list no actions. */
  readonly words: readonly string[];
  readonly say?: (done: number, of: number) => void;
}

export async function audited(options: AuditOptions): Promise<Audit> {
  const { benchmark, ways, openOther } = options;
  const world = await benchmark.open();
  try {
    const walks = await walksIn(world, options);
    const repeats = await notRepeated({ open: () => benchmark.open(), openOther }, world, walks);
    const faults = new Map<Restore, Fault>();
    for (const [index, walk] of walks.entries()) {
      const other = walks[(index + 1) % walks.length]!;
      for (const { way, open } of ways) {
        if (faults.has(way)) continue;
        const unlike = await notRestored({ way, open }, walk, other);
        if (unlike) faults.set(way, unlike);
      }
      options.say?.(index + 1, walks.length);
    }
    const steps = walks.reduce((sum, { actions }) => sum + actions.length, 0);
    const exact = repeats.length > 0 ? undefined : ways.find(({ way }) => !faults.has(way))?.way;
    return {
      ...{ walks: walks.length, steps, repeats },
      ways: ways.map(({ way }) => ({ way, fault: faults.get(way) })),
      restore: exact ?? "none",
      notes: notesOn(walks),
    };
  } finally {
    await world.close();
  }
}

async function walksIn(
  world: Environment,
  { benchmark, split, walks, steps, seed, words }: AuditOptions,
): Promise<Walk[]> {
  const tasks = random(seed, "audit").shuffle(await benchmark.tasks(split));
  const made: Walk[] = [];
  for (let index = 0; index < walks; index++) {
    const task = tasks[index % tasks.length]!;
    made.push(await walked(world, { task, seed: seed + index, steps, from: random(seed, "audit", index), words }));
  }
  return made;
}

function notesOn(walks: readonly Walk[]): string[] {
  const notes: string[] = [];
  const ended = walks.filter(({ seen }) => seen.at(-1)!.terminated).length;
  if (ended === 0) notes.push("no walk came to an end: whether endings come back exactly was not seen");
  if (walks.every(({ seen }) => seen.every(({ reward }) => reward === 0))) notes.push("no walk was paid a reward");
  if (walks.some(({ seen }) => seen.some(({ listed }) => listed === null))) notes.push("the world lists no actions");
  if (walks.some(({ seen }) => isRunning(seen.map(({ reward }) => reward))))
    notes.push("rewards grow and stay: they look like a running score, and gleaner adds them up");
  return notes;
}

/** 0 0 1 1 1 2 2: it never falls, and what was paid is paid again at the next steps. */
function isRunning(rewards: readonly number[]): boolean {
  const paid = rewards.filter((reward) => reward !== 0);
  if (paid.length < 4 || new Set(paid).size < 2) return false;
  const from = rewards.findIndex((reward) => reward !== 0);
  return rewards.slice(from).every((reward, index, all) => index === 0 || reward >= all[index - 1]!);
}
