/** What surprises in a world and is no fault: it can be put back, but rewards, endings, limits or seeds are not what they seem. */
import { type Benchmark, type Environment, stepLimitOf } from "../../core/environment.ts";
import { EnvironmentError } from "../../core/errors.ts";
import { quoted } from "../../core/wording.ts";
import { again, isEnded, isPaid, type Walk } from "./walk.ts";

export interface Note {
  readonly kind:
    | "no end"
    | "no reward"
    | "no actions"
    | "no win"
    | "won on the way"
    | "standing still"
    | "reward behind the end"
    | "end taken back"
    | "running score"
    | "step limit"
    | "limit of something else"
    | "seed not used"
    | "tasks alike";
  readonly text: string;
}

/** `walks` come out the same again. Worlds are opened to look behind endings and at other seeds. */
export async function notesOn(
  benchmark: Benchmark,
  walks: readonly Walk[],
  words: readonly string[],
): Promise<readonly Note[]> {
  const world = await benchmark.open();
  try {
    return [
      ...unseen(walks, words),
      ...(await behindTheEnd(world, walks, words)),
      ...returns(benchmark, walks),
      ...limits(benchmark, walks),
      ...(await unusedSeed(world, walks)),
      ...(await alikeTasks(world, walks)),
    ];
  } finally {
    await world.close();
  }
}

/** What the walks did not reach, so that nothing is known of it. */
function unseen(walks: readonly Walk[], words: readonly string[]): Note[] {
  const notes: Note[] = [];
  if (!walks.some(isPaid)) notes.push({ kind: "no reward", text: "no walk was paid a reward, so none was compared" });
  if (!walks.some(isEnded)) notes.push({ kind: "no end", text: "no walk came to an end, so no ending was compared" });
  if (walks.some(({ seen }) => seen.some(({ listed }) => listed === null))) {
    const text = `the world lists no actions; tried were ${words.map(quoted).join(", ")} (--words names others)`;
    notes.push({ kind: "no actions", text });
  }
  if (walks.every(standsStill)) {
    const text = "the actions hardly changed what is seen: name better ones with --words";
    notes.push({ kind: "standing still", text });
  }
  return notes;
}

/** The start, and one answer to whatever is done. */
const standsStill = ({ actions, seen }: Walk) =>
  actions.length > 4 && new Set(seen.map(({ observation }) => observation)).size <= 2;

/** Walks whose end is looked behind. */
const MOST_ENDS = 5;

async function behindTheEnd(world: Environment, walks: readonly Walk[], words: readonly string[]): Promise<Note[]> {
  const notes = new Map<Note["kind"], Note>();
  for (const walk of walks.filter(isEnded).slice(0, MOST_ENDS)) {
    if (await again(world, walk)) continue;
    for (const action of [walk.actions.at(-1)!, walk.seen[0]!.listed?.[0] ?? words[0]!]) {
      const behind = await world.step(action).catch(refusedStep);
      if (!behind) break;
      const where = `${walk.task.id}, ${quoted(action)} behind the end`;
      if (behind.reward !== 0 && !notes.has("reward behind the end"))
        notes.set("reward behind the end", {
          kind: "reward behind the end",
          text: `the world pays behind the end, too (${where}: ${behind.reward}); gleaner stops at the end`,
        });
      if (!behind.terminated && !notes.has("end taken back"))
        notes.set("end taken back", {
          kind: "end taken back",
          text: `a further action takes the end back (${where}); gleaner stops at the end`,
        });
    }
  }
  return [...notes.values()];
}

/** A world may refuse to go on behind its end. */
function refusedStep(error: unknown): undefined {
  if (!(error instanceof EnvironmentError)) throw error;
}

/** What was paid, against what counts as won. A score so far says so itself. */
function returns(benchmark: Benchmark, walks: readonly Walk[]): Note[] {
  const score = runningScore(benchmark, walks);
  return score.length > 0 ? score : wins(benchmark, walks);
}

/** A `successReturn` that does not suit the world lets none of its episodes be won, or all of them. */
function wins({ successReturn }: Benchmark, walks: readonly Walk[]): Note[] {
  const highest = Math.max(...walks.map((walk) => paidIn(walk)));
  if (highest > 0 && highest < successReturn) {
    const text = `no walk was won: the highest return was ${Number(highest.toPrecision(6))}, and ${successReturn} counts as won (successReturn)`;
    return [{ kind: "no win", text }];
  }
  const isWonEarly = (walk: Walk) => Math.min(paidIn(walk), paidIn(walk, walk.actions.length)) >= successReturn;
  if (successReturn <= 0 || !walks.every(isWonEarly)) return [];
  const text = `every walk was won before its last action: a return of ${successReturn} counts as won (successReturn)`;
  return [{ kind: "won on the way", text }];
}

