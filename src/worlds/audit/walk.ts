/** Random walks through a world, and where doing one again comes out otherwise. */
import type { Environment } from "../../core/environment.ts";
import type { Random } from "../../core/random.ts";
import type { Task } from "../../core/task.ts";

/** What can be known of a state from outside. */
export interface Seen {
  readonly observation: string;
  /** For the action that led here; 0 at the start. */
  readonly reward: number;
  readonly terminated: boolean;
  /** What the world would accept here; undefined where it was not asked. */
  readonly listed?: readonly string[] | null;
}

export interface Walk {
  readonly task: Task;
  readonly seed: number;
  readonly actions: readonly string[];
  /** One more than actions: the start is the first. */
  readonly seen: readonly Seen[];
}

/** The first thing that is not as it was. */
export interface Difference {
  readonly task: string;
  /** Actions before it. */
  readonly step: number;
  readonly what: "observation" | "reward" | "ending" | "listed actions";
  readonly expected: string;
  readonly found: string;
}

export interface WalkOptions {
  readonly task: Task;
  readonly seed: number;
  readonly steps: number;
  /** Chooses among what is listed; among `words` in a world that lists nothing. */
  readonly from: Random;
  readonly words: readonly string[];
}

/** Walks until the world ends or `steps` are done. */
export async function walked(world: Environment, { task, seed, steps, from, words }: WalkOptions): Promise<Walk> {
  const actions: string[] = [];
  const first = await world.reset(task, seed);
  const seen: Seen[] = [{ ...{ observation: first, reward: 0, terminated: false }, listed: await world.actions() }];
  while (actions.length < steps && !seen.at(-1)!.terminated) {
    const listed = seen.at(-1)!.listed;
    const action = from.pick(listed?.length ? listed : words);
    const { observation, reward, terminated } = await world.step(action);
    actions.push(action);
    seen.push({ observation, reward, terminated, listed: terminated ? [] : await world.actions() });
  }
  return { task, seed, actions, seen };
}

/** How often the world is asked for its actions on the way: where lists are left out, they are not compared. */
export type Listing = "once" | "never" | "twice";

/** Does `walk` again from the start. */
export async function again(
  world: Environment,
  walk: Walk,
  listing: Listing = "once",
): Promise<Difference | undefined> {
  const observation = await world.reset(walk.task, walk.seed);
  const listed = await listedBy(world, listing);
  const start = differenceOf(walk, 0, { observation, reward: 0, terminated: false, ...listed });
  return start ?? followed(world, walk, 0, listing);
}

/** Goes on with `walk` from the state after `from` of its actions, in which `world` is. */
export async function followed(
  world: Environment,
  walk: Walk,
  from: number,
  listing: Listing = "once",
): Promise<Difference | undefined> {
  for (let step = from; step < walk.actions.length; step++) {
    const { observation, reward, terminated } = await world.step(walk.actions[step]!);
    const listed = terminated ? { listed: [] } : await listedBy(world, listing);
    const difference = differenceOf(walk, step + 1, { observation, reward, terminated, ...listed });
    if (difference) return difference;
  }
  return undefined;
}

async function listedBy(world: Environment, listing: Listing): Promise<Pick<Seen, "listed">> {
  if (listing === "never") return {};
  if (listing === "twice") await world.actions();
  return { listed: await world.actions() };
}

function differenceOf({ task, seen }: Walk, step: number, found: Seen): Difference | undefined {
  const expected = seen[step]!;
  const unlike = (what: Difference["what"], a: unknown, b: unknown): Difference | undefined =>
    JSON.stringify(a) === JSON.stringify(b)
      ? undefined
      : { task: task.id, step, what, expected: shown(a), found: shown(b) };
  return (
    unlike("observation", expected.observation, found.observation) ??
    unlike("reward", expected.reward, found.reward) ??
    unlike("ending", expected.terminated, found.terminated) ??
    (found.listed === undefined ? undefined : unlike("listed actions", expected.listed, found.listed))
  );
}

const shown = (value: unknown): string => (typeof value === "string" ? value : JSON.stringify(value));
