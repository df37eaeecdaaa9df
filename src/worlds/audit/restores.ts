/** Whether a world goes on from a snapshot as if it had never left, however many snapshots are alive and whatever was done meanwhile. */
import type { Environment, Snapshot } from "../../core/environment.ts";
import { EnvironmentError } from "../../core/errors.ts";
import type { Fault, OpenedWay } from "./fault.ts";
import { again, type Difference, differenceOf, followed, orBroken, type Walk } from "./walk.ts";

interface Kept {
  readonly step: number;
  readonly snapshot: Snapshot;
}

/** States of a walk that the world is put back to: with twice as many a long walk would take four times as long. */
const MOST_STATES = 20;
/** Actions behind a state that it is put back to for the second time. */
const SECOND_TIME = 10;

/** The first state of `walk` from which going on differs. `other`: a walk to make in between. */
export async function notRestored({ way, open }: OpenedWay, walk: Walk, other: Walk): Promise<Fault | undefined> {
  const [world, elsewhere] = [await open(), await open()];
  const named = async (found: Unlike): Promise<Fault> => {
    const kind = kindOf(way, found);
    const isCounted = kind === "ending not restored" && (await countsOn(world, walk));
    return { ...found, kind: isCounted ? "a step limit runs on" : kind };
  };
  try {
    const kept = await snapshotsAlong(world, walk);
    if ("kind" in kept) return kept;
    // The detour: through the end of this walk, and another task.
    await again(world, other);
    for (const state of kept) {
      const unlike = await from(world, walk, state);
      if (unlike) return await named(unlike);
    }
    for (const state of kept.toReversed()) {
      const unlike = await from(world, walk, state, SECOND_TIME);
      if (unlike) return await named(unlike);
    }
    // Snapshots are stored, and restored by other processes.
    for (const { step, snapshot } of kept.filter((_, index) => index % 3 === 0)) {
      const stored = { step, snapshot: JSON.parse(JSON.stringify(snapshot)) };
      const unlike = await from(elsewhere, walk, stored, SECOND_TIME);
      if (unlike) return await named(unlike);
    }
    return undefined;
  } finally {
    await Promise.all([world.close(), elsewhere.close()]);
  }
}

/** A fault where a state cannot be saved (a world may hold what cannot be copied), or where saving it does something. */
async function snapshotsAlong(world: Environment, walk: Walk): Promise<Kept[] | Fault> {
  const kept: Kept[] = [];
  const every = Math.ceil(walk.actions.length / MOST_STATES);
  await world.reset(walk.task, walk.seed);
  for (const step of walk.actions.keys()) {
    try {
      if (step % every === 0) kept.push({ step, snapshot: await world.snapshot() });
    } catch (error) {
      if (!(error instanceof EnvironmentError)) throw error;
      const place = { task: walk.task.id, step, from: step, expected: walk.seen[step]!.observation };
      return { ...place, kind: "not restored", what: "error", found: error.message };
    }
    const difference = await followed(world, walk, step, { most: 1 });
    if (difference) return { ...difference, kind: "saving changes the world" };
  }
  return kept;
}

/** A difference after the world was put back to `from`. */
interface Unlike extends Difference {
  readonly from: number;
}

/** Puts `world` back and goes on, to the end of `walk` or for `most` actions. */
async function from(
  world: Environment,
  walk: Walk,
  { step, snapshot }: Kept,
  most?: number,
): Promise<Unlike | undefined> {
  const { reward, terminated } = walk.seen[step]!;
  const atOnce = await orBroken(walk, step, async () => {
    const observation = await world.restore(walk.task, snapshot);
    return differenceOf(walk, step, { observation, reward, terminated, listed: await world.actions() });
  });
  const difference = atOnce ?? (await followed(world, walk, step, { ...(most && { most }) }));
  return difference && { ...difference, from: step };
}

/** What is missing shows in what differs first. */
function kindOf(way: OpenedWay["way"], { what }: Unlike): Fault["kind"] {
  if (what === "reward") return "reward not restored";
  if (what === "ending") return "ending not restored";
  if (way === "copy") return "the copy shares state";
  return way === "state" ? "the snapshot lacks state" : "not restored";
}

/** Few, so that a world that is not put back at all shows it before its end. */
const BEGINNING = 3;

/** Whether an end comes although nothing else differs: beginning again and again, without ever reaching the end of `walk`. */
async function countsOn(world: Environment, walk: Walk): Promise<boolean> {
  const actions = walk.actions.slice(0, Math.min(BEGINNING, walk.actions.length - 1));
  await world.reset(walk.task, walk.seed);
  const start = await world.snapshot();
  for (let round = 0; round < walk.actions.length; round++) {
    const unlike = await from(world, { ...walk, actions }, { step: 0, snapshot: start });
    if (unlike) return unlike.what === "ending";
  }
  return false;
}