/** The sum of the first rewards, that of the start included. */
const paidIn = ({ seen }: Walk, most = seen.length): number =>
  seen.slice(0, most).reduce((total, { reward }) => total + reward, 0);

function runningScore({ successReturn }: Benchmark, walks: readonly Walk[]): Note[] {
  const walk = walks.find(({ seen }) => looksRunning(seen.slice(1).map(({ reward }) => reward)));
  if (!walk) return [];
  const rewards = walk.seen.slice(1).map(({ reward }) => reward);
  const sum = paidIn(walk);
  const paid = rewards.slice(rewards.findIndex((reward) => reward !== 0));
  const shown = `${paid.slice(0, 6).join(", ")}${paid.length > 6 ? ", …" : ""}`;
  const above = sum > successReturn ? `, above the ${successReturn} that counts as success` : "";
  const text = `rewards never fall (${walk.task.id}: ${shown}), as a score so far does; gleaner adds them up, here to ${sum}${above}`;
  return [{ kind: "running score", text }];
}

/** 0 0 1 1 1 2 2: it never falls, rises more than once, and what was paid is paid again. */
function looksRunning(rewards: readonly number[]): boolean {
  const paid = rewards.slice(rewards.findIndex((reward) => reward > 0));
  const values = new Set(paid).size;
  return (
    paid.length >= 4 &&
    values >= 2 &&
    values < paid.length &&
    rewards.every((reward, index) => reward >= (rewards[index - 1] ?? 0))
  );
}

function limits(benchmark: Benchmark, walks: readonly Walk[]): Note[] {
  const cut = walks.filter(({ isCut }) => isCut);
  const lengths = distinctLengths(cut);
  if (lengths.length > 1) {
    const text = `the world cuts episodes off after ${lengths[0]} to ${lengths.at(-1)} actions: its limit differs by task, or counts something else`;
    return [{ kind: "limit of something else", text }];
  }
  const longest = Math.max(...walks.map(({ actions }) => actions.length));
  const alike = cut.length > 0 ? cut : walks.filter((walk) => isEnded(walk) && walk.actions.length === longest);
  // Several that end after as many actions, none later, and not for something that was achieved.
  const isLimit = cut.length > 0 || alike.filter((walk) => walk.seen.at(-1)!.reward === 0).length > 1;
  const ours = Math.min(...alike.map(({ task }) => stepLimitOf(benchmark, task)));
  if (!isLimit || (cut.length === 0 && longest < FEWEST)) return [];
  const at = cut.length > 0 ? lengths[0]! : longest;
  const said = cut.length > 0 ? "cuts episodes off" : "seems to end episodes as lost";
  const text = `the world ${said} after ${at} actions; gleaner does after ${ours} (maxSteps)`;
  return [{ kind: "step limit", text }];
}

/** Short episodes may well end at the same action. */
const FEWEST = 5;

const distinctLengths = (walks: readonly Walk[]): number[] =>
  [...new Set(walks.map(({ actions }) => actions.length))].sort((a, b) => a - b);

/** Walks that are tried with another seed, or in another task. */
const MOST_OTHERS = 3;

async function unusedSeed(world: Environment, walks: readonly Walk[]): Promise<Note[]> {
  for (const walk of walks.slice(0, MOST_OTHERS)) {
    if (await again(world, { ...walk, seed: walk.seed + 1 })) return [];
  }
  return [
    { kind: "seed not used", text: "the seed changes nothing: an episode follows from its task and the actions" },
  ];
}

async function alikeTasks(world: Environment, walks: readonly Walk[]): Promise<Note[]> {
  const [walk, ...others] = walks;
  const tasks = others.filter(({ task }) => task.id !== walk!.task.id).slice(0, MOST_OTHERS);
  if (tasks.length === 0) return [];
  for (const { task } of tasks) {
    if (await again(world, { ...walk!, task })) return [];
  }
  return [{ kind: "tasks alike", text: "tasks do not differ: the same actions show the same in each of them" }];
}
