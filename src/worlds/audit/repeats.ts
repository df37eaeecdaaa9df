/**
 * Whether a world is deterministic, and if not, why. The same walk is done again in one process, in another one, after other
 * episodes, beside another episode, and later; what differs where says what the world depends on.
 */
import { setTimeout as sleep } from "node:timers/promises";
import type { Environment } from "../../core/environment.ts";
import type { Fault } from "./fault.ts";
import { again, type Difference, differenceOf, followed, orBroken, type Walk } from "./walk.ts";

/** Longer than a second: what shows seconds must have moved on. */
const LATER_MS = 1_100;

export interface Worlds {
  /** A new world, in a process of its own where worlds have processes. */
  open(): Promise<Environment>;
  /** The same in a process that orders sets and dicts otherwise; absent: the world has no such thing. */
  openOther?: (() => Promise<Environment>) | undefined;
}

/** A walk that leads elsewhere. */
interface Moved {
  readonly walk: Walk;
  readonly fault: Fault;
}

/**
 * Why each of `walks`, all done in `world`, does not come out the same again. None for those that do, everywhere. `done` is
 * called once for each.
 */
export async function notRepeated(
  worlds: Worlds,
  world: Environment,
  walks: readonly Walk[],
  done: () => void,
): Promise<Moved[]> {
  const atOnce: Moved[] = [];
  const same: Walk[] = [];
  for (const walk of walks) {
    const difference = await again(world, walk);
    if (!difference) {
      same.push(walk);
      continue;
    }
    atOnce.push({ walk, fault: { ...difference, kind: await whyAtOnce(worlds, walk) } });
    done();
  }
  await sleep(LATER_MS);
  const later: Moved[] = [];
  for (const [index, walk] of same.entries()) {
    const fault = await notLater(worlds, world, walk, same[(index + 1) % same.length]!);
    if (fault) later.push({ walk, fault });
    done();
  }
  return [...atOnce, ...later];
}

async function notLater(worlds: Worlds, world: Environment, walk: Walk, other: Walk): Promise<Fault | undefined> {
  const later = await again(world, walk);
  if (later) return { ...later, kind: "clock" };
  return (
    (await inNewWorld(worlds.open, walk, "unseeded randomness")) ??
    (worlds.openOther && (await inNewWorld(worlds.openOther, walk, "hash order"))) ??
    (await listing(world, walk)) ??
    (await besideAnother(worlds, walk, other))
  );
}

/**
 * Two new worlds that agree with each other keep something from one episode to the next. If they do not agree either, it is
 * chance, or a clock, which only goes forward.
 */
async function whyAtOnce({ open }: Worlds, walk: Walk): Promise<Fault["kind"]> {
  const first = await inNewWorld(open, walk, "unseeded randomness");
  if (!first) return "state kept between episodes";
  const numbers = [first.expected, first.found].map(numbersIn);
  const [before, after] = numbers as [number[], number[]];
  const moved = before.flatMap((number, index) => (number === after[index] ? [] : [after[index]! - number]));
  return moved.length > 0 &&
    moved.every((by) => by > 0) &&
    moved.some((by) => by < 3600) &&
    first.what === "observation" &&
    isDated(first)
    ? "clock"
    : "unseeded randomness";
}

/** A time of day is one number, in seconds: the minutes of 10:59 and 11:00 go back. */
const numbersIn = (text: string): number[] =>
  (
    text
      .replace(/(\d{1,2}):(\d{2})(?::(\d{2}))?/g, (_, hours, minutes, seconds = 0) =>
        String(hours * 3600 + minutes * 60 + Number(seconds)),
      )
      .match(/\d+(?:\.\d+)?/g) ?? []
  ).map(Number);

/** Seconds since 1970, a time of day, or a date. */
const isDated = ({ expected }: Difference): boolean => /\b1[5-9]\d{8}\b|\d{1,2}:\d{2}|\d{4}-\d{2}-\d{2}/.test(expected);

async function inNewWorld(
  open: () => Promise<Environment>,
  walk: Walk,
  kind: Fault["kind"],
): Promise<Fault | undefined> {
  const world = await open();
  try {
    const difference = await again(world, walk);
    return difference && { ...difference, kind };
  } finally {
    await world.close();
  }
}

/** Asking what is possible must change nothing. */
async function listing(world: Environment, walk: Walk): Promise<Fault | undefined> {
  const difference = (await again(world, walk, "never")) ?? (await again(world, walk, "twice"));
  return difference && { ...difference, kind: "listing changes the world" };
}

/** Two episodes at once, a step of one and a step of the other in turn. */
async function besideAnother({ open }: Worlds, walk: Walk, other: Walk): Promise<Fault | undefined> {
  const [one, two] = [await open(), await open()];
  const shared = (difference: Difference | undefined): Fault | undefined =>
    difference && { ...difference, kind: "state shared between episodes" };
  try {
    const starts = (await begun(two, other)) ?? (await begun(one, walk));
    if (starts) return shared(starts);
    const turns = Math.max(walk.actions.length, other.actions.length);
    for (let step = 0; step < turns; step++) {
      const difference =
        (await followed(two, other, step, { most: 1 })) ?? (await followed(one, walk, step, { most: 1 }));
      if (difference) return shared(difference);
    }
    return undefined;
  } finally {
    await Promise.all([one.close(), two.close()]);
  }
}

const begun = (world: Environment, walk: Walk) =>
  orBroken(walk, 0, async () =>
    differenceOf(walk, 0, { observation: await world.reset(walk.task, walk.seed), reward: 0, terminated: false }),
  );
