/** Whether a world goes on from a snapshot as if it had never left, however many snapshots are alive and whatever was done meanwhile. */
import type { Environment, Snapshot } from "../../core/environment.ts";
import { EnvironmentError } from "../../core/errors.ts";
import type { Fault, OpenedWay } from "./fault.ts";
import { again, type Difference, followed, type Walk } from "./walk.ts";

interface Kept {
  readonly step: number;
  readonly snapshot: Snapshot;
}

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
    if ("found" in kept) return kept;
    // The detour: through the end of this walk, and another task.
    await again(world, other);
    for (const { step, snapshot } of [...kept, ...kept.toReversed()]) {
      const unlike = await from(world, walk, { step, snapshot });
      if (unlike) return await named(unlike);
    }
    // Snapshots are stored, and restored by other processes.
    for (const { step, snapshot } of kept.filter((_, index) => index % 3 === 0)) {
      const unlike = await from(elsewhere, walk, { step, snapshot: JSON.parse(JSON.stringify(snapshot)) });
      if (unlike) return await named(unlike);
    }
    return undefined;
  } finally {
    await Promise.all([world.close(), elsewhere.close()]);
  }
}

/** A fault where a state cannot be saved: a world may hold what cannot be copied. */
async function snapshotsAlong(world: Environment, walk: Walk): Promise<Kept[] | Fault> {
  await world.reset(walk.task, walk.seed);
  const kept: Kept[] = [];
  for (const [step, action] of walk.actions.entries()) {
    try {
      kept.push({ step, snapshot: await world.snapshot() });
    } catch (error) {
      if (!(error instanceof EnvironmentError)) throw error;
      const expected = walk.seen[step]!.observation;
      const place = { task: walk.task.id, step, from: step };
      return { ...place, kind: "not restored", what: "observation", expected, found: error.message };
    }
    await world.step(action);
  }
  return kept;
}

/** A difference after the world was put back to `from`. */
interface Unlike extends Difference {
  readonly from: number;
}

async function from(world: Environment, walk: Walk, { step, snapshot }: Kept): Promise<Unlike | undefined> {
  const place = { task: walk.task.id, step, from: step };
  const { observation: expected, listed: expectedList } = walk.seen[step]!;
  try {
    const observation = await world.restore(walk.task, snapshot);
    if (observation !== expected) return { ...place, what: "observation", expected, found: observation };
    const [before, now] = [expectedList, await world.actions()].map((list) => JSON.stringify(list));
    if (before !== now) return { ...place, what: "listed actions", expected: before!, found: now! };
    const difference = await followed(world, walk, step);
    return difference && { ...difference, from: step };
  } catch (error) {
    if (!(error instanceof EnvironmentError)) throw error;
    return { ...place, what: "observation", expected, found: error.message };
  }
}

/** What is missing shows in what differs first. */
function kindOf(way: OpenedWay["way"], { what }: Unlike): Fault["kind"] {
  if (what === "reward") return "reward not restored";
  if (what === "ending") return "ending not restored";
  if (way === "copy") return "the copy shares state";
  return way === "state" ? "the snapshot lacks state" : "not restored";
}

const ROUNDS = 8;

/** Whether an end comes although nothing ended before: beginning again and again, without ever reaching the end of `walk`. */
async function countsOn(world: Environment, walk: Walk): Promise<boolean> {
  const end = walk.seen.at(-1)!.terminated ? walk.actions.length - 1 : walk.actions.length;
  const beginning = { ...walk, actions: walk.actions.slice(0, end) };
  await world.reset(walk.task, walk.seed);
  const start = await world.snapshot();
  for (let round = 0; round < ROUNDS; round++) {
    const unlike = await from(world, beginning, { step: 0, snapshot: start });
    if (unlike) return unlike.what === "ending";
  }
  return false;
}
