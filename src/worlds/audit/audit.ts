/**
 * How far a world can be trusted to be put back into an earlier state: walks, at random and behind somebody who knows the
 * world, are done again in every way that could come out otherwise. What differs is told with the first step at which it does
 * and with both texts.
 */
import type { Way } from "../../core/audit.ts";
import { type Benchmark, type Environment, stepLimitOf } from "../../core/environment.ts";
import type { TaskId } from "../../core/ids.ts";
import { random } from "../../core/random.ts";
import type { Fault, OpenedWay } from "./fault.ts";
import { behindExpert, behindRecord, slipping } from "./guide.ts";
import { type Note, notesOn } from "./notes.ts";
import { notRepeated } from "./repeats.ts";
import { notRestored } from "./restores.ts";
import { type Guide, isEnded, isPaid, type Walk, walked } from "./walk.ts";

/** A way to put the world back, and the first fault found on it. */
export interface WayBack {
  readonly way: Way;
  readonly fault: Fault | undefined;
  /** Walks that it was tried on: those that come out the same again. */
  readonly walks: number;
}

export interface Audit {
  readonly walks: number;
  /** Of all walks together. */
  readonly steps: number;
  /** Walks behind the world's expert, or along recorded episodes. */
  readonly guided: number;
  /** Walks that were paid a reward. */
  readonly rewarded: number;
  /** Walks that came to an end; a limit of the world is none. */
  readonly ended: number;
  /** What makes the same actions lead elsewhere; at most one for each walk. */
  readonly repeats: readonly Fault[];
  readonly ways: readonly WayBack[];
  /** The fastest way without a fault; `none` if there is none. */
  readonly restore: Way | "none";
  /** What surprises and is no fault. */
  readonly notes: readonly Note[];
}

/** An episode to walk along. */
export interface Recorded {
  readonly task: TaskId;
  readonly seed: number;
  readonly actions: readonly string[];
}

export interface AuditOptions {
  readonly benchmark: Benchmark;
  /** The ways back that the world offers, the fastest first. */
  readonly ways: readonly OpenedWay[];
  readonly openOther?: (() => Promise<Environment>) | undefined;
  readonly split: string;
  /** How many walks, each on a task of its own where there are as many. */
  readonly walks: number;
  /** Longest random walk. Others may go on as long as an episode. */
  readonly steps: number;
  readonly seed: number;
  /** What is said in worlds that list no actions. */
  readonly words: readonly string[];
  /** Episodes that every second walk goes along. Absent or too few: it goes behind the world's expert, if there is one. */
  readonly along?: readonly Recorded[] | undefined;
  readonly say?: (done: number, of: number) => void;
}

export async function audited(options: AuditOptions): Promise<Audit> {
  const { benchmark, ways, openOther } = options;
  let done = 0;
  const checked = () => options.say?.(++done, checksOf(options));
  const world = await benchmark.open();
  try {
    const made = await walksIn(world, options, checked);
    const walks = made.map(({ walk }) => walk);
    const repeats = await notRepeated({ open: () => benchmark.open(), openOther }, world, walks, checked);
    // What does not come out the same again cannot be compared.
    const moved = new Set(repeats.map(({ walk }) => walk));
    const same = walks.filter((walk) => !moved.has(walk));
    const found: WayBack[] = [];
    for (const way of ways) {
      let fault: Fault | undefined;
      for (const [index, walk] of same.entries()) {
        fault ??= await notRestored(way, walk, same[(index + 1) % same.length]!);
        checked();
      }
      found.push({ way: way.way, fault, walks: same.length });
    }
    const exact = repeats.length > 0 ? undefined : found.find(({ fault }) => !fault)?.way;
    return {
      walks: walks.length,
      steps: walks.reduce((sum, { actions }) => sum + actions.length, 0),
      guided: made.filter(({ isGuided }) => isGuided).length,
      rewarded: walks.filter(isPaid).length,
      ended: walks.filter(isEnded).length,
      repeats: repeats.map(({ fault }) => fault),
      ways: found,
      restore: exact ?? "none",
      notes: same.length > 0 ? await notesOn(benchmark, same, options.words) : [],
    };
  } finally {
    await world.close();
  }
}

/** What `say` counts: each walk is made, repeated, and put back in each way. */
export const checksOf = ({ walks, ways }: Pick<AuditOptions, "walks" | "ways">): number => walks * (2 + ways.length);

interface Made {
  readonly walk: Walk;
  readonly isGuided: boolean;
}

/** Every second walk is guided, every second one of these slips. */
async function walksIn(world: Environment, options: AuditOptions, checked: () => void): Promise<Made[]> {
  const { benchmark, split, walks, steps, seed, words, along = [] } = options;
  const tasks = random(seed, "audit").shuffle(await benchmark.tasks(split));
  const made: Made[] = [];
  for (let index = 0; index < walks; index++) {
    const isOdd = index % 2 === 1;
    const recorded = isOdd ? along[(index - 1) / 2] : undefined;
    const task = recorded ? await benchmark.task(recorded.task) : tasks[index % tasks.length]!;
    const from = random(seed, "audit", index);
    const plain: Guide | undefined = recorded
      ? behindRecord(recorded.actions)
      : isOdd && benchmark.expert
        ? behindExpert(benchmark.expert, from)
        : undefined;
    const guide = plain && index % 4 === 3 ? slipping(plain, from) : plain;
    const most = guide ? stepLimitOf(benchmark, task) : steps;
    const start = { task, seed: recorded?.seed ?? seed + index, steps: most, from, words };
    made.push({ walk: await walked(world, { ...start, guide }), isGuided: guide !== undefined });
    checked();
  }
  return made;
}
