/** What exploration gave: training tasks covered and left unsolved, and the share of rollouts that were learned from. */
import type { Round } from "../core/run.ts";
import { distinct, type Episode, type Material, mean, sum, type TaskHead } from "./material.ts";
import { type Group, naturally } from "./success.ts";

/** How many rollouts there were and how many of them a training set learned from, means over seeds. */
export interface Yield {
  readonly rollouts: number;
  readonly learned: number;
}

export interface Unsolved {
  /** Training tasks, and those that neither the expert nor any method ever won, under any seed. */
  readonly tasks: number;
  readonly count: number;
  readonly byCategory: readonly Group<{ readonly tasks: number; readonly count: number }>[];
  /** The first ones, by id. */
  readonly listed: readonly { readonly id: string; readonly category: string }[];
}

const LISTED = 20;

/** Episodes on training tasks: the expert's and the method's own. */
const trainingEpisodes = ({ episodes }: Material, { expert, explored, probed }: Round): Episode[] => [
  ...episodes(expert),
  ...episodes(explored),
  ...episodes(probed),
];

/**
 * The training tasks of each run and seed: the tasks of every trajectory that its rounds made or were given, whichever
 * method it was, so that methods that explore nothing are measured against the same tasks.
 */
export function trainingTasksOf(material: Material): (round: Round) => ReadonlyMap<string, TaskHead> {
  const key = ({ run, seed }: Round) => `${seed} ${run}`;
  const rounds = material.methods.flatMap((method) => method.rounds);
  const tasks = new Map(
    [...Map.groupBy(rounds, key)].map(([name, group]) => {
      const played = distinct(group.flatMap((round) => trainingEpisodes(material, round)));
      return [name, new Map(played.map(({ task }) => [task.id as string, task]))];
    }),
  );
  return (round) => tasks.get(key(round))!;
}

/** Tasks that one of these episodes won. */
function solvedTasks(episodes: readonly Episode[]): Set<string> {
  const won = episodes.filter(({ success, failed }) => success && !failed);
  return new Set(won.map(({ task }) => task.id));
}

/**
 * Share of training tasks won at least once by the expert or the method in `rounds` (all of one method, all seeds), the
 * mean over seeds. With `expertOnly` what was covered before the method began.
 */
export function coverageOf(
  material: Material,
  rounds: readonly Round[],
  trainingTasks: (round: Round) => ReadonlyMap<string, TaskHead>,
  options: { readonly expertOnly?: boolean } = {},
): number | null {
  const shares = [...Map.groupBy(rounds, ({ seed }) => seed).values()].flatMap((ofSeed) => {
    const all = trainingTasks(ofSeed[0]!).size;
    const played = ofSeed.flatMap((round) =>
      options.expertOnly ? material.episodes(round.expert) : trainingEpisodes(material, round),
    );
    return all === 0 ? [] : [solvedTasks(played).size / all];
  });
  return mean(shares);
}

/** Training tasks, and those won at least once: by the expert alone, and by the expert or the method. Means over seeds. */
export interface Solved {
  readonly tasks: number;
  readonly byExpert: number;
  readonly all: number;
}

/** `rounds` are a method's rounds up to an iteration, all seeds. */
export function solvedOf(
  material: Material,
  rounds: readonly Round[],
  trainingTasks: (round: Round) => ReadonlyMap<string, TaskHead>,
): Solved {
  const bySeed = [...Map.groupBy(rounds, ({ seed }) => seed).values()];
  const average = (value: (ofSeed: readonly Round[]) => number) => mean(bySeed.map(value)) ?? 0;
  const solved = (ofSeed: readonly Round[], played: (round: Round) => readonly Episode[]) =>
    solvedTasks(ofSeed.flatMap(played)).size;
  return {
    tasks: average((ofSeed) => trainingTasks(ofSeed[0]!).size),
    byExpert: average((ofSeed) => solved(ofSeed, ({ expert }) => material.episodes(expert))),
    all: average((ofSeed) => solved(ofSeed, (round) => trainingEpisodes(material, round))),
  };
}

/** How many of a method's rollouts of one kind its own training sets learned from. */
export function yieldOf(material: Material, rounds: readonly Round[], kind: "explored" | "probed"): Yield {
  const bySeed = [...Map.groupBy(rounds, ({ seed }) => seed).values()].map((ofSeed) => {
    const rollouts = distinct(ofSeed.flatMap((round) => round[kind]));
    const sources = ofSeed.map(({ trainingSet }) => material.learnedFrom(trainingSet));
    return { rollouts: rollouts.length, learned: rollouts.filter((id) => sources.some((set) => set.has(id))).length };
  });
  return {
    rollouts: mean(bySeed.map(({ rollouts }) => rollouts)) ?? 0,
    learned: mean(bySeed.map(({ learned }) => learned)) ?? 0,
  };
}

/** What the selection counted, each count a mean over the seeds that have it. */
export function meanCounts(rounds: readonly Round[]): Readonly<Record<string, number>> {
  const names = distinct(rounds.flatMap(({ counts }) => Object.keys(counts))).sort();
  const valuesOf = (name: string) => rounds.flatMap(({ counts }) => counts[name] ?? []);
  return Object.fromEntries(names.map((name) => [name, mean(valuesOf(name))!]));
}

export function unsolvedOf(
  material: Material,
  trainingTasks: (round: Round) => ReadonlyMap<string, TaskHead>,
): Unsolved {
  const rounds = material.methods.flatMap((method) => method.rounds);
  const tasks = new Map(rounds.flatMap((round) => [...trainingTasks(round)]));
  const solved = solvedTasks(rounds.flatMap((round) => trainingEpisodes(material, round)));
  const unsolved = naturally([...tasks.keys()].filter((id) => !solved.has(id)));
  const byCategory = (ids: Iterable<string>) => Map.groupBy(ids, (id) => tasks.get(id)!.category);
  const [all, left] = [byCategory(tasks.keys()), byCategory(unsolved)];
  return {
    tasks: tasks.size,
    count: unsolved.length,
    byCategory: naturally([...all.keys()]).map((name) => ({
      name,
      of: { tasks: all.get(name)!.length, count: left.get(name)?.length ?? 0 },
    })),
    listed: unsolved.slice(0, LISTED).map((id) => ({ id, category: tasks.get(id)!.category })),
  };
}

/** Rollouts of both kinds together. */
export function totalYield(...parts: readonly Yield[]): Yield {
  return { rollouts: sum(parts.map((part) => part.rollouts)), learned: sum(parts.map((part) => part.learned)) };
}
