/** Walks through a world, at random or behind somebody who knows it, and where doing one again comes out otherwise. */
import type { Environment } from "../../core/environment.ts";
import { EnvironmentError } from "../../core/errors.ts";
import type { Random } from "../../core/random.ts";
import type { Task } from "../../core/task.ts";
import { quoted } from "../../core/wording.ts";

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
  /** The world ended it because of a limit of its own, and says so. */
  readonly isCut: boolean;
}

export const isEnded = ({ seen, isCut }: Walk): boolean => seen.at(-1)!.terminated && !isCut;
export const isPaid = ({ seen }: Walk): boolean => seen.some(({ reward }) => reward !== 0);

/** The first thing that is not as it was. */
export interface Difference {
  readonly task: string;
  /** Actions before it. */
  readonly step: number;
  /** `error`: the world broke where it had not. */
  readonly what: "observation" | "reward" | "ending" | "listed actions" | "error";
  readonly expected: string;
  readonly found: string;
}

/** The next action; undefined: whatever chance says. */
export type Guide = (state: {
  readonly task: Task;
  readonly actions: readonly string[];
  /** One more than actions. */
  readonly seen: readonly Seen[];
}) => Promise<string | undefined>;

export interface WalkOptions {
  readonly task: Task;
  readonly seed: number;
  /** Actions at most. */
  readonly steps: number;
  /** Chooses among what is listed; among `words` in a world that lists nothing. */
  readonly from: Random;
  readonly words: readonly string[];
  /** Chooses the actions that are not left to chance; absent: all are. */
  readonly guide?: Guide | undefined;
}

/** Walks until the world ends or `steps` are done. Throws EnvironmentError, which names the task and the step. */
export async function walked(world: Environment, options: WalkOptions): Promise<Walk> {
  const { task, seed, steps, from, words, guide } = options;
  const actions: string[] = [];
  const seen: Seen[] = [];
  let isCut = false;
  let tried: string | undefined;
  let isGuessed = false;
  try {
    const first = await world.reset(task, seed);
    seen.push({ ...{ observation: first, reward: 0, terminated: false }, listed: await world.actions() });
    while (actions.length < steps && !seen.at(-1)!.terminated) {
      const { listed } = seen.at(-1)!;
      const guided = await guide?.({ task, actions, seen });
      const action = guided ?? from.pick(listed?.length ? listed : words);
      tried = action;
      isGuessed = guided === undefined && !listed?.length;
      const { observation, reward, terminated, info } = await world.step(action);
      actions.push(action);
      isCut = isLimit(info);
      seen.push({ observation, reward, terminated, listed: terminated ? [] : await world.actions() });
    }
  } catch (error) {
    if (!(error instanceof EnvironmentError)) throw error;
    const { message } = error;
    // A world in Python names them itself.
    const told = message.startsWith(task.id) ? message : `${task.id}, after ${counted(actions.length)}: ${message}`;
    const last = tried === undefined ? "" : `, the last action ${quoted(tried)}`;
    // A world may break at a word that means nothing in it.
    const hint = isGuessed ? "; the world lists no actions, and --words names those to try" : "";
    throw new EnvironmentError(`${told} (seed ${seed}${last})${hint}`, { cause: error });
  }
  return { task, seed, actions, seen, isCut };
}

const counted = (actions: number) => `${actions} ${actions === 1 ? "action" : "actions"}`;

/** Gymnasium's `truncated`. */
const isLimit = (info: unknown): boolean => (info as { readonly truncated?: unknown } | undefined)?.truncated === true;

/** How often the world is asked for its actions on the way: where lists are left out, they are not compared. */
export type Listing = "once" | "never" | "twice";

/** Does `walk` again from the start. A world that breaks where it had not differs, too. */
export async function again(
  world: Environment,
  walk: Walk,
  listing: Listing = "once",
): Promise<Difference | undefined> {
  const start = await orBroken(walk, 0, async () => {
    const observation = await world.reset(walk.task, walk.seed);
    const listed = await listedBy(world, listing);
    return differenceOf(walk, 0, { observation, reward: 0, terminated: false, ...listed });
  });
  return start ?? followed(world, walk, 0, { listing });
}

/** Goes on with `walk` from the state after `from` of its actions, in which `world` is; to its end, or for `most` actions. */
export async function followed(
  world: Environment,
  walk: Walk,
  from: number,
  { listing = "once", most = Number.POSITIVE_INFINITY }: { readonly listing?: Listing; readonly most?: number } = {},
): Promise<Difference | undefined> {
  const end = Math.min(walk.actions.length, from + most);
  for (let step = from; step < end; step++) {
    const difference = await orBroken(walk, step + 1, async () => {
      const { observation, reward, terminated } = await world.step(walk.actions[step]!);
      const listed = terminated ? { listed: [] } : await listedBy(world, listing);
      return differenceOf(walk, step + 1, { observation, reward, terminated, ...listed });
    });
    if (difference) return difference;
  }
  return undefined;
}

async function listedBy(world: Environment, listing: Listing): Promise<Pick<Seen, "listed">> {
  if (listing === "never") return {};
  if (listing === "twice") await world.actions();
  return { listed: await world.actions() };
}

/** What `work` finds; that the world breaks is a difference after `step` actions. */
export async function orBroken(
  walk: Walk,
  step: number,
  work: () => Promise<Difference | undefined>,
): Promise<Difference | undefined> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof EnvironmentError)) throw error;
    const expected = walk.seen[step]!.observation;
    return { task: walk.task.id, step, what: "error", expected, found: error.message };
  }
}

export function differenceOf({ task, seen }: Walk, step: number, found: Seen): Difference | undefined {
  const expected = seen[step]!;
  const place = { task: task.id, step };
  // First: where one is over and the other is not, the texts differ because of that.
  if (expected.terminated !== found.terminated)
    return { ...place, what: "ending", expected: endingOf(expected), found: endingOf(found) };
  if (expected.observation !== found.observation)
    return { ...place, what: "observation", expected: expected.observation, found: found.observation };
  if (expected.reward !== found.reward)
    return { ...place, what: "reward", expected: `${expected.reward}`, found: `${found.reward}` };
  const lists = found.listed === undefined ? undefined : unlikeLists(expected.listed ?? null, found.listed);
  return lists && { ...place, what: "listed actions", ...lists };
}

const endingOf = ({ terminated, observation }: Seen) => `${terminated ? "over" : "not over"}: ${observation}`;

type Listed = readonly string[] | null;

/** Long lists are told by the first place at which they differ. */
function unlikeLists(expected: Listed, found: Listed): Pick<Difference, "expected" | "found"> | undefined {
  if (JSON.stringify(expected) === JSON.stringify(found)) return undefined;
  const length = Math.max(expected?.length ?? 0, found?.length ?? 0);
  const at = [...Array(length).keys()].findIndex((index) => expected?.[index] !== found?.[index]);
  const told = (list: Listed) => {
    if (!list) return "no list";
    const action = list[at];
    return action === undefined ? `a list of ${list.length}` : `number ${at + 1} of ${list.length}: ${action}`;
  };
  return { expected: told(expected), found: told(found) };
}
